"""The pictures of forecasts."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from adplanning.forecasts.charts import accuracy_chart, fan_chart

START = date(2026, 3, 1)


def past(*actual: float | None) -> pl.DataFrame:
    ons = [START + timedelta(days=number) for number in range(len(actual))]
    return pl.DataFrame({"on": ons, "actual": actual}, schema={"on": pl.Date, "actual": pl.Float64})


def to_come(*expected: float | None) -> pl.DataFrame:
    ons = [START + timedelta(days=30 + number) for number in range(len(expected))]
    days = pl.DataFrame({"on": ons, "expected": expected}, schema={"on": pl.Date, "expected": pl.Float64})
    return days.with_columns(lower=pl.col("expected") - 2, upper=pl.col("expected") + 2)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((10.0, 10.0), (12.0, 12.0), "20 % more a day than before is expected"),
        ((99.0, 10.0), (5.0,), "50 % less a day than before is expected"),
        ((10.0,), (10.1,), "as much a day as before is expected"),
        ((0.0,), (5.0,), "after days with nothing"),
        ((None,), (5.0,), "what is expected"),
        ((), (5.0,), "what is expected"),
        ((10.0,), (None,), "nothing can be told"),
    ],
)
def test_the_title_says_what_changes(
    before: tuple[float | None, ...], after: tuple[float | None, ...], words: str
) -> None:
    assert fan_chart(past(*before), to_come(*after), what="Revenue").title == f"Revenue: {words}"


def test_amounts_are_drawn_in_major_units_and_bars_of_zero_height_are_where_they_belong() -> None:
    spec = fan_chart(past(500.0), to_come(1000.0), what="Revenue", currency="INR").to_dict()
    drawn = [row for rows in spec["datasets"].values() for row in rows]
    assert [row["actual"] for row in drawn if "actual" in row] == [5.0]
    assert [row["expected"] for row in drawn if "expected" in row] == [10.0]
    assert spec["layer"][0]["encoding"]["y"]["title"] == "Revenue (INR)"
    assert spec["layer"][2]["encoding"]["y"]["scale"]["zero"] is True


def test_days_outside_the_bounds_are_marked_and_days_to_come_are_not_judged() -> None:
    days = to_come(10.0, 10.0, 10.0).with_columns(actual=pl.Series([11.0, 13.0, None]))
    chart = accuracy_chart(days, what="Conversions")
    assert chart.title == "Conversions: 1 of 2 days fell within the 95 % bounds"
    spec = chart.to_dict()
    points = spec["datasets"][spec["layer"][2]["data"]["name"]]
    assert [(row["actual"], row["outcome"]) for row in points] == [(11.0, "within"), (13.0, "outside")]


def test_a_forecast_of_which_no_day_is_over_can_be_drawn() -> None:
    days = to_come(10.0).with_columns(actual=pl.lit(None, pl.Float64))
    assert accuracy_chart(days, what="Spend", currency="USD").title == "Spend: no day is over yet"
    assert accuracy_chart(days.clear(), what="Spend").to_dict()["layer"]


def test_events_within_the_days_drawn_are_shaded_to_the_end_of_their_last_day() -> None:
    on = START + timedelta(days=30)
    events = pl.DataFrame(
        {
            "name": ["Sale", "Long ago"],
            "first_on": [on, START - timedelta(days=90)],
            "last_on": [on, START - timedelta(days=80)],
        }
    )
    drawn = fan_chart(past(1.0), to_come(2.0, 2.0), what="Conversions", events=events).to_dict()
    shade = drawn["layer"][0]
    rows = drawn["datasets"][shade["data"]["name"]]
    assert shade["mark"]["type"] == "rect"
    assert [(row["name"], row["since"][:10], row["until"][:10]) for row in rows] == [
        ("Sale", str(on), str(on + timedelta(days=1)))
    ]
    assert len(fan_chart(past(1.0), to_come(2.0), what="Conversions", events=events[1:]).to_dict()["layer"]) == 3
