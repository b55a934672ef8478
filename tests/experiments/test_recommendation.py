from __future__ import annotations

import pytest

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import Analysis, analyse
from adplanning.experiments.progress import progress_of
from adplanning.experiments.recommendation import recommendation
from adplanning.experiments.statistics import VariantStatistics

NAMES = {"a": "Now", "b": "Summer banner", "c": "Winter banner"}


def rate(n_converted: int, n_subjects: int) -> VariantStatistics:
    return VariantStatistics(n_subjects=n_subjects, n_converted=n_converted)


def advice(
    *variants: VariantStatistics, is_running: bool = False, target: int | None = 2000, unit: str = "visitor"
) -> str:
    sums = dict(zip(NAMES, variants, strict=False))
    found = analyse(sums, control_id="a", metric=PrimaryMetric.conversion_rate, weights=dict.fromkeys(sums, 1.0))
    return _said(found, is_running=is_running, target=target, unit=unit)


def _said(found: Analysis, *, is_running: bool, target: int | None, unit: str = "visitor") -> str:
    far = progress_of(found, target_sample_size=target, minimum_detectable_effect=None, days=10)
    return recommendation(found, names=NAMES, is_running=is_running, progress=far, unit=unit)


def test_before_anybody_came_it_says_to_wait() -> None:
    assert advice(rate(0, 0), rate(0, 0)) == "Wait: no visitor has been counted yet."
    assert advice(rate(5, 10), rate(0, 0)).startswith("Wait: Summer banner got no visitor yet")


def test_a_split_that_is_off_comes_before_all_else() -> None:
    said = advice(rate(300, 6100), rate(390, 3900))
    assert said.startswith("Do not trust this yet: the split is off (planned 50/50, seen 61/39).")


def test_at_the_planned_end_a_better_treatment_is_to_be_rolled_out() -> None:
    said = advice(rate(100, 1000), rate(150, 1000))
    assert said == "Roll out Summer banner: its conversion rate is between 18.4% and 90.2% higher than that of Now."


def test_at_the_planned_end_a_worse_treatment_is_to_be_left() -> None:
    said = advice(rate(150, 1000), rate(100, 1000))
    assert said.startswith("Keep Now: the conversion rate of Summer banner is between 15.6% and ")
    assert said.endswith(" lower.")


def test_where_nothing_was_found_it_says_what_may_still_be() -> None:
    said = advice(rate(100, 1000), rate(105, 1000))
    assert said.startswith("Keep Now, or choose by cost: no difference is sure among 2,000 visitors.")
    assert "% lower to" in said


def test_while_it_runs_what_is_only_significant_today_is_not_enough() -> None:
    said = advice(rate(100, 1000), rate(140, 1000), is_running=True, target=4000)
    assert said.startswith(
        "Go on: about 10 more days until the planned 4,000 visitors. The difference looks significant"
    )


def test_while_it_runs_the_always_valid_result_may_decide() -> None:
    said = advice(rate(200, 2000), rate(320, 2000), is_running=True, target=10_000)
    assert said.startswith("Roll out Summer banner: its conversion rate is between ")
    assert said.endswith("That holds however often one looks.")
    # No more certain than that: the interval of a single look begins higher.
    at_end = advice(rate(200, 2000), rate(320, 2000), target=4000)
    assert _first_percent(said) < _first_percent(at_end)


def test_while_it_runs_one_of_several_that_is_worse_decides_nothing() -> None:
    said = advice(rate(320, 2000), rate(200, 2000), rate(325, 2000), is_running=True, target=12_000)
    assert said.startswith("Go on: ")


def test_an_early_end_is_to_be_repeated_unless_the_always_valid_result_was_sure() -> None:
    early = advice(rate(100, 1000), rate(140, 1000), target=9000)
    assert early.startswith("Repeat it before deciding: the conversion rate of Summer banner is between ")
    assert advice(rate(200, 2000), rate(320, 2000), target=9000).startswith("Roll out Summer banner")


def test_without_a_plan_the_end_itself_is_in_doubt() -> None:
    assert "No number of visitors was planned" in advice(rate(100, 1000), rate(140, 1000), target=None)


def test_too_few_conversions_decide_nothing() -> None:
    assert advice(rate(1, 50), rate(3, 50), is_running=True).startswith("Go on: there are too few conversions")
    assert advice(rate(1, 50), rate(3, 50)).startswith("Decide nothing by this")


def test_with_a_control_of_nothing_it_names_no_percentage_that_is_unknown() -> None:
    assert "higher than that of Now" in advice(rate(0, 1000), rate(40, 1000))


def test_days_are_called_days() -> None:
    assert "2,000 days" in advice(rate(100, 1000), rate(105, 1000), unit="day")


@pytest.mark.parametrize("is_running", [True, False])
def test_of_costs_a_lower_one_is_to_be_rolled_out(is_running: bool) -> None:
    def spent(cost: float) -> VariantStatistics:
        return VariantStatistics(
            2000, 0, 2000 * cost, 2 * 2000 * cost**2, n_with_denominator=2000,
            denominator_sum=2000, denominator_squares=2000, value_denominator=2000 * cost,
        )  # fmt: skip

    found = analyse({"a": spent(10), "b": spent(7)}, control_id="a", metric=PrimaryMetric.cpc, weights={"a": 1, "b": 1})
    said = _said(found, is_running=is_running, target=9000)
    assert said.startswith("Roll out Summer banner: its cost per click is between ")
    assert "lower than that of Now" in said


def _first_percent(said: str) -> float:
    return float(said.partition("between ")[2].partition("%")[0])
