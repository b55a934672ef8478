"""Whether one share of converted subjects differs from another, and by how much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from adplanning.experiments.effects import Effect, Moments, normal_quantile, root_between, two_sided
from adplanning.experiments.statistics import VariantStatistics

FEW_EXPECTED = 5
"""Below so many expected successes or failures in a group the normal approximation is not to be relied upon (Cochran,
1954)."""


def wilson_interval(n_converted: int, n_subjects: int, *, confidence_level: float) -> tuple[float, float]:
    """The interval of a share that is right for small numbers too.

    Formula: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).

    Source: Wilson (1927); R's `prop.test(correct = FALSE)`.

    >>> [round(bound, 4) for bound in wilson_interval(81, 263, confidence_level=0.95)]  # Newcombe (1998), method 3
    [0.2553, 0.3662]
    """
    z, p = normal_quantile(confidence_level), n_converted / n_subjects
    middle = p + z * z / (2 * n_subjects)
    reach = z * math.sqrt(p * (1 - p) / n_subjects + z * z / (4 * n_subjects**2))
    share = 1 + z * z / n_subjects
    # At the ends exactly, where rounding may fall short of it.
    lower = 0.0 if n_converted == 0 else (middle - reach) / share
    upper = 1.0 if n_converted == n_subjects else (middle + reach) / share
    return lower, upper


def rate_moments(statistics: VariantStatistics) -> Moments | None:
    """The share of converted subjects, with a variance that is above 0 also where none or all converted.

    Formula: x / n; variance q(1 − q) / n with q = (x + 1) / (n + 2). Null without subjects.

    Source: the added success and failure of Agresti and Caffo (2000).

    >>> rate_moments(VariantStatistics(n_subjects=2))
    Moments(n=2, estimate=0.0, variance=0.09375)
    """
    n, x = statistics.n_subjects, statistics.n_converted
    if n == 0:
        return None
    q = (x + 1) / (n + 2)
    return Moments(n=n, estimate=x / n, variance=q * (1 - q) / n)


def proportions_effect(
    control: VariantStatistics, treatment: VariantStatistics, *, confidence_level: float = 0.95
) -> Effect:
    """Compare two shares of converted subjects.

    Formula: z = (p₁ − p₀) / √(p(1 − p)(1/n₀ + 1/n₁)) with p of both together, two-sided. The interval of the
    difference is Newcombe's: with the Wilson intervals l, u of both, from d − √((p₁ − l₁)² + (u₀ − p₀)²) to
    d + √((u₁ − p₁)² + (p₀ − l₀)²). That of the lift is `lift_interval`.

    Parameters
    ----------
    control, treatment : with one subject or more each; n_subjects and n_converted are read.
    confidence_level : of the intervals; default 0.95, the contract's.

    Returns
    -------
    Swapping both mirrors the difference. The lift's interval leaves 0 out exactly where p < 1 − confidence_level; the
    difference's, which is not inverted from this test, nearly always. Where nobody or everybody converted there is no
    z and no p-value. With a control of 0 there is no lift, and its interval is open above.

    Source: z as R's `prop.test(correct = FALSE)`; Newcombe (1998), Statistics in Medicine 17, 873–890, method 10.

    >>> before, after = VariantStatistics(1000, 100), VariantStatistics(1000, 130)
    >>> effect = proportions_effect(before, after)
    >>> round(effect.statistic, 4), round(effect.p_value, 4), round(effect.lower, 4), round(effect.upper, 4)
    (2.1027, 0.0355, 0.002, 0.0581)
    """
    lift_lower, lift_upper = lift_interval(control, treatment, confidence_level=confidence_level)
    effect = proportions_difference(control, treatment, confidence_level=confidence_level)
    return replace(effect, lift_lower=lift_lower, lift_upper=lift_upper)


def proportions_difference(
    control: VariantStatistics, treatment: VariantStatistics, *, confidence_level: float
) -> Effect:
    """The same without the interval of the lift, which takes ten times as long as all the rest.

    >>> effect = proportions_difference(VariantStatistics(50, 5), VariantStatistics(50, 6), confidence_level=0.95)
    >>> round(effect.lift, 3), effect.lift_upper
    (0.2, None)
    """
    n0, x0, n1, x1 = control.n_subjects, control.n_converted, treatment.n_subjects, treatment.n_converted
    p0, p1 = x0 / n0, x1 / n1
    lower0, upper0 = wilson_interval(x0, n0, confidence_level=confidence_level)
    lower1, upper1 = wilson_interval(x1, n1, confidence_level=confidence_level)
    difference = p1 - p0
    spread = math.sqrt(((x0 + x1) / (n0 + n1)) * ((n0 - x0 + n1 - x1) / (n0 + n1)) * (1 / n0 + 1 / n1))
    z = difference / spread if spread > 0 else None
    return Effect(
        difference=difference,
        lower=difference - math.hypot(p1 - lower1, upper0 - p0),
        upper=difference + math.hypot(upper1 - p1, p0 - lower0),
        lift=difference / p0 if x0 else None,
        statistic=z,
        p_value=None if z is None else two_sided(z),
    )


def lift_interval(
    control: VariantStatistics, treatment: VariantStatistics, *, confidence_level: float
) -> tuple[float | None, float | None]:
    """The score interval of the relative lift between two shares.

    Formula: all θ − 1 with (p₁ − θp₀)² ≤ z²·(q₁(1 − q₁)/n₁ + θ²q₀(1 − q₀)/n₀), where q₀ and q₁ = θq₀ are the likeliest
    shares whose ratio is θ. At θ = 1 that is the pooled z test, so that both never disagree.

    Returns
    -------
    Lower and upper bound, −1 or more; the upper one null (open) where nobody of the control converted, and both null
    where nobody converted at all.

    Source: Koopman (1984), Biometrics 40, 513–517; q₀ as in Miettinen and Nurminen (1985), without their n/(n − 1).

    >>> control, treatment = VariantStatistics(80, 16), VariantStatistics(40, 36)  # Koopman: 2.94 to 7.15
    >>> [round(bound + 1, 3) for bound in lift_interval(control, treatment, confidence_level=0.95)]
    [2.94, 7.152]
    """
    n0, x0, n1, x1 = control.n_subjects, control.n_converted, treatment.n_subjects, treatment.n_converted
    if x0 + x1 == 0:
        return None, None
    limit = normal_quantile(confidence_level) ** 2
    if x0 + x1 == n0 + n1:
        # Solved by hand, as the spread is 0 at the ratio seen: q₀ is 1 below it, 1/θ above.
        return -limit / (n1 + limit), limit / n0

    def excess(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        b, c = n1 * ratio + x1 + n0 + x0 * ratio, x0 + x1
        q0 = 2 * c / (b + math.sqrt(max(0.0, b * b - 4 * (n0 + n1) * ratio * c)))
        q1 = min(1.0, ratio * q0)
        spread = q1 * (1 - q1) / n1 + ratio**2 * q0 * (1 - min(1.0, q0)) / n0
        return (x1 / n1 - ratio * x0 / n0) ** 2 - limit * max(spread, 0.0)

    # Without successes on one side the ratio seen is 0 or endless: begin far inside.
    start = math.log(max(x1, 1e-6) / n1) - math.log(max(x0, 1e-6) / n0)
    lower = -1.0 if x1 == 0 else math.expm1(_root(excess, start, step=-0.1))
    upper = None if x0 == 0 else math.expm1(_root(excess, start, step=0.1))
    return lower, upper


def _root(excess: Callable[[float], float], start: float, *, step: float) -> float:
    """Where the excess gets positive, going from the start in steps that double."""
    if excess(start) > 0:  # an interval narrower than a number's digits
        return start
    inner, outer = start, start + step
    while excess(outer) <= 0:
        inner, outer, step = outer, outer + 2 * step, 2 * step
    return root_between(excess, inner, outer)


def expected_least(control: VariantStatistics, treatment: VariantStatistics) -> float:
    """The fewest successes or failures that a group would have if both shares were alike; see `FEW_EXPECTED`.

    >>> expected_least(VariantStatistics(1000, 8), VariantStatistics(500, 4))
    4.0
    """
    n = control.n_subjects + treatment.n_subjects
    converted = control.n_converted + treatment.n_converted
    return min(control.n_subjects, treatment.n_subjects) * min(converted, n - converted) / n
