"""The pictures of scores: what is drawn is what was counted."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from adplanning.scores.calibration import CALIBRATION
from adplanning.scores.charts import calibration_chart, distribution_chart, levels_chart, nps_chart

HARM = "<img src=x onerror=alert(1)>"
LEVELS = pl.DataFrame(
    [("clv", "gold", 3, 0.75), ("clv", "bronze", 1, 0.25), ("churn_risk", "high", 4, 1.0), ("nps", "passive", 0, None)],
    schema=["score_type", "level", "n", "share"],
    orient="row",
)
MONTHS = [
    {"month": "2026-09", "score": -50.0, "promoters": 0, "passives": 1, "detractors": 1, "total": 2},
    {"month": "2026-11", "score": 20.0, "promoters": 2, "passives": 2, "detractors": 1, "total": 5},
]


def drawn(chart: Any) -> list[dict[str, Any]]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def test_every_level_has_its_bar_in_the_order_given_and_a_score_that_nobody_has_none() -> None:
    chart = levels_chart(LEVELS)
    rows = drawn(chart)
    assert [(row["name"], row["n"], row["paint"]) for row in rows] == [
        ("CLV: Gold", 3, "#0072B2"), ("CLV: Bronze", 1, "#999999"), ("Churn risk: High", 4, "#D55E00"),
    ]  # fmt: skip
    bars = chart.to_dict()["layer"][0]
    assert bars["encoding"]["y"]["sort"] == [row["name"] for row in rows]
    assert bars["encoding"]["x"]["scale"]["zero"] is True


def test_where_nobody_has_a_score_the_picture_is_empty() -> None:
    assert drawn(levels_chart(LEVELS.filter(pl.col("n") == 0))) == []


def test_a_value_has_its_bar_from_low_to_high_in_the_words_given() -> None:
    classes = pl.DataFrame({"label": ["₹0", HARM], "n": [1, 3], "share": [0.25, 0.75]})
    chart = distribution_chart(classes, title="How is CLV spread?").to_dict()
    assert chart["layer"][0]["encoding"]["y"]["sort"] == ["₹0", HARM]
    assert [row["share"] for row in drawn(distribution_chart(classes, title=""))] == [0.25, 0.75]


def test_a_month_without_an_answer_is_no_month_of_zero() -> None:
    chart = nps_chart(MONTHS)
    assert [(row["on"][:10], row["score"]) for row in drawn(chart)] == [("2026-09-01", -50.0), ("2026-11-01", 20.0)]
    scale = chart.to_dict()["layer"][1]["encoding"]["y"]["scale"]
    assert scale["domain"] == [-100, 100]


@pytest.mark.parametrize("error", [0.1, None])
def test_a_point_has_two_standard_errors_either_way_and_never_less_than_nothing(error: float | None) -> None:
    bins = pl.DataFrame([(9, 0.5, 0.1, error)], schema=CALIBRATION, orient="row")
    row = next(row for row in drawn(calibration_chart(bins)) if "n_customers" in row)
    assert (row["low"], row["high"]) == ((0.0, pytest.approx(0.3)) if error else (None, None))
