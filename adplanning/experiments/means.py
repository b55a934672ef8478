"""Whether one mean a subject differs from another, and by how much; also for every estimate with a variance."""

from __future__ import annotations

import math

from scipy import special

from adplanning.experiments.effects import Effect, Moments, finite, moments
from adplanning.experiments.statistics import VariantStatistics


def mean_moments(statistics: VariantStatistics) -> Moments | None:
    """The mean value a subject with its variance.

    Formula: ȳ = Σy / n; variance s² / n with s² = (Σy² − nȳ²) / (n − 1). Null without subjects.

    >>> mean_moments(VariantStatistics(n_subjects=4, value_sum=20, value_squares=148))
    Moments(n=4, estimate=5.0, variance=4.0)
    """
    n = statistics.n_subjects
    if n == 0:
        return None
    squares = centred(n, statistics.value_sum, statistics.value_sum, statistics.value_squares)
    variance = variance_of_mean(n, squares, size=statistics.value_squares)
    return moments(n, statistics.value_sum / n, variance)


def centred(n: int, left_sum: float, right_sum: float, products: float) -> float:
    """The sum of the products of two deviations from the mean: Σ(l − l̄)(r − r̄).

    >>> centred(4, 20, 20, 148)
    48.0
    """
    return products - left_sum / n * right_sum


def variance_of_mean(n: int, squares: float, *, size: float) -> float | None:
    """The variance of a mean from the sum of squared deviations; null with one subject, or where the sum cannot be.

    Beside the `size` of what it was taken from, a sum this small is rounding, and 0. One clearly below 0 is of sums
    that are not those of the same subjects: then nothing is known.

    >>> variance_of_mean(4, 48.0, size=148), variance_of_mean(4, -1e-14, size=148)
    (4.0, 0.0)
    >>> variance_of_mean(1, 0.0, size=1) is variance_of_mean(4, -48.0, size=100) is None
    True
    """
    if n < 2 or squares < -1e-9 * size:
        return None
    return squares / (n - 1) / n if squares > 1e-12 * size else 0.0


def welch_effect(control: Moments, treatment: Moments, *, confidence_level: float = 0.95) -> Effect:
    """Compare two estimates that vary differently.

    Formula: t = (m₁ − m₀) / √(v₀ + v₁), with (v₀ + v₁)² / (v₀²/(n₀ − 1) + v₁²/(n₁ − 1)) degrees of freedom, two-sided;
    the difference's interval m₁ − m₀ ± t_crit·√(v₀ + v₁). The lift's is Fieller's: all θ − 1 with
    (m₁ − θm₀)² ≤ t_crit²·(v₁ + θ²v₀), which for θ = 1 is the same test; the delta method is not, where the
    control's own estimate is unsure.

    Parameters
    ----------
    control, treatment : estimates of the same metric, of other subjects each.
    confidence_level : of the intervals; default 0.95, the contract's.

    Returns
    -------
    Swapping both mirrors the difference. Where a variance is unknown or both are 0, there is neither test nor
    interval. The lift's interval leaves 0 out exactly where p < 1 − confidence_level; it is open to both sides where
    the control cannot be told from 0, and with a control of 0 there is no lift.

    Source: Welch (1947); Fieller (1954), Journal of the Royal Statistical Society B 16, 175–185.

    >>> effect = welch_effect(Moments(n=10, estimate=20.0, variance=1.0), Moments(n=10, estimate=23.0, variance=1.0))
    >>> round(effect.statistic, 3), round(effect.p_value, 4), round(effect.lift, 3), round(effect.lift_lower, 3)
    (2.121, 0.048, 0.15, 0.001)
    """
    difference = treatment.estimate - control.estimate
    lift = finite(difference / abs(control.estimate)) if control.estimate else None
    if control.variance is None or treatment.variance is None or control.variance + treatment.variance <= 0:
        return Effect(difference=difference, lift=lift)
    spread = math.sqrt(control.variance + treatment.variance)
    freedom = _freedom(control, treatment)
    t = difference / spread
    critical = -float(special.stdtrit(freedom, (1 - confidence_level) / 2))
    lift_lower, lift_upper = fieller_interval(control, treatment, critical)
    return Effect(
        difference=difference,
        lower=difference - critical * spread,
        upper=difference + critical * spread,
        lift=lift,
        lift_lower=lift_lower,
        lift_upper=lift_upper,
        statistic=finite(t),
        p_value=2 * float(special.stdtr(freedom, -abs(t))),
    )


def mean_interval(mean: Moments, *, confidence_level: float) -> tuple[float | None, float | None]:
    """The interval of one estimate, by Student's t with n − 1 degrees of freedom; null where its variance is.

    >>> [round(bound, 3) for bound in mean_interval(Moments(n=4, estimate=5.0, variance=4.0), confidence_level=0.95)]
    [-1.365, 11.365]
    """
    if mean.variance is None:
        return None, None
    reach = -float(special.stdtrit(mean.n - 1, (1 - confidence_level) / 2)) * math.sqrt(mean.variance)
    return mean.estimate - reach, mean.estimate + reach


def _freedom(control: Moments, treatment: Moments) -> float:
    assert control.variance is not None
    assert treatment.variance is not None
    share = control.variance / (control.variance + treatment.variance)
    return 1 / (share**2 / (control.n - 1) + (1 - share) ** 2 / (treatment.n - 1))


def fieller_interval(control: Moments, treatment: Moments, critical: float) -> tuple[float | None, float | None]:
    """The interval of the lift: all θ − 1 with (m₁ − θm₀)² ≤ critical²·(v₁ + θ²v₀); see `welch_effect`.

    Null, open to both sides, where the control is within `critical` standard errors of 0. With a negative control the
    lift is by its size, and the interval is mirrored.

    >>> fieller_interval(Moments(9, 10.0, 0.0), Moments(9, 12.0, 1.0), 2.0)
    (0.0, 0.3999999999999999)
    """
    if control.estimate == 0 or control.variance is None or treatment.variance is None:
        return None, None
    # All by the control's estimate, so that the numbers are those of a ratio in any unit.
    ratio = treatment.estimate / control.estimate
    g0 = critical**2 * control.variance / control.estimate / control.estimate
    g1 = critical**2 * treatment.variance / control.estimate / control.estimate
    if g0 >= 1:
        return None, None
    reach = math.sqrt(g1 * (1 - g0) + ratio * ratio * g0)
    lower, upper = (ratio - reach) / (1 - g0) - 1, (ratio + reach) / (1 - g0) - 1
    if not math.isfinite(lower) or not math.isfinite(upper):
        return None, None
    return (lower, upper) if control.estimate > 0 else (-upper, -lower)
