"""A small, recent shop, with rows in it that want to do harm, to be too long, or to be missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, Engine, insert, select

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.names import name_key
from adplanning.core.validation import validated
from adplanning.core.vocabulary import LeadStatus, PublicRevenue
from adplanning.demo.filling import fill
from adplanning.demo.shop import WEBSITE_ID, shop
from adplanning.experiments.statistics import SUMS
from adplanning.forecasts.budget_service import fits_in_use, save_plan
from adplanning.forecasts.curve_service import keep_curves
from adplanning.forecasts.fields import Outcome, PlanFields
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.nightly_service import forecast_campaigns, spending_campaigns
from adplanning.forecasts.service import Question, keep_forecast
from adplanning.scores.model_service import keep_model
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import keep_scores, score_customers
from adplanning.sentiment.keeping_service import keep_analyses, pending_texts
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from tests.forecasts.accounts import a_fit
from tests.scores.invented import MODEL

_HARM = "document.documentElement.dataset.xss = 1"
# Each would leave the attribute data-xss, a dialog or a 49 behind if it were taken for anything but text.
HOSTILE = (
    f'<img src=x onerror="{_HARM}">',
    f"<script>{_HARM}</script>",
    "{{7*7}} {{constructor.constructor('" + _HARM + "')()}}",
    "${7*7} `${" + _HARM + "}`",
    "javascript:alert(1)",
    f'"><svg onload="{_HARM}">',
    '=HYPERLINK("http://evil.example/","open")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "Diwali " + "with a name that does not end " * 12,
    "दिवाली 🪔 \u202eright to left",
)
KOLKATA = ZoneInfo("Asia/Kolkata")
RUN_WITH_HARM = "run_hostile0"
_SUMS = tuple(name for name in SUMS if name not in {"n_subjects", "n_converted"})


def filled(engine: Engine, home: Path) -> None:
    """Fill an empty store."""
    yesterday = datetime.now(KOLKATA).date() - timedelta(days=1)
    fill(engine, shop(21, 5, until=yesterday, size=0.105), lambda _: None)
    now = datetime.now(UTC)
    _score(engine, now)
    _forecast(engine, now, yesterday)
    found = campaign_links(engine, cutoff=0.88, margin=0.05, now=now)
    for analysed in pending_texts(engine).parts(None):
        with write_transaction(engine) as connection:
            keep_analyses(connection, analysed, now=now)
    with write_transaction(engine) as connection:
        for part in found.parts():
            store_links(connection, part)
        account = connection.scalar(select(TABLES["ad_accounts"].c.id))
        for n in range(len(HOSTILE)):
            _add_hostile(connection, n, account=account, at=now - timedelta(minutes=n + 1), home=home)
        _add_incomplete(connection, now)
        _add_banner(connection, now)


def _score(engine: Engine, now: datetime) -> None:
    """Everybody by rules, a few ratings, and a model that this shop is too small for."""
    zone = ZoneInfo("Asia/Kolkata")
    everybody = score_customers(
        engine, as_of=now, currency="INR", zone=zone, public_revenue=PublicRevenue.counted, model=None
    )
    with write_transaction(engine) as connection:
        for part in everybody.parts():
            keep_scores(connection, part)
    with writing(engine) as session:
        keep_model(session, MODEL, as_of=now, now=now, currency="INR")
        for n, person_id in enumerate(everybody.customers["person_id"].head(30)):
            record_rating(
                session, person_id=person_id, rating=(10, 9, 8, 10, 6, 9, 3)[n % 7], scale="10",
                source_type=None, source_id=None, now=now - timedelta(days=30 * (n % 5)),
            )  # fmt: skip


def _forecast(engine: Engine, now: datetime, yesterday: date) -> None:
    """Curves, forecasts as of yesterday and of nine days before, and a plan that is half over."""
    told: dict[str, Any] = {"zone": KOLKATA, "currency": "INR", "public_revenue": PublicRevenue.counted}
    histories = campaign_histories(engine, as_of_on=yesterday, **told)
    spending = spending_campaigns(histories, as_of_on=yesterday)[:3]
    followed = ("spend rose and fell with the results of the days before",)
    curves = {
        campaign_id: a_fit(
            90_000, 15_000, usual_spend=12_000 + 3_000 * n, followed_because=followed if n == 2 else (),
            draws=[(80_000, 15_000, 1.0, 0.0), (90_000, 14_000, 1.0, 2_000), (110_000, 16_000, 1.0, 0.0)],
        )
        for n, campaign_id in enumerate(spending)
    }  # fmt: skip
    fits = dict.fromkeys(Outcome, curves)
    begun = yesterday - timedelta(days=14)
    with writing(engine) as session:
        for outcome, found in fits.items():
            keep_curves(session, found, outcome, as_of_on=yesterday, currency="INR", now=now)
        for as_of_on in (yesterday - timedelta(days=9), yesterday):
            known = histories.filter(pl.col("on") <= as_of_on)
            for made in forecast_campaigns(
                session, known, spending, fits, Question(), as_of_on=as_of_on, currency="INR"
            ):
                keep_forecast(session, made, origin="nightly", now=now)
        chosen = fits_in_use(session, "INR", Outcome.revenue)
        daily = [{"campaign_id": key, "daily_budget": round(fit.usual_spend / 100)} for key, fit in chosen.items()]
        total = 30 * sum(one["daily_budget"] for one in daily)
        given = {"name": "The month", "first_on": str(begun), "last_on": str(begun + timedelta(days=29))}
        plan = validated(PlanFields, {**given, "total": total, "allocations": daily})
        save_plan(session, plan, currency="INR", now=now, by="Asha")


def _add_hostile(connection: Connection, n: int, *, account: str | None, at: datetime, home: Path) -> None:
    words = HOSTILE[n]
    times = {"created_at": at, "updated_at": at}
    tags = {f"utm_{part}": words for part in ("source", "medium", "campaign", "term", "content")}

    def add(table: str, **values: Any) -> None:
        columns = {column.name for column in TABLES[table].columns}
        assert set(values) <= columns, set(values) - columns
        connection.execute(insert(TABLES[table]).values(**values))

    add(
        "campaigns",
        id=f"camp_hostile{n}", ad_account_id=account, name=words, name_key=name_key(words), status="ACTIVE", **times,
    )  # fmt: skip
    add(
        "daily_spend",
        object_id=f"camp_hostile{n}", on=at.date(), level="campaign", campaign_id=f"camp_hostile{n}",
        spend_minor=100_000, currency="INR", n_impressions=100, n_clicks=10,
    )  # fmt: skip
    add(
        "touchpoints",
        id=f"touch_hostile{n}", analytics_session_id=f"sess_{n} {words}", visitor_id=f"vis {words}",
        website_id=WEBSITE_ID, platform="generic", is_resolved=False, resolution_method="unresolved",
        entry_page=words, session_pageviews=1, is_bot=False, session_started_at=at, attributed_at=at, **tags,
    )  # fmt: skip
    add(
        "conversions",
        id=f"conv_hostile{n}", conversion_type="purchase", conversion_name=words, website_id=WEBSITE_ID,
        platform="generic", attribution_model="last_click", attribution_weight=1.0, value_minor=1_000_00 + n,
        currency="INR", order_id=f"{n} {words}", visitor_id=f"vis {words}", session_id=words, pathname=words,
        origin="web", is_bot=False, metadata={words: words}, converted_at=at, received_at=at, **tags,
    )  # fmt: skip
    add(
        "goals",
        id=f"goal_hostile{n}", name=words, description=words, goal_type="custom_event",
        conditions={"event_name": words, "custom_conditions": {words: words}}, currency="INR", value_from_event=True,
        is_active=True, priority=-1 - n, **times,
    )  # fmt: skip
    run_id = f"run_hostile{n}"
    add(
        "batch_runs",
        id=run_id, notebook="attribute_conversions", parameters={"as_of": words}, status="failed",
        message=words, output_path=str(_executed(home, run_id, words)), started_at=at, heartbeat_at=at, finished_at=at,
    )  # fmt: skip
    add(
        "social_posts",
        id=f"post_hostile{n}", platform="facebook", platform_post_id=f"7_{n}", page_id=words, caption=words,
        status="posted", posted_at=at, media_url=words, post_url=words, insights={"reactions": n, words: words},
        error=words, **times,
    )  # fmt: skip
    add(
        "persons",
        id=f"person_hostile{n}", first_name=words, email=f"{n}@hostile.example", email_key=f"{n}@hostile.example",
        phone=words, country=words, state=words, city=words, tags=[words], attributes={words: words}, **times,
    )  # fmt: skip
    add("visitors", id=f"of {words}", person_id=f"person_hostile{n}", linked_at=at, first_seen_at=at)
    add(
        "journey_events",
        id=f"jour_hostile{n}", person_id=f"person_hostile{n}", visitor_id=f"of {words}", website_id=WEBSITE_ID,
        event_type="custom", event_name=words, stage="advocacy", channel="web", page_url=words, referrer=words,
        event_data={words: words}, origin="web", is_bot=False, occurred_at=at, received_at=at, **tags,
    )  # fmt: skip
    add(
        "customer_scores",
        id=f"score_hostile{n}", person_id=f"person_hostile{n}", score_type="clv", score_value=100.0 * n,
        currency="INR", tier="bronze", confidence="low", method="rules", breakdown={words: words}, details={},
        history=[{"at": at.isoformat(), "value": 100.0 * n}], calculated_at=at, created_at=at,
    )  # fmt: skip
    add(
        "customer_scores",
        id=f"risk_hostile{n}", person_id=f"person_hostile{n}", score_type="churn_risk", score_value=99.0,
        tier="critical", confidence="low", method="rules", breakdown={},
        history=[{"at": at.isoformat(), "value": 99.0}],
        details={"risk_level": "critical", "contributing_factors": {words: 50.0}, "recommendations": [words]},
        calculated_at=at, created_at=at,
    )  # fmt: skip
    add(
        "sentiments",
        id=f"sent_hostile{n}", source_type="review", source_id=words, person_id=f"person_hostile{n}",
        website_id=words, text=words, language="en", sentiment_score=0.5 - n / 10, sentiment_label="positive",
        confidence=0.5, keywords=[words], entities=[words], emotions={"joy": 1.0}, topics=["size"], summary=words,
        reason=words, analyser=words, is_fallback=True, said_at=at, analysed_at=at,
    )  # fmt: skip
    add(
        "segments",
        id=f"seg_hostile{n}", name=words, description=words, segment_type="custom", is_active=True, auto_update=n > 0,
        criteria={"rules": [{"field": words, "operator": "contains", "value": words}]}, color=words, customer_count=1,
        last_calculated_at=at, **times,
    )  # fmt: skip
    add(
        "segment_members",
        segment_id=f"seg_hostile{n}", person_id=f"person_hostile{n}", added_at=at, added_reason="manual",
    )  # fmt: skip
    add("segment_sizes", segment_id=f"seg_hostile{n}", built_at=at, n_members=1, n_added=1, n_removed=0)
    add(
        "experiments",
        id=f"exp_hostile{n}", name=words, description=words, hypothesis=words, website_id=words,
        experiment_type="ad_creative", primary_metric="conversion_rate", source="campaigns", confidence_level=0.95,
        variants=[
            {
                "id": f"v{place} {words}", "name": f"{place} {words}", "weight": weight, "config": {words: words},
                "source_ids": [words if place else f"camp_hostile{n}"],
            }
            for place, weight in enumerate((50, 25, 25))
        ],
        auto_stop=True, currency="INR", status="running", winner=words, stop_reason=words, n_contaminated=n,
        feed={"words": [words], "warnings": [{"code": words, "words": words}]}, started_at=at, **times,
    )  # fmt: skip
    for place in range(3):
        add(
            "experiment_days",
            experiment_id=f"exp_hostile{n}", variant_id=f"v{place} {words}", on=at.date(), n_subjects=1000,
            n_converted=50 + 40 * place, **dict.fromkeys(_SUMS, 0),
        )  # fmt: skip
    add(
        "experiment_changes",
        experiment_id=f"exp_hostile{n}", at=at, what=words, changed_by=words,
        details={words: {"before": words, "after": words}},
    )  # fmt: skip
    add(
        "alert_rules",
        id=f"rule_hostile{n}", name=words, kind="below", metric="clicks", threshold=9.0, currency="INR",
        window_days=7, of_each_campaign=False, ad_campaign_id=f"camp_hostile{n}", is_active=True, created_by=words,
        created_at=at, checked_at=at, unknown_because=words,
    )  # fmt: skip
    add(
        "alerts",
        id=f"alert_hostile{n}", rule_id=f"rule_hostile{n}", subject=f"camp_hostile{n}", words=words, value=1.0,
        opened_at=at, seen_at=at, closed_at=at if n % 2 else None,
    )  # fmt: skip
    add("planned_events", id=f"event_hostile{n}", name=words, first_on=at.date(), last_on=at.date(), created_at=at)
    figures = {"expected": 1e7, "lower": 5e6, "upper": 2e7}
    add(
        "forecasts",
        id=f"fcst_hostile{n}", ad_campaign_id=f"camp_hostile{n}", currency="INR", as_of_on=at.date(),
        first_on=at.date() + timedelta(days=1), last_on=at.date() + timedelta(days=1), n_history_days=1, method=words,
        trust="low", notes=[words], summary=dict.fromkeys(("spend", "n_conversions", "revenue", "roas"), figures),
        recommendation={"reason": words}, inputs={"events": [{"name": words}]}, origin="admin", created_at=at,
    )  # fmt: skip
    add("forecast_days", forecast_id=f"fcst_hostile{n}", on=at.date() + timedelta(days=1))
    add(
        "response_curves",
        id=f"curve_hostile{n}", campaign_id=f"camp_hostile{n}", fitted_at=at, as_of_on=at.date(), currency="INR",
        n_days=0, spend_minor=0, outcome="revenue", reason=words,
    )  # fmt: skip
    add(
        "budget_plans",
        id=f"plan_hostile{n}", name=words, currency="INR", first_on=at.date(), last_on=at.date() + timedelta(days=9),
        total_minor=10_000_000, expected={"outcome": "revenue", "expected": 1e6, "warnings": [words]},
        created_by=words, created_at=at,
    )  # fmt: skip
    add(
        "plan_allocations",
        plan_id=f"plan_hostile{n}", campaign_id=f"camp_hostile{n}", daily_minor=1_000_000,
    )  # fmt: skip
    add("lead_forms", id=f"form_hostile{n}", name=words, updated_at=at)
    add(
        "leads",
        id=f"lead_hostile{n}", platform="meta", form_id=f"form_hostile{n}", form_name=words,
        ad_campaign_id=f"camp_hostile{n}", campaign_name=words, ad_set_name=words, ad_name=words, full_name=words,
        email=words, phone=words, answers={words: [words, words]}, status=list(LeadStatus)[n % 4].value, notes=words,
        assigned_to=words, currency="INR", actual_value_minor=100 * n, conversion_id=f"conv_hostile{n}",
        submitted_at=at, received_at=at, updated_at=at,
    )  # fmt: skip
    add("lead_steps", lead_id=f"lead_hostile{n}", before="new", after="lost", at=at, by=words)
    add(
        "sync_streams",
        scope=words, stream="campaigns", status="failed", message=words, n_read=0, n_stored=0, n_quarantined=1,
        started_at=at,
    )  # fmt: skip
    add("quarantined_rows", scope=words, stream="campaigns", reason=words, row={words: words}, seen_at=at)
    add(
        "imports",
        id=f"import_hostile{n}", kind="spend", file_name=words, file_sha256=str(n), n_received=1, n_stored=0,
        n_duplicates=0, n_rejected=1, imported_at=at,
    )  # fmt: skip
    add("rejected_rows", import_id=f"import_hostile{n}", line=2, reason=words, row={words: words})


def _executed(home: Path, run_id: str, words: str) -> Path:
    """An executed notebook that has printed it, as text and as HTML."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": words},
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": f"<p>{words}</p>", "text/plain": words}},
    ]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "SOURCE = 1", "outputs": outputs}
    title = {"cell_type": "markdown", "metadata": {}, "source": f"# {words}"}
    path = home / "runs" / f"{run_id}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": [title, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def _add_incomplete(connection: Connection, now: datetime) -> None:
    """A conversion and a lead with hardly anything known of them, a currency without a rate, a value below zero."""
    common = {
        "platform": "direct", "attribution_model": "last_click", "attribution_weight": 1.0, "origin": "admin",
        "is_bot": False, "received_at": now,
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"id": "conv_bare", "conversion_type": "custom", "currency": "INR", "visitor_id": "v-bare"},
        {"id": "conv_iceland", "conversion_type": "purchase", "currency": "ISK", "visitor_id": "v-isk"}
        | {"value_minor": 123_456},
        {"id": "conv_refund", "conversion_type": "custom", "currency": "INR", "visitor_id": "v-refund"}
        | {"value_minor": -25_050},
    ]
    for n, row in enumerate(rows):
        at = now - timedelta(minutes=30 + n)
        connection.execute(insert(TABLES["conversions"]).values(**common, **row, converted_at=at))
    connection.execute(
        insert(TABLES["leads"]).values(
            id="lead_bare", platform="generic", answers={}, status="archived", currency="INR",
            submitted_at=now - timedelta(days=2), received_at=now, updated_at=now,
        )
    )  # fmt: skip


