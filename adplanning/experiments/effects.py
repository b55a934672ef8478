"""How an estimate and a comparison of two are told, whatever the metric."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import special
from scipy.optimize import brentq

from adplanning.experiments.statistics import MAX_SUM


@dataclass(frozen=True, slots=True)
class Moments:
    """The estimate of a metric from n subjects, and its variance: that of the estimate, null where it is unknown."""

    n: int
    estimate: float
    variance: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """A treatment against its control; null is unknown, of an interval also open to that side.

    `difference` is treatment − control with its interval; `lift` is the difference by the size of the control's
    estimate, so that it has the difference's sign even where the control's is negative.
    """

    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    lift: float | None = None
    lift_lower: float | None = None
    lift_upper: float | None = None
    statistic: float | None = None
    p_value: float | None = None


def moments(n: int, estimate: float, variance: float | None) -> Moments | None:
    """An estimate as far as a number can hold it: null beyond 10⁶⁰, and without a variance whose root is beyond.

    >>> moments(5, 2.0, 1e200), moments(5, float("inf"), 1.0)
    (Moments(n=5, estimate=2.0, variance=None), None)
    """
    if not abs(estimate) <= MAX_SUM:
        return None
    return Moments(n, estimate, None if variance is None or not variance <= MAX_SUM * MAX_SUM else variance)


def finite(value: float) -> float | None:
    """A value that is a number; null for one that was too large for it.

    >>> finite(2.0), finite(1e300 * 1e300)
    (2.0, None)
    """
    return value if math.isfinite(value) else None


def normal_quantile(confidence_level: float) -> float:
    """How many standard errors a two-sided interval reaches to each side.

    Formula: Φ⁻¹(1 − (1 − confidence_level) / 2), from the tail that keeps its digits.

    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    return -float(special.ndtri((1 - confidence_level) / 2))


def two_sided(statistic: float) -> float:
    """The probability of a standard normal value at least as far from 0; from the tail, that keeps its digits.

    >>> round(two_sided(1.96), 4), two_sided(-20) > 0
    (0.05, True)
    """
    return 2 * float(special.ndtr(-abs(statistic)))


def root_between(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that has another sign at each end crosses 0, to the last digits (Brent, 1973).

    >>> round(root_between(lambda x: x * x - 2, 0, 2), 6)
    1.414214
    """
    return float(brentq(excess, low, high, xtol=1e-15, rtol=1e-13))  # type: ignore[no-untyped-call] # scipy has none
