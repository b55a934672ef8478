"""What an experiment says so far: every variant, and every treatment against the control."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.bayesian import Bayesian, beta_posterior, normal_posterior
from adplanning.experiments.checks import (
    SampleRatio,
    Warning,  # noqa: A004 (the word of the field)
    result_warnings,
    sample_ratio,
)
from adplanning.experiments.cuped import cuped_moments
from adplanning.experiments.effects import Effect
from adplanning.experiments.formulas import both_moments, effect_of, formula_of, moments_of, watched_effect
from adplanning.experiments.means import mean_interval, welch_effect
from adplanning.experiments.metrics import EXPERIMENT_METRICS, MetricKind
from adplanning.experiments.proportions import (
    FEW_EXPECTED,
    expected_least,
    wilson_interval,
)
from adplanning.experiments.sequential import AlwaysValid
from adplanning.experiments.significance import holm
from adplanning.experiments.statistics import EMPTY, VariantStatistics

METHODS: Final[Mapping[MetricKind, str]] = {
    MetricKind.proportion: "pooled z test; Newcombe interval; score interval of the lift",
    MetricKind.mean: "Welch's t test; Fieller interval of the lift",
    MetricKind.ratio: "delta method over subjects, Welch's t test; Fieller interval of the lift",
}


@dataclass(frozen=True, slots=True)
class VariantResult:
    """What one variant has reached: the estimate of the metric with its interval; null is unknown.

    `deviation` is the standard deviation of what one subject adds to the estimate.
    """

    variant_id: str
    n_subjects: int
    n_converted: int
    estimate: float | None
    lower: float | None
    upper: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class Sequential:
    """The result that may be watched: valid at every look. `safe_to_stop` also holds among several treatments."""

    p_value: float | None
    p_value_adjusted: float | None
    lower: float | None
    upper: float | None
    lift_lower: float | None
    lift_upper: float | None
    safe_to_stop: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One treatment against the control.

    Differences are treatment − control in units of the metric, lifts by the size of the control's estimate; null is
    unknown, and of an interval also open to that side. `direction` is the sign: positive, negative or neutral;
    `is_better` whether that is the way the metric is to go.
    """

    variant_id: str
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    lift: float | None
    lift_lower: float | None
    lift_upper: float | None
    z: float | None
    p_value: float | None
    p_value_adjusted: float | None
    is_significant: bool
    direction: str
    is_better: bool
    sequential: Sequential
    bayesian: Bayesian
    cuped: Effect | None
    method: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is known of an experiment from its sums; every number is finite or null."""

    metric: PrimaryMetric
    kind: MetricKind
    method: str
    control_id: str
    confidence_level: float
    variants: tuple[VariantResult, ...]
    comparisons: tuple[Comparison, ...]
    sample_ratio: SampleRatio
    winner_id: str | None
    warnings: tuple[Warning, ...]

    @property
    def control(self) -> VariantResult:
        """The result of the control."""
        return next(variant for variant in self.variants if variant.variant_id == self.control_id)

    @property
    def n_subjects(self) -> int:
        """The subjects of all variants."""
        return sum(variant.n_subjects for variant in self.variants)


def analyse(
    statistics: Mapping[str, VariantStatistics],
    *,
    control_id: str,
    metric: PrimaryMetric,
    confidence_level: float = 0.95,
    weights: Mapping[str, float],
    are_assigned: bool = True,
) -> Analysis:
    """Compare every treatment with the control by the metric's formula.

    Formula: proportions by `proportions_effect`, means and ratios by `welch_effect` of their moments; beside it the
    always-valid result, the Bayesian view and, where every subject has a past, CUPED. p-values are adjusted over the
    treatments by Holm, intervals are not. The winner is the best of the treatments that are significantly better; the
    control, where all are significantly worse; else nobody.

    Parameters
    ----------
    statistics : the sums of each variant; one that is missing has no subjects.
    control_id : the variant that the others are compared with.
    metric : see `EXPERIMENT_METRICS`; a click-through rate without any denominators is taken as the share of converted
        subjects.
    confidence_level : between 0 and 1; default 0.95, the contract's.
    weights : the planned part of every variant, in the order of the result.
    are_assigned : whether subjects were spread over the variants one by one; where they are days, which every variant
        has as many of, the split says nothing and is not tested.

    Returns
    -------
    The order of the treatments changes no number, and swapping control and treatment mirrors the difference. Without
    subjects everything is null and nobody wins.

    Raises
    ------
    InvalidData : a control or statistics of a variant without a weight; a confidence level out of its range.

    >>> seen = {"control": VariantStatistics(1000, 100), "banner": VariantStatistics(1000, 140)}
    >>> found = analyse(
    ...     seen, control_id="control", metric=PrimaryMetric.conversion_rate, weights={"control": 50, "banner": 50}
    ... )
    >>> banner = found.comparisons[0]
    >>> found.winner_id, round(banner.lift, 2), round(banner.p_value, 4), banner.sequential.safe_to_stop
    ('banner', 0.4, 0.0059, False)
    """
    _check(statistics, control_id, confidence_level, weights)
    sums = {name: statistics.get(name, EMPTY) for name in weights}
    control = sums[control_id]
    treatments = {name: v for name, v in sums.items() if name != control_id}
    kind, warnings = formula_of(metric, sums)
    effects = {name: effect_of(kind, control, v, confidence_level) for name, v in treatments.items()}
    watched = {name: watched_effect(kind, control, v, confidence_level) for name, v in treatments.items()}
    adjusted = holm({name: effect.p_value for name, effect in effects.items()})
    watched_adjusted = holm({name: seen.p_value for name, seen in watched.items()})
    lower_is_better = EXPERIMENT_METRICS[metric].lower_is_better
    comparisons = tuple(
        _comparison(
            name,
            effects[name],
            _sequential(watched[name], watched_adjusted[name], confidence_level),
            _bayesian(kind, control, v, lower_is_better=lower_is_better),
            _cuped(kind, control, v, confidence_level),
            p_value_adjusted=adjusted[name],
            confidence_level=confidence_level,
            lower_is_better=lower_is_better,
            method=METHODS[kind],
        )
        for name, v in treatments.items()
    )
    few = {name for name, v in treatments.items() if kind == MetricKind.proportion and _are_few(control, v)}
    split = {name: v.n_subjects for name, v in sums.items()} if are_assigned else {}
    ratio = sample_ratio(split, weights)
    return Analysis(
        metric=metric,
        kind=kind,
        method=METHODS[kind],
        control_id=control_id,
        confidence_level=confidence_level,
        variants=tuple(_variant(kind, name, v, confidence_level) for name, v in sums.items()),
        comparisons=comparisons,
        sample_ratio=ratio,
        winner_id=_winner(comparisons, control_id, few),
        warnings=(*warnings, *result_warnings(sums, effects, few, ratio, kind)),
    )


def _check(
    statistics: Mapping[str, VariantStatistics], control_id: str, confidence_level: float, weights: Mapping[str, float]
) -> None:
    for name in (control_id, *statistics):
        if name not in weights:
            raise InvalidData.unknown_choice("variant", name, weights)
    if not 0 < confidence_level < 1:
        raise InvalidData.at("confidence_level", f"must be above 0 and below 1, such as 0.95, not {confidence_level}")


def _variant(kind: MetricKind, name: str, v: VariantStatistics, confidence_level: float) -> VariantResult:
    moments = moments_of(kind, v)
    if moments is None:
        return VariantResult(name, v.n_subjects, v.n_converted, None, None, None, None)
    bounds: tuple[float | None, float | None]
    if kind == MetricKind.proportion:
        bounds = wilson_interval(v.n_converted, v.n_subjects, confidence_level=confidence_level)
        deviation: float | None = math.sqrt(moments.estimate * (1 - moments.estimate))
    else:
        bounds = mean_interval(moments, confidence_level=confidence_level)
        deviation = None if moments.variance is None else math.sqrt(moments.n * moments.variance)
    return VariantResult(name, v.n_subjects, v.n_converted, moments.estimate, *bounds, deviation)


def _sequential(watched: AlwaysValid, p_value_adjusted: float | None, confidence_level: float) -> Sequential:
    return Sequential(
        p_value=watched.p_value,
        p_value_adjusted=p_value_adjusted,
        lower=watched.lower,
        upper=watched.upper,
        lift_lower=watched.lift_lower,
        lift_upper=watched.lift_upper,
        safe_to_stop=p_value_adjusted is not None and p_value_adjusted < 1 - confidence_level,
    )


def _bayesian(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics, *, lower_is_better: bool
) -> Bayesian:
    if kind == MetricKind.proportion:
        return beta_posterior(control, treatment)
    both = both_moments(kind, control, treatment)
    return Bayesian() if both is None else normal_posterior(*both, lower_is_better=lower_is_better)


def _cuped(
    kind: MetricKind, control: VariantStatistics, treatment: VariantStatistics, confidence_level: float
) -> Effect | None:
    adjusted = cuped_moments(control, treatment, kind)
    return adjusted and welch_effect(*adjusted, confidence_level=confidence_level)


def _comparison(
    name: str,
    effect: Effect,
    sequential: Sequential,
    bayesian: Bayesian,
    cuped: Effect | None,
    *,
    p_value_adjusted: float | None,
    confidence_level: float,
    lower_is_better: bool,
    method: str,
) -> Comparison:
    difference = effect.difference or 0.0
    return Comparison(
        variant_id=name,
        difference=effect.difference,
        difference_lower=effect.lower,
        difference_upper=effect.upper,
        lift=effect.lift,
        lift_lower=effect.lift_lower,
        lift_upper=effect.lift_upper,
        z=effect.statistic,
        p_value=effect.p_value,
        p_value_adjusted=p_value_adjusted,
        is_significant=p_value_adjusted is not None and p_value_adjusted < 1 - confidence_level,
        direction="positive" if difference > 0 else "negative" if difference < 0 else "neutral",
        is_better=difference < 0 if lower_is_better else difference > 0,
        sequential=sequential,
        bayesian=bayesian,
        cuped=cuped,
        method=method,
    )


def _winner(comparisons: Sequence[Comparison], control_id: str, few: set[str]) -> str | None:
    sure = [c for c in comparisons if c.is_significant and c.variant_id not in few]
    better = [c for c in sure if c.is_better]
    if better:
        return max(better, key=lambda c: (abs(c.difference or 0.0), c.variant_id)).variant_id
    return control_id if sure and len(sure) == len(comparisons) else None


def _are_few(control: VariantStatistics, treatment: VariantStatistics) -> bool:
    return bool(control.n_subjects and treatment.n_subjects) and expected_least(control, treatment) < FEW_EXPECTED
