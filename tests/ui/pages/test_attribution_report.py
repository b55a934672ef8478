"""The page of the attribution report, and the touchpoints behind its rows."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine, delete, literal, select, update

from adplanning.attribution.crediting import ALL_MODELS
from adplanning.core import formats
from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Goal
from adplanning.ui.chart import ChartCard
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.attribution_report import attribution_report_page
from adplanning.ui.pages.report_question import BREAKDOWNS
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, everything, send, the

REPORT = "attribution/report"
IN_OCTOBER = {"from_date": "2026-10-10", "to_date": "2026-10-31"}


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(attribution_report_page(new_visit(engine, **options)))
    frame.catch_up()
    assert not [widget.fault for widget in widgets if isinstance(widget, Table) and widget.fault]
    return widgets


def report_of(widgets: list[Any]) -> Table:
    [report, *_] = [widget for widget in widgets if isinstance(widget, Table)]
    return report


def pictures(widgets: list[Any]) -> dict[str, ChartCard]:
    return {widget.file_name: widget for widget in widgets if isinstance(widget, ChartCard)}


def exported(table: Table) -> list[dict[str, str]]:
    send(table, "export_rows")
    assert table.exporting["last"]
    return list(csv.DictReader(io.StringIO(table.exporting["part"])))


def number(words: str) -> float:
    return float(words or "nan")


@pytest.mark.parametrize("model", ALL_MODELS)
def test_rows_cards_and_sums_say_what_the_api_says(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api, model: str
) -> None:
    widgets = opened(new_visit, frame, linked_shop, **IN_OCTOBER, attribution_model=model)
    [told] = api.get(REPORT, **IN_OCTOBER, attribution_model=model, conversion_type="purchase")["models"]
    *rows, credited, without, whole = exported(report_of(widgets))
    assert {row["key"] for row in rows} == {row["key"] for row in told["rows"]}
    by_key = {row["key"]: row for row in told["rows"]}
    for row in rows:
        its = by_key[row["key"]]
        assert number(row["conversions"]) == pytest.approx(its["credited_conversions"])
        assert (row["value"], row["name"]) == (str(its["credited_value"]), its["name"])
    assert number(without["value"]) == told["unattributed"]["value"]
    assert (number(whole["conversions"]), number(whole["spend"])) == (
        told["totals"]["conversions"],
        told["totals"]["spend"],
    )
    [conversions, value, unattributed, spend, *_] = the(Kpis, widgets).items
    assert conversions["value"] == formats.number(told["totals"]["conversions"])
    assert value["full"] == formats.money(number(credited["value"]), "INR")
    assert unattributed["full"] == formats.money(told["unattributed"]["value"], "INR")
    assert spend["full"] == formats.money(told["totals"]["spend"], "INR")


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_by_whatever_it_is_broken_down_the_rows_and_the_unattributed_add_up_to_all(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, by: str
) -> None:
    widgets = opened(new_visit, frame, linked_shop, by=by, conversions="all", attribution_model="linear")
    *rows, credited, without, whole = exported(report_of(widgets))
    for column in ("conversions", "value", "share"):
        assert sum(number(row[column]) for row in rows) == pytest.approx(number(credited[column]))
        assert number(credited[column]) + number(without[column]) == pytest.approx(number(whole[column]))
    assert sum(number(row["new_conversions"]) for row in rows) == pytest.approx(number(credited["new_conversions"]))
    # Spend is on no row twice and, where it can be split, on no row too little.
    if by in ("campaign", "day"):
        assert sum(number(row["spend"]) for row in rows if row["spend"]) == pytest.approx(number(whole["spend"]))
    assert (credited["claimed_by_platform"], whole["claimed_by_platform"]) == ("", "")


def test_the_roas_on_the_card_is_of_campaigns_whatever_the_rows_are(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    said = {
        by: next(card["value"] for card in the(Kpis, opened(new_visit, frame, linked_shop, by=by)).items
                 if card["label"] == "ROAS")
        for by in ("campaign", "source", "day")
    }  # fmt: skip
    assert len(set(said.values())) == 1
    assert said["campaign"].endswith("×")


@pytest.mark.parametrize("column", ["name", "credited_conversions", "spend_minor", "roas", "claimed_conversions"])
def test_each_column_sorts_and_the_unknown_comes_last(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, column: str
) -> None:
    for descending in (False, True):
        table = report_of(opened(new_visit, frame, linked_shop, sort=column, descending=str(descending).lower()))
        shown = [row["cells"][column]["text"] for row in table.rows]
        known = [words for words in shown if words is not None]
        assert shown == known + [None] * (len(shown) - len(known))
        values = [
            words.lower() if column == "name" else float("".join(c for c in words if c.isdigit() or c == "."))
            for words in known
        ]
        assert values == sorted(values, reverse=descending)


@pytest.mark.parametrize(("by", "model"), [("campaign", "linear"), ("source", "markov"), ("channel", "shapley")])
def test_the_touchpoints_behind_a_row_add_up_to_it(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, by: str, model: str
) -> None:
    asked = {"by": by, "attribution_model": model, **IN_OCTOBER}
    table = report_of(opened(new_visit, frame, linked_shop, **asked))
    for row, values in zip(table.rows, exported(table), strict=False):
        address = urlsplit(row["href"])
        query = dict(parse_qsl(address.query))
        assert query == asked | {"key": row["id"]} if by != "campaign" else asked | {"key": row["id"]}
        behind = opened(new_visit, frame, linked_shop, record_id=address.path.rpartition("/")[2], **query)
        assert frame.titles[-1] == f"Touchpoints behind “{row['name']}”"
        *touchpoints, whole = exported(the(Table, behind)) or [{"credit": "0", "credited_value": "0"}]
        assert sum(number(one["credit"]) for one in touchpoints) == pytest.approx(number(values["conversions"]))
        assert number(whole["credited_value"]) == number(values["value"])
        [credit, value, _] = the(Kpis, behind).items
        assert (credit["value"], value["full"]) == (
            row["cells"]["credited_conversions"]["text"],
            row["cells"]["credited_value_minor"]["text"],
        )


def test_a_touchpoint_behind_a_row_leads_to_its_page_and_to_its_conversion(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, linked_shop, record_id="touchpoints", by="channel", key="paid search")
    table = the(Table, widgets)
    values = exported(table)[0]
    cells = table.rows[0]["cells"]
    assert table.rows[0]["href"] == f"/app/ad-planning/attribution/{values['touchpoint_id']}"
    assert cells["converted_at"]["href"] == f"/app/ad-planning/conversions/{values['conversion_id']}"
    assert cells["position"]["text"] == f"{values['position']} of {values['touchpoints']}"
    send(table, "ask", {"sort": "credit"})
    assert frame.kept[-1] == {"by": "channel", "key": "paid search", "sort": "credit", "descending": "true"}


def test_an_event_that_met_a_goal_and_is_no_conversion_has_no_link(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    steps, done = TABLES["journey_events"], TABLES["goal_completions"]
    with write_transaction(linked_shop) as connection:
        goal_id = connection.execute(select(TABLES["goals"].c.id).order_by("id").limit(1)).scalar_one()
        connection.execute(delete(done))
        of_goal = (literal(goal_id), literal("INR"), steps.c.id, steps.c.occurred_at)
        columns = ["goal_id", "currency", "journey_event_id", "completed_at"]
        connection.execute(done.insert().from_select(columns, select(*of_goal).limit(200)))
    asked = {"conversions": f"goal:{goal_id}", "by": "channel"}
    key = report_of(opened(new_visit, frame, linked_shop, **asked)).rows[0]["id"]
    table = the(Table, opened(new_visit, frame, linked_shop, record_id="touchpoints", **asked, key=key))
    assert {row["cells"]["converted_at"]["href"] for row in table.rows} == {""}


def test_the_completions_of_a_goal_are_credited_as_the_goal_says(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    with write_transaction(linked_shop) as connection:
        goal_id = connection.execute(select(TABLES["goals"].c.id).order_by("id").limit(1)).scalar_one()
        connection.execute(update(TABLES["goals"]).where(TABLES["goals"].c.id == goal_id).values(lookback_days=3))
    widgets = opened(new_visit, frame, linked_shop, conversions=f"goal:{goal_id}")
    assert "touchpoints of the 3 days before a conversion" in the(Kpis, widgets).caption
    [told] = api.get(REPORT, goal_id=goal_id)["models"]
    assert the(Kpis, widgets).items[0]["value"] == formats.number(told["totals"]["conversions"])


def test_only_active_goals_are_offered(linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    with reading(linked_shop) as session:
        [first, *others] = session.scalars(select(Goal.id)).all()
    with write_transaction(linked_shop) as connection:
        connection.execute(update(TABLES["goals"]).where(TABLES["goals"].c.id == first).values(is_active=False))
    table = report_of(opened(new_visit, frame, linked_shop))
    [options] = [choice["options"] for choice in table.choices if choice["key"] == "conversions"]
    offered = {one["value"] for one in options if one["value"].startswith("goal:")}
    assert offered == {f"goal:{goal_id}" for goal_id in others}


def test_the_pictures_hold_the_numbers_of_the_api(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    widgets = opened(new_visit, frame, linked_shop, attribution_model="markov", by="channel")
    drawn = {name: list(csv.DictReader(io.StringIO(card.rows_csv))) for name, card in pictures(widgets).items()}
    assert all(card.spec is not None for card in pictures(widgets).values())
    paths = api.get("attribution/report/paths", conversion_type="purchase")
    assert [int(row["conversions"]) for row in drawn["path-lengths"]] == [
        row["conversions"] for row in paths["path_lengths"]
    ]
    assert [int(row["days"]) for row in drawn["time-lags"]] == [row["days"] for row in paths["time_lags"]]
    intervals = api.get("attribution/report/intervals", attribution_model="markov", conversion_type="purchase")
    assert [number(row["weight"]) for row in drawn["credit-of-channels"]] == pytest.approx(
        [row["weight"] for row in intervals["channels"]]
    )
    few = [row["channel"] for row in intervals["channels"] if row["reason"]]
    assert all(channel in pictures(widgets)["credit-of-channels"].words for channel in few)
    models = {row["key"]: number(row["markov"]) for row in drawn["models-side-by-side"]}
    assert models == {row["key"]: number(row["value"]) for row in exported(report_of(widgets))[:-3]}
    assert "differ most of all pairs" in pictures(widgets)["models-side-by-side"].words
    [_, top] = [widget for widget in widgets if isinstance(widget, Table)]
    assert [row["path"] for row in exported(top)] == [row["sequence"] for row in paths["top_paths"]]


def test_a_model_that_follows_a_rule_has_no_interval_and_says_so(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    card = pictures(opened(new_visit, frame, linked_shop))["credit-of-channels"]
    assert card.spec is None
    assert card.empty.startswith("Last click follows a rule and learns nothing. Choose Markov or Shapley")


def test_another_model_is_kept_in_the_address_and_computes_nothing_anew(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    table = report_of(widgets := opened(new_visit, frame, linked_shop))
    before = [row["cells"]["credited_value_minor"]["text"] for row in table.rows]
    # What is shown stands on one snapshot, whatever comes in meanwhile.
    with write_transaction(linked_shop) as connection:
        connection.execute(delete(TABLES["conversions"]))
    send(table, "ask", {"attribution_model": "first_click"})
    frame.catch_up()
    assert frame.kept == [{"attribution_model": "first_click"}]
    assert [row["cells"]["credited_value_minor"]["text"] for row in table.rows] != before
    assert "From first click the others differ by" in pictures(widgets)["models-side-by-side"].words


def test_amounts_without_a_rate_are_said_and_the_roas_is_unknown(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with write_transaction(linked_shop) as connection:
        connection.execute(delete(TABLES["currency_rates"]))
        spend = TABLES["daily_spend"]
        connection.execute(update(spend).where(spend.c.spend_minor > 0).values(currency="USD"))
    cards = the(Kpis, opened(new_visit, frame, linked_shop))
    assert "Not in the sums, as no rate is known: $" in cards.caption
    assert [card["value"] for card in cards.items if card["label"] == "ROAS"] == ["–"]


def test_an_empty_store_says_what_is_missing(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    for model in ("last_click", "markov"):
        widgets = opened(new_visit, frame, engine, attribution_model=model)
        assert [card["value"] for card in the(Kpis, widgets).items] == ["0", "₹0", "₹0", "₹0", "–", "–"]
        assert all(card.spec is None and card.empty.endswith(".") for card in pictures(widgets).values())
        assert report_of(widgets).empty.startswith("No conversion has a touchpoint on its path")


@pytest.mark.parametrize(
    "query",
    [{"by": "source"}, {"by": "campaign", "key": "' OR 1=1 --"}, {"key": "x" * 5000}],
    ids=str,
)
def test_a_row_that_there_is_not_has_no_touchpoints(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, query: dict[str, str]
) -> None:
    widgets = opened(new_visit, frame, linked_shop, record_id="touchpoints", **query)
    assert (the(Table, widgets).total, the(Kpis, widgets).items[0]["value"]) == (0, "0.00")


@pytest.mark.parametrize("asked", [{"record_id": "camp_1"}, {"record_id": "touchpoints", "by": "magic", "key": "x"}])
def test_there_is_no_other_record(linked_shop: Engine, new_visit: NewVisit, asked: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        attribution_report_page(new_visit(linked_shop, **asked))


def test_a_viewer_sees_the_whole_report_and_changes_nothing(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before = everything(linked_shop)
    widgets = opened(new_visit, frame, linked_shop, role=Role.viewer)
    assert report_of(widgets).total > 0
    for widget in widgets:
        for event in ("press", "act", "submit"):
            send(widget, event, {"name": "accept", "id": "x"})
    assert everything(linked_shop) == before
