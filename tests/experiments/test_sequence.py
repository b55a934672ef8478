from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import analyse
from adplanning.experiments.sequence import SCHEMA, running_sequence
from adplanning.experiments.statistics import SUMS, statistics_of

FIRST = date(2026, 3, 2)


def days(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """Of variant, day, subjects and converted ones."""
    frame = pl.DataFrame(
        [(name, FIRST + timedelta(days=day), n, x) for name, day, n, x in rows],
        schema={"variant_id": pl.String, "on": pl.Date, "n_subjects": pl.Int64, "n_converted": pl.Int64},
        orient="row",
    )
    return frame.with_columns(pl.lit(0).alias(name) for name in SUMS[2:])


SEEN = days(*((name, day, 400, 40 + gain * day) for day in range(12) for name, gain in (("a", 0), ("b", 3), ("c", 9))))


def sequence(frame: pl.DataFrame, metric: PrimaryMetric = PrimaryMetric.conversion_rate) -> pl.DataFrame:
    return running_sequence(frame, control_id="a", variant_id="b", metric=metric)


def test_the_last_day_is_the_result_and_other_variants_change_nothing() -> None:
    last = sequence(SEEN).row(-1, named=True)
    sums = {name: of for name, of in statistics_of(SEEN).items() if name != "c"}
    result = analyse(sums, control_id="a", metric=PrimaryMetric.conversion_rate, weights={"a": 1, "b": 1}).comparisons[
        0
    ]
    assert last["n_subjects"] == 9600
    assert (last["difference"], last["p_value"]) == (result.difference, result.p_value)
    assert (last["lower"], last["upper"]) == (result.sequential.lower, result.sequential.upper)
    assert (last["fixed_lower"], last["fixed_upper"]) == (result.difference_lower, result.difference_upper)


@pytest.mark.parametrize("metric", [PrimaryMetric.conversion_rate, PrimaryMetric.revenue, PrimaryMetric.cpc])
def test_every_day_is_the_result_of_all_days_up_to_it(metric: PrimaryMetric) -> None:
    n = pl.col("n_subjects")
    bought = SEEN.with_columns(
        n_with_denominator=n, value_sum=n * 2.0 + pl.col("n_converted"), value_squares=n * 9.0,
        denominator_sum=n * 3.0, denominator_squares=n * 12.0, value_denominator=n * 7.0,
    ).filter(pl.col("variant_id") != "c")  # fmt: skip
    for look in sequence(bought, metric).iter_rows(named=True):
        sums = statistics_of(bought.filter(pl.col("on") <= look["on"]))
        result = analyse(sums, control_id="a", metric=metric, weights={"a": 1, "b": 1}).comparisons[0]
        shown = (result.difference, result.difference_lower, result.difference_upper, result.p_value)
        assert [look[name] for name in ("difference", "fixed_lower", "fixed_upper", "p_value")] == pytest.approx(shown)
        assert [look["lower"], look["upper"]] == pytest.approx([result.sequential.lower, result.sequential.upper])


def test_days_come_in_their_order_whatever_that_of_the_rows() -> None:
    assert sequence(SEEN.reverse()).equals(sequence(SEEN))
    assert sequence(SEEN)["on"].is_sorted()


def test_the_always_valid_p_value_never_rises_again() -> None:
    found = sequence(days(("a", 0, 2000, 200), ("b", 0, 2000, 300), ("a", 1, 2000, 300), ("b", 1, 2000, 200)))
    assert found["p_value_sequential"][0] == found["p_value_sequential"][1]
    assert found["p_value"][1] == pytest.approx(1.0)


def test_before_both_are_seen_there_is_nothing_to_compare() -> None:
    first = sequence(days(("a", 0, 50, 5), ("b", 1, 50, 9))).row(0, named=True)
    assert first["n_subjects"] == 50
    assert {first[name] for name in SCHEMA if name not in ("on", "n_subjects")} == {None}


def test_without_days_there_is_no_sequence() -> None:
    assert sequence(SEEN.clear()).is_empty()


def test_one_formula_is_taken_for_all_days() -> None:
    later = days(("a", 1, 50, 5), ("b", 1, 50, 9)).with_columns(n_with_denominator=50, denominator_sum=90.0)
    found = sequence(
        pl.concat([days(("a", 0, 50, 5), ("b", 0, 50, 9)), later], how="vertical_relaxed"), PrimaryMetric.ctr
    )
    assert found["difference"].to_list() == [None, 0.0]
