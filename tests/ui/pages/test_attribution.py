"""The page of attribution."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.core import formats
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.attribution import attribution
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, everything, send, the

IN_OCTOBER = {"from_date": "2026-10-01", "to_date": "2026-10-31"}
TABLE = TABLES["touchpoints"]


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(attribution(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def cards(widgets: list[Any]) -> list[dict[str, Any]]:
    return list(the(Kpis, widgets).items)


@pytest.mark.parametrize("model", CREDIT_MODELS)
def test_the_cards_and_the_chart_say_what_the_report_of_the_api_says(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api, model: str
) -> None:
    widgets = opened(new_visit, frame, shop_engine, **IN_OCTOBER, attribution_model=model)
    answer = api.get("attribution/report", **IN_OCTOBER, attribution_model=model, conversion_type="purchase")
    [report] = answer["models"]
    counts = api.get("attribution/stats", **IN_OCTOBER)["totals"]
    [touchpoints, matched, credited, without, spend, roas] = cards(widgets)
    assert touchpoints["value"] == formats.number(counts["total_sessions"])
    assert matched["value"] == formats.percent(counts["resolution_rate"] / 100)
    rows = report["rows"]
    by_campaign = sum(row["credited_value"] for row in rows if row["key"] != "unresolved")
    assert spend["full"] == formats.money(report["totals"]["spend"], "INR")
    assert credited["full"] == formats.money(sum(row["credited_value"] for row in rows), "INR")
    assert roas["value"] == formats.times(by_campaign / report["totals"]["spend"])
    assert without["full"] == formats.money(report["unattributed"]["value"], "INR")
    drawn = list(csv.DictReader(io.StringIO(the(ChartCard, widgets).rows_csv)))
    assert [float(row["credited_value"]) for row in drawn] == pytest.approx([row["credited_value"] for row in rows])
    assert [float(row["spend"] or "nan") for row in drawn] == pytest.approx(
        [float("nan") if row["spend"] is None else row["spend"] for row in rows], nan_ok=True
    )
    assert the(ChartCard, widgets).spec is not None


def test_the_list_is_as_long_as_its_card_says(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    widgets = opened(new_visit, frame, shop_engine, **IN_OCTOBER)
    assert cards(widgets)[0]["value"] == formats.number(the(Table, widgets).total)
    assert the(Table, widgets).total == api.get("attribution", **IN_OCTOBER)["count"] > 0


@pytest.mark.parametrize("model", CREDIT_MODELS)
def test_each_row_says_what_the_api_says(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api, model: str
) -> None:
    table = the(Table, opened(new_visit, frame, shop_engine, attribution_model=model))
    told = api.get("attribution", attribution_model=model, limit=25)["attributions"]
    assert [row["id"] for row in table.rows] == [each["id"] for each in told]
    for row, each in zip(table.rows, told, strict=True):
        assert row["cells"]["value"]["text"] == formats.money(each["conversion_value"], "INR")
        assert row["cells"]["ad_spend"]["text"] == formats.money(each["ad_spend"], "INR")


def test_amounts_without_a_rate_are_said_and_not_dropped(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with write_transaction(shop_engine) as connection:
        connection.execute(delete(TABLES["currency_rates"]))
        spend = TABLES["daily_spend"]
        connection.execute(update(spend).where(spend.c.spend_minor > 0).values(currency="USD"))
    caption = the(Kpis, opened(new_visit, frame, shop_engine)).caption
    assert "Not in the sums, as no rate is known: $" in caption
    assert "days of spend" in caption


def test_an_empty_store_says_what_is_missing(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    assert (the(Table, widgets).total, the(Table, widgets).fault, the(ChartCard, widgets).spec) == (0, "", None)
    assert the(Table, widgets).empty.startswith("No touchpoint yet")
    assert the(ChartCard, widgets).empty.startswith("No campaign has spend in this time.")
    assert [card["value"] for card in cards(widgets)] == ["0", "–", "₹0", "₹0", "₹0", "–"]


def test_resolving_matches_what_names_a_campaign_and_says_how_many(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with reading(shop_engine) as session:
        matched = session.scalars(select(Touchpoint.id).where(TABLE.c.is_resolved).limit(3)).all()
    undone = {"is_resolved": False, "resolution_method": "unresolved", "ad_campaign_id": None}
    with write_transaction(shop_engine) as connection:
        connection.execute(update(TABLE).where(TABLE.c.id.in_(matched)).values(**undone))
    widgets = opened(new_visit, frame, shop_engine)
    share = cards(widgets)[1]["value"]
    send(the(MainButton, widgets), "press")
    [(kind, said)] = frame.toasts
    assert kind == "success"
    assert said.endswith("touchpoints matched to their campaign.")
    assert cards(widgets)[1]["value"] != share
    assert frame.progress[-1][1] < 1
    send(the(MainButton, widgets), "press")
    assert frame.toasts[-1][1].startswith("No further touchpoint surely means a campaign")


def test_a_touchpoint_is_shown_in_full(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    first = the(Table, opened(new_visit, frame, shop_engine)).rows[0]["id"]
    details = the(Details, opened(new_visit, frame, shop_engine, record_id=first))
    labels = {row["label"]: row["cell"]["text"] for group in details.groups for row in group["rows"]}
    assert labels["Id"] == first
    assert frame.titles[-1] == f"Touchpoint, {labels['Began']}"


@pytest.mark.parametrize(("method", "words"), [("fuzzy_name_match", "Fuzzy name match"), ("unresolved", "Unresolved")])
def test_a_touchpoint_tells_whether_and_how_its_campaign_was_found(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, method: str, words: str
) -> None:
    row = the(Table, opened(new_visit, frame, shop_engine)).rows[0]
    is_resolved = method != "unresolved"
    with write_transaction(shop_engine) as connection:
        found = {"is_resolved": is_resolved, "resolution_method": method, "utm_source": "fb"}
        connection.execute(update(TABLE).where(TABLE.c.id == row["id"]).values(**found))
    details = the(Details, opened(new_visit, frame, shop_engine, record_id=row["id"]))
    told = {row["label"]: row["cell"]["text"] for group in details.groups for row in group["rows"]}
    assert (told["Resolved"], told["Resolution method"]) == ("Yes" if is_resolved else "No", words)
    assert the(Table, opened(new_visit, frame, shop_engine)).rows[0]["cells"]["utm_campaign"]["hint"] == f"fb: {words}"


def test_a_viewer_looks_and_cannot_resolve(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    before = everything(shop_engine)
    widgets = opened(new_visit, frame, shop_engine, role=Role.viewer)
    assert not any(isinstance(widget, MainButton) for widget in widgets)
    for widget in widgets:
        for event in ("press", "act"):
            send(widget, event, {"name": "resolve"})
    assert (everything(shop_engine), frame.toasts) == (before, [])
