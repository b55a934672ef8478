"""The picture of credit against spend."""

from __future__ import annotations

import polars as pl

from adplanning.attribution.charts import MAX_CAMPAIGNS, value_against_spend

SCHEMA = {"campaign": pl.String, "credited_value": pl.Float64, "spend": pl.Float64, "roas": pl.Float64}


def shown(rows: list[tuple[str, float, float | None, float | None]]) -> list[str]:
    """The campaigns of the chart, from top to bottom."""
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    spec = value_against_spend(frame, currency="INR", model="linear").to_dict()
    return list(spec["layer"][0]["encoding"]["y"]["sort"])


def test_the_best_return_stands_on_top() -> None:
    assert shown([("worse", 10, 20, 0.5), ("best", 90, 30, 3), ("middle", 20, 10, 2)]) == ["best", "middle", "worse"]


def test_what_cost_nothing_has_no_return_to_show() -> None:
    assert shown([("paid", 10, 20, 0.5), ("e-mail", 500, None, None), ("idle", 0, 0, None)]) == ["paid"]


def test_of_many_campaigns_those_that_spent_most_are_shown() -> None:
    rows: list[tuple[str, float, float | None, float | None]] = [
        (f"c{number}", 1, float(number), 1 / number) for number in range(1, MAX_CAMPAIGNS + 6)
    ]
    assert len(shown(rows)) == MAX_CAMPAIGNS
    assert "c1" not in shown(rows)


def test_a_chart_without_data_is_still_a_chart() -> None:
    assert shown([]) == []


def test_bars_begin_at_zero_so_that_lengths_can_be_compared() -> None:
    frame = pl.DataFrame([("a", 1.0, 1.0, 1.0)], schema=SCHEMA, orient="row")
    spec = value_against_spend(frame, currency="INR", model="linear").to_dict()
    assert spec["layer"][0]["encoding"]["x"]["scale"]["zero"] is True