def _add_banner(connection: Connection, now: datetime) -> None:
    """An experiment that was stopped after three weeks: a summer banner that did better than the winter one."""
    begun = now - timedelta(days=24)
    names = {"control": "Winter banner", "treatment": "Summer banner"}
    variants = [
        {"id": key, "name": name, "weight": 50, "config": None, "source_ids": []} for key, name in names.items()
    ]
    connection.execute(
        insert(TABLES["experiments"]).values(
            id="exp_banner", name="Summer or winter banner", description="Which banner the front page shows",
            hypothesis="In spring, people look for light covers", experiment_type="ad_creative",
            primary_metric="conversion_rate", source="observations", variants=variants, target_sample_size=20_000,
            confidence_level=0.95, minimum_detectable_effect=0.2, auto_stop=False, currency="INR", status="completed",
            is_significant=True, p_value=0.001, improvement_percent=20.0, winner="treatment",
            stop_reason="The winter is over", n_contaminated=12, started_at=begun, ended_at=now - timedelta(days=3),
            created_at=begun - timedelta(days=1), updated_at=now,
        )
    )  # fmt: skip
    for day in range(21):
        for variant_id, usual in (("control", 20), ("treatment", 26)):
            connection.execute(
                insert(TABLES["experiment_days"]).values(
                    experiment_id="exp_banner", variant_id=variant_id, on=(begun + timedelta(days=day)).date(),
                    n_subjects=450 + 7 * (day % 5), n_converted=usual + day * 3 % 7, **dict.fromkeys(_SUMS, 0),
                )
            )  # fmt: skip
    trail = {"created": (-1, "Asha"), "started": (0, "Asha"), "completed": (21, "Ravi")}
    for what, (day, by) in trail.items():
        connection.execute(
            insert(TABLES["experiment_changes"]).values(
                experiment_id="exp_banner", at=begun + timedelta(days=day), what=what, changed_by=by
            )
        )
