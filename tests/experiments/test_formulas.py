from __future__ import annotations

import pytest

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.formulas import effect_of, formula_of, moments_of, watched_effect
from adplanning.experiments.metrics import EXPERIMENT_METRICS, MetricKind
from adplanning.experiments.statistics import EMPTY, VariantStatistics

WITH = VariantStatistics(n_subjects=200, n_converted=10, value_sum=20, value_squares=60, n_with_denominator=200,
                         denominator_sum=400, denominator_squares=900, value_denominator=70)  # fmt: skip


@pytest.mark.parametrize("metric", PrimaryMetric)
def test_each_metric_takes_the_formula_of_its_kind(metric: PrimaryMetric) -> None:
    assert formula_of(metric, {"a": WITH, "b": EMPTY}) == (EXPERIMENT_METRICS[metric].kind, [])


def test_the_estimates_are_those_of_their_kinds() -> None:
    found = [moments_of(kind, WITH) for kind in MetricKind]
    assert [each and each.estimate for each in found] == [0.05, 0.1, 0.05]


@pytest.mark.parametrize("kind", MetricKind)
def test_where_one_of_both_has_no_subjects_nothing_is_known(kind: MetricKind) -> None:
    assert effect_of(kind, WITH, EMPTY, 0.95).difference is None
    assert watched_effect(kind, EMPTY, WITH, 0.95).p_value is None
