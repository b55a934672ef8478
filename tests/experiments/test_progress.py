from __future__ import annotations

import pytest

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.analysis import Analysis, analyse
from adplanning.experiments.power import sample_size, sample_size_means
from adplanning.experiments.progress import Progress, progress_of
from adplanning.experiments.statistics import VariantStatistics


def analysed(metric: PrimaryMetric = PrimaryMetric.conversion_rate, **variants: VariantStatistics) -> Analysis:
    return analyse(variants, control_id="a", metric=metric, weights=dict.fromkeys(variants, 1.0))


HALF = analysed(a=VariantStatistics(500, 25), b=VariantStatistics(500, 30))


def far(found: Analysis, *, target: int | None = None, effect: float | None = None, days: float = 5.0) -> Progress:
    return progress_of(found, target_sample_size=target, minimum_detectable_effect=effect, days=days)


def test_what_is_left_takes_as_long_as_what_came() -> None:
    found = far(HALF, target=2000)
    assert (found.percent, found.days_left, found.is_reached) == (50.0, 5.0, False)


def test_where_no_number_was_planned_it_follows_from_the_effect() -> None:
    found = far(HALF, effect=0.2)
    assert found.required_per_variant == sample_size(0.05, 0.2)
    assert found.target_samples == 2 * 8158


def test_of_other_metrics_it_follows_from_the_spread_of_the_control() -> None:
    paid = VariantStatistics(101, 0, 1010.0, 20_200.0)
    found = far(analysed(PrimaryMetric.revenue, a=paid, b=paid), effect=0.1)
    assert found.required_per_variant == sample_size_means(101**0.5, 1.0)


def test_beyond_its_plan_it_is_all_there() -> None:
    found = far(HALF, target=800)
    assert (found.percent, found.days_left, found.is_reached) == (100.0, 0.0, True)


def test_without_a_plan_nothing_is_known_of_the_end() -> None:
    found = far(HALF)
    assert found == Progress(None, 1000, None, None, None)
    assert not found.is_reached


@pytest.mark.parametrize("days", [0.0, 5.0])
def test_before_the_first_subject_there_is_no_pace(days: float) -> None:
    found = far(analysed(a=VariantStatistics(), b=VariantStatistics()), target=1000, effect=0.2, days=days)
    assert found == Progress(0.0, 0, 1000, None, None)


@pytest.mark.parametrize(("converted", "effect"), [(0, 0.2), (500, 0.2), (400, 0.5)])
def test_a_share_that_cannot_be_lifted_so_far_asks_for_no_number(converted: int, effect: float) -> None:
    found = far(analysed(a=VariantStatistics(500, converted), b=VariantStatistics(500, 30)), effect=effect)
    assert found.required_per_variant is None
