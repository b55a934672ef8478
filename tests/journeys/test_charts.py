"""The pictures of ways."""

from __future__ import annotations

from datetime import date

import polars as pl

from adplanning.journeys.charts import conversion_time_chart, funnel_chart, retention_chart
from adplanning.journeys.conversion_times import times_to_convert
from adplanning.journeys.funnel import funnel
from adplanning.journeys.stages import STAGES
from tests.journeys.told import steps

COHORT = {"cohort_on": pl.Date, "age": pl.Int64, "n_customers": pl.Int64, "n_active": pl.Int64, "share": pl.Float64}


def cohorts(n_months: int) -> pl.DataFrame:
    rows = [(date(2025, 1, 1), age, 4, 1, 0.25) for age in range(n_months + 1)]
    return pl.DataFrame(rows, schema=COHORT, orient="row")


def test_bars_stand_in_the_order_of_the_stages_and_begin_at_zero() -> None:
    chart = funnel_chart(funnel(steps(("a", 0, "purchase"))).stages).to_dict()
    bars, words = chart["layer"]
    assert [stage.lower() for stage in bars["encoding"]["y"]["sort"]] == list(STAGES)
    assert bars["encoding"]["x"]["scale"]["zero"] is True
    [drawn] = chart["datasets"].values()
    assert [row["n"] for row in drawn] == [1, 1, 1, 1, 1, 0, 0]
    assert "dropoff" in words["transform"][1]["calculate"] + words["transform"][0]["calculate"]


def test_a_funnel_of_nobody_can_be_drawn() -> None:
    assert funnel_chart(funnel(steps()).stages).to_dict()["layer"]


def test_the_month_of_the_first_purchase_is_not_drawn_since_all_bought_then() -> None:
    [drawn] = retention_chart(cohorts(2)).to_dict()["datasets"].values()
    assert [(row["cohort"], row["age"]) for row in drawn] == [("Jan 2025 (4)", 1), ("Jan 2025 (4)", 2)]


def test_shares_are_written_while_there_is_room_and_told_by_the_pointer_always() -> None:
    few, many = retention_chart(cohorts(12)).to_dict(), retention_chart(cohorts(24)).to_dict()
    assert (len(few["layer"]), len(many["layer"])) == (2, 1)
    assert {tip["field"] for tip in many["layer"][0]["encoding"]["tooltip"]} >= {"share", "n_active", "n_customers"}


def test_a_map_without_later_months_can_be_drawn() -> None:
    assert retention_chart(cohorts(0)).to_dict()["layer"]


def test_times_stand_in_their_order_and_with_their_shares() -> None:
    found = times_to_convert(steps(("a", 0, "page_view"), ("a", 1, "purchase")))
    chart = conversion_time_chart(found.histogram).to_dict()
    [drawn] = chart["datasets"].values()
    assert chart["layer"][0]["encoding"]["x"]["sort"] == found.histogram["label"].to_list()
    assert [row["share"] for row in drawn if row["n"]] == [1.0]
    assert conversion_time_chart(times_to_convert(steps()).histogram).to_dict()["layer"]
