"""How a treatment compares with its control by the formula of the metric."""

from __future__ import annotations

from collections.abc import Mapping

from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.checks import Warning  # noqa: A004 (the word of the field)
from adplanning.experiments.effects import Effect, Moments
from adplanning.experiments.means import mean_moments, welch_effect
from adplanning.experiments.metrics import EXPERIMENT_METRICS, MetricKind
from adplanning.experiments.proportions import proportions_difference, proportions_effect, rate_moments
from adplanning.experiments.ratios import ratio_moments
from adplanning.experiments.sequential import LEAST_SUBJECTS, AlwaysValid, always_valid
from adplanning.experiments.statistics import VariantStatistics


def formula_of(metric: PrimaryMetric, sums: Mapping[str, VariantStatistics]) -> tuple[MetricKind, list[Warning]]:
    """The formula to take, and what is to be said where denominators are missing."""
    kind = EXPERIMENT_METRICS[metric].kind
    n, n_with = sum(v.n_subjects for v in sums.values()), sum(v.n_with_denominator for v in sums.values())
    if kind != MetricKind.ratio or n_with == n:
        return kind, []
    denominator = EXPERIMENT_METRICS[metric].denominator
    if n_with:
        return kind, [Warning("missing_denominators", f"{n - n_with:,} of {n:,} subjects have no {denominator}.")]
    if metric == PrimaryMetric.ctr:
        words = "No subject has impressions; the share of subjects that converted is compared instead."
        return MetricKind.proportion, [Warning("no_denominator", words)]
    return kind, [Warning("no_denominator", f"No subject has {denominator}, so that there is nothing to compare.")]


def moments_of(kind: MetricKind, v: VariantStatistics) -> Moments | None:
    """The estimate of one variant with its variance; null where it is unknown.

    >>> moments_of(MetricKind.proportion, VariantStatistics(n_subjects=4, n_converted=1)).estimate
    0.25
    """
    match kind:
        case MetricKind.proportion:
            return rate_moments(v)
        case MetricKind.mean:
            return mean_moments(v)
        case MetricKind.ratio:
            return ratio_moments(v)


def both_moments(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics
) -> tuple[Moments, Moments] | None:
    """The estimates of both, where both are known."""
    before, after = moments_of(kind, control), moments_of(kind, treatment)
    return None if before is None or after is None else (before, after)


def effect_of(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics, confidence_level: float
) -> Effect:
    """The treatment against the control for one look at the end; nothing known where an estimate is missing.

    Formula: `proportions_effect` of proportions, `welch_effect` of the moments of means and ratios.

    >>> effect_of(MetricKind.mean, VariantStatistics(2, 0, 4.0, 10.0), VariantStatistics(2, 0, 8.0, 34.0), 0.95).lift
    1.0
    """
    both = both_moments(kind, control, treatment)
    if both is None:
        return Effect()
    if kind == MetricKind.proportion:
        return proportions_effect(control, treatment, confidence_level=confidence_level)
    return welch_effect(*both, confidence_level=confidence_level)


def difference_of(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics, confidence_level: float
) -> Effect:
    """The same for many looks: that of shares without the interval of the lift, see `proportions_difference`.

    >>> difference_of(MetricKind.proportion, VariantStatistics(4, 1), VariantStatistics(4, 2), 0.95).difference
    0.25
    """
    if kind != MetricKind.proportion or both_moments(kind, control, treatment) is None:
        return effect_of(kind, control, treatment, confidence_level)
    return proportions_difference(control, treatment, confidence_level=confidence_level)


def watched_effect(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics, confidence_level: float
) -> AlwaysValid:
    """The treatment against the control at whatever moment somebody looks; see `always_valid`.

    Of means and ratios nothing is known below `LEAST_SUBJECTS` of either.

    >>> watched_effect(MetricKind.mean, VariantStatistics(9), VariantStatistics(9), 0.95).p_value is None
    True
    """
    both = both_moments(kind, control, treatment)
    few = min(control.n_subjects, treatment.n_subjects) < LEAST_SUBJECTS
    if both is None or (few and kind != MetricKind.proportion):
        return AlwaysValid()
    return always_valid(*both, confidence_level=confidence_level)
