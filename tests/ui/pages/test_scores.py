"""The pages of scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import Engine, insert, select

from adplanning import batch
from adplanning.core.vocabulary import PublicRevenue, Role, ScoreType
from adplanning.scores.catalogue import SCORES
from adplanning.scores.charts import levels_chart
from adplanning.scores.customer_model import NotFitted
from adplanning.scores.model_service import keep_model
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import keep_scores, score_customers
from adplanning.scores.tiers import NAMES
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.scores import CustomerScore
from adplanning.ui import badges
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.pages.scores import scores_page
from adplanning.ui.progress import Progress
from adplanning.ui.table import Table
from adplanning.ui.view_switch import ViewSwitch
from tests.scores.invented import MODEL
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")
HARM = "<img src=x onerror=alert(1)>"


def add(engine: Engine, table: str, *rows: dict[str, Any]) -> None:
    with write_transaction(engine) as connection:
        for row in rows:
            connection.execute(insert(TABLES[table]).values(**row))


def person(name: str, n: int) -> dict[str, Any]:
    email = f"{n}@example.in"
    times = {"created_at": NOW, "updated_at": NOW}
    return {
        "id": f"p{n}",
        "first_name": name,
        "email": email,
        "email_key": email,
        "tags": [],
        "attributes": {},
        **times,
    }


def score(n: int, kind: ScoreType, value: float, **fields: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=n)
    row = {
        "id": f"s{n}{kind}", "person_id": f"p{n}", "score_type": kind.value, "score_value": value, "method": "rules",
        "confidence": "high", "breakdown": {}, "details": {}, "calculated_at": at, "created_at": at,
        "history": [{"at": at.isoformat(), "value": value}], "currency": "INR" if kind is ScoreType.clv else None,
    }  # fmt: skip
    return row | fields


def churn(n: int, value: float, level: str, **factors: float) -> dict[str, Any]:
    details = {"contributing_factors": factors, "recommendations": ["Write to them.", "Let somebody call."]}
    return score(n, ScoreType.churn_risk, value, tier=level, details=details)


@pytest.fixture
def scored(engine: Engine) -> Engine:
    """Three customers, one of whom wants to do harm, and one whose person is not known."""
    add(engine, "persons", person("Asha", 1), person("Bina", 2), person(HARM, 3))
    add(
        engine,
        "customer_scores",
        score(1, ScoreType.clv, 60_000.0, tier="platinum", method="bg_nbd", previous_score=50_000.0,
              details={"remaining_clv": 12_000.5}),
        score(2, ScoreType.clv, 4_000.0, tier="bronze", details={"remaining_clv": 500.0}),
        score(1, ScoreType.engagement, 80.0, tier="high", previous_score=80.0),
        score(2, ScoreType.engagement, 20.0, tier="low", previous_score=35.0),
        churn(1, 72.3, "high", activity_risk=50.0, purchase_risk=100.0, sentiment_risk=0.0),
        churn(2, 80.0, "critical", activity_risk=100.0),
        churn(3, 55.0, "high", engagement_risk=60.0),
        churn(4, 40.0, "medium"),
    )  # fmt: skip
    return engine


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets: Sequence[Component] = scores_page(new_visit(engine, **options))
    frame.catch_up()
    return list(widgets)


def shown(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row["cells"] for row in the(Table, widgets).rows}


def numbers(widgets: list[Any]) -> dict[str, tuple[str, str]]:
    return {item["label"]: (item["value"], item["words"]) for item in the(Kpis, widgets).items}


def charts(widgets: list[Any]) -> dict[str, ChartCard]:
    return {widget.file_name: widget for widget in widgets if isinstance(widget, ChartCard)}


def texts(row: dict[str, Any], *keys: str) -> list[Any]:
    return [row[key]["text"] for key in keys]


def test_a_list_says_who_has_which_score_how_it_came_about_and_where_it_went(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, scored)
    rows = shown(widgets)
    assert len(rows) == 8
    asha = rows["s1clv"]
    assert texts(asha, "person", "score_type", "score_value", "percentile", "confidence") == [
        "Asha", "CLV", "₹60,000.00", "100", "High",
    ]  # fmt: skip
    assert (asha["tier"]["text"], asha["tier"]["colour"]) == ("Platinum", "green")
    assert (asha["trend"]["text"], asha["trend"]["colour"], asha["trend"]["hint"]) == (
        "+₹10K", "green", "Before: ₹50,000.00",
    )  # fmt: skip
    assert asha["calculated_at"]["text"].startswith("By the model, ")
    assert rows["s2clv"]["calculated_at"]["text"].startswith("By rules, ")
    assert (rows["s2engagement"]["trend"]["text"], rows["s2engagement"]["trend"]["colour"]) == ("−15", "red")
    assert rows["s1engagement"]["trend"]["text"] == "Unchanged"
    assert rows["s2clv"]["trend"]["text"] is None
    assert (rows["s2clv"]["tier"]["colour"], rows["s2clv"]["tier"]["text"]) == ("grey", "Bronze")


def test_a_churn_risk_is_red_above_70_yellow_above_40_and_else_green(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    rows = shown(opened(new_visit, frame, scored, score_type="churn_risk"))
    cells = {id_: (row["score_value"]["text"], row["score_value"]["colour"]) for id_, row in rows.items()}
    assert cells == {
        "s1churn_risk": ("72.3%", "red"), "s2churn_risk": ("80.0%", "red"),
        "s3churn_risk": ("55.0%", "yellow"), "s4churn_risk": ("40.0%", "green"),
    }  # fmt: skip


def test_the_list_is_filtered_by_type_and_tier_and_a_row_leads_to_the_customers_way(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, scored)
    table = the(Table, widgets)
    send(table, "ask", {"score_type": "clv", "tier": "platinum"})
    assert [row["id"] for row in table.rows] == ["s1clv"]
    assert table.rows[0]["href"] == "/app/ad-planning/journeys/p1"
    assert frame.kept[-1] == {"score_type": "clv", "tier": "platinum"}
    send(table, "ask", {"sort": "score_value", "descending": False, "score_type": "clv"})
    assert [row["id"] for row in table.rows] == ["s2clv", "s1clv"]
    send(table, "ask", {"search": "bina"})
    assert {row["id"] for row in table.rows} == {"s2clv", "s2engagement", "s2churn_risk"}


def test_a_hostile_name_stays_text(scored: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    assert shown(opened(new_visit, frame, scored))["s3churn_risk"]["person"]["text"] == HARM


def test_the_headlines_are_over_all_customers(scored: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    with writing(scored) as session:
        for n, rating in ((1, 10), (2, 9), (3, 3)):
            record_rating(
                session, person_id=f"p{n}", rating=rating, scale="10", source_type=None, source_id=None, now=NOW
            )
    found = numbers(opened(new_visit, frame, scored, tier="platinum"))
    assert found["Customers scored"][0] == "4"
    assert found["Average CLV"][0].startswith("₹32")
    assert found["Average engagement"][0] == "50"
    assert found["High churn risk"] == ("3", "75.0% of those scored")
    assert found["NPS"] == ("+33.3", "3 rated")


def test_a_picture_holds_every_tier_of_every_type(scored: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    chart = charts(opened(new_visit, frame, scored))["score-levels"]
    assert chart.spec is not None
    assert chart.rows_csv.splitlines()[:3] == [
        "score_type,level,n,share,average", "clv,platinum,1,0.5,60000.0", "clv,gold,0,0.0,",
    ]  # fmt: skip
    assert "NPS" not in str(chart.spec)


@pytest.mark.parametrize("kind", ScoreType)
def test_a_level_is_drawn_in_the_words_and_the_colour_of_its_badge(kind: ScoreType) -> None:
    paints = {"green": "#009E73", "blue": "#0072B2", "orange": "#E69F00", "red": "#D55E00", "grey": "#999999"}
    levels = [(kind.value, name, 1, 1.0) for name in NAMES[kind]]
    rows = pl.DataFrame(levels, schema=["score_type", "level", "n", "share"], orient="row")
    (drawn,) = levels_chart(rows).to_dict()["datasets"].values()
    assert [(row["name"], row["paint"]) for row in drawn] == [
        (f"{SCORES[kind].title}: {badge.words}", paints[badge.colour])
        for badge in (badges.LEVELS[kind][name] for name in NAMES[kind])
    ]


def test_a_picture_tells_how_the_values_of_the_chosen_score_lie(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, scored)
    values = charts(widgets)["score-values"]
    assert values.title == "CLV: how many customers have which value?"
    assert [line for line in values.rows_csv.splitlines() if ",1,0.5" in line] == [
        "clv,₹2K to ₹5K,2000.0,5000.0,1,0.5", "clv,₹50K to ₹1L,50000.0,100000.0,1,0.5",
    ]  # fmt: skip
    send(the(Table, widgets), "ask", {"score_type": "churn_risk"})
    frame.catch_up()
    assert values.title.startswith("Churn risk: ")
    assert "churn_risk,80% to 90%,80.0,90.0,1,0.25" in values.rows_csv.splitlines()
    send(the(Table, widgets), "ask", {"score_type": "nps"})
    frame.catch_up()
    assert (values.spec, values.empty) == (None, "Nobody has this score yet: NPS.")


def test_before_anybody_is_scored_the_page_says_what_to_do(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine)
    assert the(Table, widgets).empty.startswith("Nobody has been scored yet.")
    assert {name: chart.empty[:30] for name, chart in charts(widgets).items()} == {
        "score-values": "Nobody has this score yet: CLV", "score-levels": "Nobody has been scored yet. “S",
    }  # fmt: skip
    assert set(numbers(widgets).values()) == {("0", ""), ("–", ""), ("–", "Nobody has rated yet")}


def test_the_api_tells_the_same_numbers(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Any) -> None:
    found = score_customers(
        shop_engine, as_of=NOW, currency="INR", zone=ZONE, public_revenue=PublicRevenue.counted, model=None
    )
    with write_transaction(shop_engine) as connection:
        for part in found.parts():
            keep_scores(connection, part)
    rows = api.get("scores", score_type="churn_risk", limit=25)["scores"]
    page = shown(opened(new_visit, frame, shop_engine, score_type="churn_risk"))
    assert {row["id"]: row["percentile"] and str(row["percentile"]) for row in rows} == {
        id_: cells["percentile"]["text"] for id_, cells in page.items()
    }
    risk = api.get("predictive/at-risk", min_risk_score=70, limit=25)
    at_risk = opened(new_visit, frame, shop_engine, view="at-risk", risk_from="70")
    assert [row["person_id"] for row in risk["at_risk_customers"]] == [
        row["href"].rsplit("/", 1)[1] for row in the(Table, at_risk).rows
    ]
    assert numbers(at_risk)["At risk"][0].replace(",", "") == str(risk["summary"]["total_at_risk"])


def test_who_is_at_risk_is_told_with_reasons_and_advice_the_most_valuable_first(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, scored, view="at-risk")
    rows = shown(widgets)
    assert list(rows) == ["s1churn_risk", "s2churn_risk", "s3churn_risk"]
    asha = rows["s1churn_risk"]
    assert texts(asha, "person", "churn_risk", "priority", "why", "advice", "clv", "remaining") == [
        "Asha", "72.3%", "High value", "No purchase lately (100%), no activity lately (50%)",
        "Write to them. Let somebody call.", "₹60,000.00", "₹12,000.50",
    ]  # fmt: skip
    assert texts(rows["s3churn_risk"], "priority", "clv", "remaining") == ["Standard", None, None]
    found = numbers(widgets)
    assert [found[label][0] for label in ("At risk", "Critical", "High value")] == ["3", "1", "1"]
    assert found["At stake"][0] == "₹12.5K"
    send(the(Table, widgets), "ask", {"from": "25"})
    assert len(the(Table, widgets).rows) == 4
    assert frame.kept[-1] == {"view": "at-risk", "risk_from": "25"}
    assert numbers(widgets)["At risk"][0] == "4"


def test_the_nps_goes_month_by_month_and_by_segment(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    add(engine, "persons", *(person(f"P{n}", n) for n in (1, 2, 3)))
    add(
        engine,
        "segments",
        {"id": "seg", "name": HARM, "segment_type": "custom", "criteria": {}, "is_active": True, "auto_update": False,
         "customer_count": 1, "created_at": NOW, "updated_at": NOW},
    )  # fmt: skip
    add(engine, "segment_members", {"segment_id": "seg", "person_id": "p1", "added_at": NOW, "added_reason": "manual"})
    with writing(engine) as session:
        for n, rating, month in ((1, 10, 9), (2, 3, 9), (1, 9, 10), (3, 8, 10)):
            at = datetime(2026, month, 5, tzinfo=UTC)
            record_rating(
                session, person_id=f"p{n}", rating=rating, scale="10", source_type=None, source_id=None, now=at
            )
    widgets = opened(new_visit, frame, engine, view="nps")
    rows = shown(widgets)
    assert list(rows) == ["2026-10", "2026-09"]
    assert texts(rows["2026-10"], "month", "score", "promoters", "passives", "detractors", "total") == [
        "October 2026", "+50.0", "1", "1", "0", "2",
    ]  # fmt: skip
    assert numbers(widgets)["NPS"] == ("0.0", "3 rated")
    assert numbers(widgets)["Promoters"] == ("1", "33.3% of all")
    assert the(ChartCard, widgets).spec is not None
    send(the(Table, widgets), "ask", {"segment_id": "seg"})
    assert numbers(widgets)["NPS"] == ("+100.0", "1 rated")
    assert frame.kept[-1] == {"view": "nps", "nps_segment_id": "seg"}
    send(the(Table, widgets), "ask", {"from_date": "2026-11-01"})
    assert the(ChartCard, widgets).spec is None
    assert numbers(widgets)["NPS"] == ("–", "")


def test_the_model_is_shown_with_what_it_learned_and_how_well_it_foretold(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with writing(engine) as session:
        keep_model(session, MODEL, as_of=NOW, now=NOW, currency="INR")
    widgets = opened(new_visit, frame, engine, view="model")
    groups = {
        group["title"]: {row["label"].split(" ")[0]: row["cell"]["text"] for row in group["rows"]}
        for group in the(Details, widgets).groups
    }
    assert groups["Fit"]["Method"] == "BG/NBD with gamma-gamma"
    assert groups["Buying (BG/NBD)"] == {
        "r": "0.243 ± 0.013", "α": "30.900 ± 2.650", "a": "0.793 ± 0.186", "b": "2.426 ± 0.705",
    }  # fmt: skip
    assert groups["Spending (gamma-gamma, INR)"]["v"] == "1,544.000 ± 416.000"
    found = numbers(widgets)
    assert found["Customers learned from"] == ("2,357", "946 bought again")
    assert found["Expected of bought"] == ("101.6%", "1,175 of 1,156")
    assert found["Who leaves"] == ("0.785", "0.791 by days since the last purchase alone")
    assert the(Kpis, widgets).caption.startswith("Checked by fitting the days up to 1 Mar 2026 alone")
    assert [notice["words"][:31] for notice in the(Notices, widgets).items] == ["Who buys often spends more at a"]
    assert the(ChartCard, widgets).rows_csv.splitlines()[0] == "n_customers,expected,bought,standard_error"


def test_without_a_model_its_reason_stands_in_its_place(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine, view="model")
    assert the(Notices, widgets).items[0]["words"].startswith("No model was fitted yet")
    with writing(engine) as session:
        keep_model(session, NotFitted("3 customers bought", 3, 1), as_of=NOW, now=NOW, currency="INR")
    widgets = opened(new_visit, frame, engine, view="model")
    assert the(Notices, widgets).items[0]["words"] == "CLV and churn follow the rules. 3 customers bought"
    assert [type(widget) for widget in widgets] == [ViewSwitch, Notices]


def test_another_view_opens_at_its_address(scored: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    send(the(ViewSwitch, opened(new_visit, frame, scored)), "choose", {"name": "at-risk"})
    assert frame.gone_to == ["/app/ad-planning/scores?view=at-risk"]


def test_everybody_is_scored_by_a_button_that_a_viewer_does_not_have(
    scored: Engine, new_visit: NewVisit, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def start(notebook: str, given: Any, **_: Any) -> str:
        started.append(notebook)
        run = {"id": "run1", "notebook": notebook, "parameters": {}, "status": "succeeded", "started_at": NOW,
               "finished_at": NOW, "heartbeat_at": NOW, "message": "12 scored"}  # fmt: skip
        add(scored, "batch_runs", run)
        return "run1"

    monkeypatch.setattr(batch, "start_run", start)
    widgets = opened(new_visit, frame, scored)
    add(scored, "customer_scores", score(9, ScoreType.nps, 10.0, tier="promoter"))
    send(the(MainButton, widgets), "press")
    frame.catch_up()
    progress = the(Progress, widgets)
    assert (started, progress.title, progress.words, progress.kind) == (
        ["score_customers"],
        "Scored.",
        "12 scored",
        "good",
    )
    assert "s9nps" in shown(widgets)
    viewers = opened(new_visit, frame, scored, role=Role.viewer)
    assert not [widget for widget in viewers if isinstance(widget, MainButton)]


def test_looking_changes_nothing(scored: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    before = everything(scored)
    for view in ("", "at-risk", "nps", "model"):
        opened(new_visit, frame, scored, view=view)
    assert everything(scored) == before
    with write_transaction(scored) as connection:
        assert connection.scalar(select(CustomerScore.id).limit(1)) is not None
