"""A small, recent shop, with rows in it that want to do harm, to be too long, or to be missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.names import name_key
from adplanning.core.vocabulary import LeadStatus, PublicRevenue
from adplanning.demo.filling import fill
from adplanning.demo.shop import WEBSITE_ID, shop
from adplanning.scores.model_service import keep_model
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import keep_scores, score_customers
from adplanning.sentiment.keeping_service import keep_analyses, pending_texts
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
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
RUN_WITH_HARM = "run_hostile0"


def filled(engine: Engine, home: Path) -> None:
    """Fill an empty store."""
    yesterday = datetime.now(ZoneInfo("Asia/Kolkata")).date() - timedelta(days=1)
    fill(engine, shop(21, 5, until=yesterday, size=0.105), lambda _: None)
    now = datetime.now(UTC)
    _score(engine, now)
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
