from __future__ import annotations

from datetime import date

import polars as pl

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import analyse
from adplanning.experiments.charts import power_curve_chart, sequence_chart, variants_chart
from adplanning.experiments.power import power_curve
from adplanning.experiments.sequence import SCHEMA
from adplanning.experiments.statistics import VariantStatistics

ROWS = pl.DataFrame(
    [
        (date(2026, 3, 1), 40, 0.1, -0.9, 1.0, -0.2, 0.4, 0.5, 1.0),
        (date(2026, 3, 2), 4000, 0.02, -0.01, 0.05, 0.005, 0.035, 0.01, 0.2),
    ],
    schema=SCHEMA,
    orient="row",
)


def test_the_sequence_is_as_high_as_its_bands_once_they_have_settled() -> None:
    drawn = sequence_chart(ROWS, unit="share").to_dict()
    band = drawn["layer"][0]["encoding"]["y"]
    assert band["scale"]["domain"] == [-1.0, 5.0]
    assert band["title"] == "difference (percentage points)"
    assert band["scale"] == drawn["layer"][1]["encoding"]["y"]["scale"]
    assert drawn["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["difference", "always valid", "single look"]


def test_a_band_that_is_known_on_one_day_alone_is_an_upright_line() -> None:
    young = ROWS.with_columns(pl.when(pl.col("n_subjects") > 100).then(pl.col("lower", "upper")).name.keep())
    assert [layer["mark"]["type"] for layer in sequence_chart(young).to_dict()["layer"]] == [
        "rule",
        "area",
        "rule",
        "line",
    ]
    assert sequence_chart(ROWS.head(1)).to_dict()["layer"][1]["mark"]["type"] == "rule"


def test_a_sequence_of_nothing_known_is_drawn_too() -> None:
    unknown = ROWS.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in list(SCHEMA)[2:])
    assert sequence_chart(unknown).to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0.0, 0.0]


def test_each_variant_that_is_known_has_a_point_on_its_interval() -> None:
    found = analyse(
        {"a": VariantStatistics(100, 10), "b": VariantStatistics(100, 20)},
        control_id="a",
        metric=PrimaryMetric.conversion_rate,
        weights={"a": 1, "b": 1, "c": 0},
    )
    drawn = variants_chart(found, {"a": "Now", "b": "<b>Banner</b>", "c": "Later"}).to_dict()
    rows = next(iter(drawn["datasets"].values()))
    assert {row["name"] for row in rows} == {"Now", "<b>Banner</b>"}


def test_the_power_that_is_wanted_is_a_line_across_the_curve() -> None:
    drawn = power_curve_chart(power_curve(0.05, 0.2), power=0.9).to_dict()
    assert [{"power": 0.9}] in drawn["datasets"].values()
