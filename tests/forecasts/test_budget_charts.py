"""The pictures of budgets: what is drawn is what was computed, in the units that are shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from adplanning.forecasts.budget import best_split
from adplanning.forecasts.budget_charts import allocation_chart, pacing_chart, response_chart, scenarios_chart
from adplanning.forecasts.pacing import plan_progress, planned_days
from adplanning.forecasts.scenarios import compared_scenarios
from tests.forecasts.accounts import a_fit

HARM = "<img src=x onerror=alert(1)>"
FIT = a_fit(2000.0, 10_000.0, usual_spend=10_000.0)


def drawn(chart: Any, key: str) -> list[dict[str, Any]]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if key in row]


def test_todays_and_the_proposed_point_lie_on_the_curve_in_major_units() -> None:
    points = drawn(response_chart(FIT, currency="INR", is_revenue=True, proposed=30_000.0), "point")
    # Half, then three quarters of a ceiling of 20 rupees, at 100 and 300 rupees.
    assert [(row["point"], row["spend"], row["result"]) for row in points] == [
        ("today", 100.0, pytest.approx(10.0)), ("proposed", 300.0, pytest.approx(15.0)),
    ]  # fmt: skip
    assert points[0]["marginal"] == pytest.approx(2000 * 0.25 / 10_000)


def test_conversions_are_no_money_and_their_marginal_is_a_cost() -> None:
    point = drawn(response_chart(FIT, currency="INR", is_revenue=False), "point")[0]
    assert point["result"] == pytest.approx(1000.0)
    assert point["marginal"] == pytest.approx(10_000 / (2000 * 0.25) / 100)


def test_the_curve_is_full_only_where_spend_was_seen() -> None:
    chart = response_chart(FIT, currency="INR", is_revenue=True).to_dict()
    whole, seen = (chart["datasets"][chart["layer"][n]["data"]["name"]] for n in (1, 2))
    assert max(row["spend"] for row in seen) == pytest.approx(200.0)
    assert max(row["spend"] for row in whole) == pytest.approx(230.0)


def test_campaigns_of_one_name_keep_rows_of_their_own_and_the_greatest_rise_stands_first() -> None:
    rows = pl.DataFrame({"campaign_id": ["a", "b", "c"], "usual_spend": [100.0] * 3, "spend": [50.0, 160.0, 90.0]})
    chart = allocation_chart(rows, names={"a": HARM, "b": HARM}, currency="JPY").to_dict()
    assert chart["layer"][0]["encoding"]["y"]["sort"] == [f"{HARM} (b)", "c", f"{HARM} (a)"]


def test_scenarios_have_their_bars_and_impossible_ones_none() -> None:
    totals = compared_scenarios({"a": FIT}, shifts=[0.0, 2.0]).totals
    rows = drawn(scenarios_chart(totals, currency="INR", is_revenue=True), "scenario")
    assert [(row["scenario"], row["spend"], row["efficiency"]) for row in rows] == [
        ("today", 100.0, pytest.approx(0.1)), ("best", 100.0, pytest.approx(0.1)),
    ]  # fmt: skip
    costs = drawn(scenarios_chart(totals, currency="INR", is_revenue=False), "scenario")
    assert costs[0]["efficiency"] == pytest.approx(0.1)


def test_the_projection_begins_where_the_spend_ends() -> None:
    plan = planned_days(40_000, first_on=date(2026, 5, 1), last_on=date(2026, 5, 4))
    spent = pl.DataFrame({"on": [date(2026, 5, 1), date(2026, 5, 2)], "spend": [10_000, 20_000]})
    chart = pacing_chart(plan_progress(plan, spent, as_of_on=date(2026, 5, 2)), currency="INR")
    lines: dict[str, list[float]] = {}
    for row in drawn(chart, "kind"):
        lines.setdefault(row["kind"], []).append(row["amount"])
    assert lines == {"planned": [100, 200, 300, 400], "spent": [100, 300], "projected": [300, 450, 600]}


def test_a_plan_that_has_not_begun_is_drawn_without_spend() -> None:
    plan = planned_days(40_000, first_on=date(2026, 5, 1), last_on=date(2026, 5, 4))
    none = pl.DataFrame(schema={"on": pl.Date, "spend": pl.Float64})
    rows = drawn(pacing_chart(plan_progress(plan, none, as_of_on=date(2026, 4, 1)), currency="INR"), "kind")
    assert {row["kind"] for row in rows} == {"planned"}


def test_the_pictures_of_a_split_take_its_rows_as_they_are() -> None:
    rows = best_split({"a": FIT, "b": a_fit(usual_spend=5000.0)}, 15_000.0).rows
    assert len(drawn(allocation_chart(rows, names={}, currency="INR"), "today")) == 2 + 4
