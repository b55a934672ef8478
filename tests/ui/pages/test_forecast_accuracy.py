"""How far forecasts were off."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, update

from adplanning.forecasts.accuracy_service import accuracy_reports
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.forecasts import forecasts_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.foretold import usual, yesterday
from tests.ui.visiting import NotingFrame, send, the


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> list[Any]:
    widgets = forecasts_page(new_visit(engine, view="accuracy"))
    frame.catch_up()
    return list(widgets)


def tables(widgets: list[Any]) -> dict[str, Table]:
    return {one.label: one for one in widgets if isinstance(one, Table)}


def test_each_forecast_is_held_against_what_happened_the_worst_first(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    listed = tables(widgets)["Accuracy of forecasts"]
    reports = accuracy_reports(forecast_shop, **usual(yesterday()))
    of_revenue = {
        row["forecast_id"]: f"{row['mase']:.2f}" for row in reports.iter_rows(named=True) if row["measure"] == "revenue"
    }
    shown = {row["id"]: row["cells"]["mase"]["text"] for row in listed.rows}
    assert shown == of_revenue
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    picture = next(one for one in widgets if isinstance(one, ChartCard))
    assert "of 14 days fell within" in picture.title


def test_another_measure_turns_all_of_it(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    send(tables(widgets)["Accuracy of forecasts"], "ask", {"measure": "spend"})
    frame.catch_up()
    first = next(one for one in widgets if isinstance(one, Kpis))
    assert first.caption.startswith("Spend, ")
    assert next(one for one in widgets if isinstance(one, ChartCard)).title.startswith("Spend: ")


def test_days_outside_the_bounds_are_listed_with_what_was_expected(
    new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine
) -> None:
    days = TABLES["forecast_days"]
    with write_transaction(forecast_shop) as connection:
        narrow = {"revenue_minor": 100_000, "revenue_lower_minor": 90_000, "revenue_upper_minor": 110_000}
        connection.execute(update(days).where(days.c.on == yesterday()).values(narrow))
    rows = tables(opened(new_visit, frame, forecast_shop))["Missed days"].rows
    worst = rows[0]["cells"]
    assert (worst["expected"]["text"], worst["bounds"]["text"]) == ("₹1,000.00", "₹900.00 – ₹1,100.00")
    assert worst["off"]["text"][0] in "+-"


def test_nothing_to_compare_is_said(new_visit: NewVisit, frame: NotingFrame, engine: Engine) -> None:
    widgets = opened(new_visit, frame, engine)
    assert all(one.total == 0 and not one.fault for one in tables(widgets).values())
    assert next(one for one in widgets if isinstance(one, ChartCard)).empty.startswith("No forecast has a day")


def test_a_back_test_stands_beside_a_week_ago(new_visit: NewVisit, frame: NotingFrame, forecast_shop: Engine) -> None:
    widgets = opened(new_visit, frame, forecast_shop)
    send(the(MainButton, widgets), "press")
    asked = the(Form, widgets)
    assert asked.given["values"] == {"campaign": "*", "measure": "revenue"}
    send(asked, "submit", {"values": {"campaign": "camp_a", "measure": "conversions"}})
    tested = [one for one in widgets if isinstance(one, Kpis)][-1]
    assert tested.caption.startswith("The camp_a, conversions: forecasts from ")
    error = tested.items[0]
    assert error["words"].endswith("as a week ago")
    assert float(error["value"]) > 0
    assert [one for one in widgets if isinstance(one, ChartCard)][-1].spec is not None
