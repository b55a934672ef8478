from __future__ import annotations

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.metrics import EXPERIMENT_METRICS


def test_every_metric_of_the_vocabulary_has_a_formula() -> None:
    assert set(EXPERIMENT_METRICS) == set(PrimaryMetric)


def test_only_of_costs_less_is_better() -> None:
    assert [metric for metric, of in EXPERIMENT_METRICS.items() if of.lower_is_better] == [PrimaryMetric.cpc]
