"""The same comparison with less noise, where every subject's past is known."""

from __future__ import annotations

from adplanning.experiments.effects import Moments, moments
from adplanning.experiments.means import centred, variance_of_mean
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.statistics import VariantStatistics


def cuped_moments(
    control: VariantStatistics, treatment: VariantStatistics, kind: MetricKind
) -> tuple[Moments, Moments] | None:
    """The estimates of both variants, less what the time before the experiment already tells of them.

    Formula: with y the value (1 or 0 for a proportion) and x that of the time before, θ = Σ(x − x̄)(y − ȳ) / Σ(x − x̄)²
    over both variants, each from its own means; the estimate is ȳ − θ(x̄ − x̄ of both together), its variance that of
    the mean of y − θx. The expectation of the difference stays, its variance shrinks by about the share ρ² that x
    explains.

    Parameters
    ----------
    control, treatment : of disjoint subjects.
    kind : of the metric; ratios have no past of their denominators and are left as they are.

    Returns
    -------
    Both estimates; null where some subject has no past, the past is the same for all, or the metric is a ratio.

    Source: Deng, Xu, Kohavi and Walker (2013), Improving the sensitivity of online controlled experiments, section 3.

    >>> before = VariantStatistics(
    ...     n_subjects=3, value_sum=6, value_squares=14, n_with_pre=3, pre_sum=6, pre_squares=14, value_pre=14
    ... )
    >>> after = VariantStatistics(
    ...     n_subjects=3, value_sum=12, value_squares=50, n_with_pre=3, pre_sum=9, pre_squares=29, value_pre=38
    ... )
    >>> [(each.estimate, each.variance) for each in cuped_moments(before, after, MetricKind.mean)]
    [(2.5, 0.0), (3.5, 0.0)]
    """
    both = (control, treatment)
    if kind == MetricKind.ratio or any(v.n_subjects < 2 or v.n_with_pre < v.n_subjects for v in both):
        return None
    pre_squares = sum(centred(v.n_subjects, v.pre_sum, v.pre_sum, v.pre_squares) for v in both)
    if pre_squares <= 1e-12 * (control.pre_squares + treatment.pre_squares):
        return None
    shared = sum(centred(v.n_subjects, _sum(v, kind), v.pre_sum, _with_pre(v, kind)) for v in both)
    theta = shared / pre_squares
    pre_mean = (control.pre_sum + treatment.pre_sum) / (control.n_subjects + treatment.n_subjects)
    before, after = (_adjusted(v, kind, theta, pre_mean) for v in both)
    return None if before is None or after is None else (before, after)


def _adjusted(v: VariantStatistics, kind: MetricKind, theta: float, pre_mean: float) -> Moments | None:
    n, y, x = v.n_subjects, _sum(v, kind), v.pre_sum
    squares = v.n_converted if kind == MetricKind.proportion else v.value_squares
    rest = (
        centred(n, y, y, squares)
        - 2 * theta * centred(n, y, x, _with_pre(v, kind))
        + theta * theta * centred(n, x, x, v.pre_squares)
    )
    size = squares + theta * theta * v.pre_squares
    return moments(n, y / n - theta * (x / n - pre_mean), variance_of_mean(n, rest, size=size))


def _sum(v: VariantStatistics, kind: MetricKind) -> float:
    return v.n_converted if kind == MetricKind.proportion else v.value_sum


def _with_pre(v: VariantStatistics, kind: MetricKind) -> float:
    return v.converted_pre if kind == MetricKind.proportion else v.value_pre
