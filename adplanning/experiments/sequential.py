"""Whether a difference is sure at whatever moment somebody looks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from adplanning.experiments.effects import Moments
from adplanning.experiments.means import fieller_interval

TUNED_FOR: Final = 5_000
"""At how many subjects of both variants together the sequence is narrowest; it is valid at every number."""

LEAST_SUBJECTS: Final = 100
"""From how many subjects a variant on a variance that was estimated is taken for the true one."""


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """The p-value and the intervals of difference and lift that may be looked at after every subject.

    Null is unknown, of an interval also open to that side.
    """

    p_value: float | None = None
    lower: float | None = None
    upper: float | None = None
    lift_lower: float | None = None
    lift_upper: float | None = None


def always_valid(control: Moments, treatment: Moments, *, confidence_level: float = 0.95) -> AlwaysValid:
    """Compare two estimates so that looking often finds no more than looking once.

    Formula: with d = m₁ − m₀, s² = v₀ + v₁ of `cautious`, N subjects of both and r = N·ρ², the interval is d ± k·s with
    k² = 2·(r + 1)/r · ln(√(r + 1)/α), and the p-value min(1, √(r + 1)·exp(−d²/(2s²) · r/(r + 1))), the least α whose
    interval leaves 0 out. ρ² = (−2·ln α + ln(−2·ln α + 1)) / 5,000, which makes it narrowest there. The interval of
    the lift is Fieller's with k for the quantile, since m₁ − θm₀ has such a sequence for every θ. Over all moments
    together the truth leaves the sequence with probability α at most, in the limit of many subjects.

    Parameters
    ----------
    control, treatment : estimates of the same metric, of other subjects each.
    confidence_level : 1 − α; default 0.95, the contract's. The tuning is GrowthBook's default.

    Returns
    -------
    Null where a variance is unknown, or both are 0. Swapping both mirrors the difference. The p-value is that of this
    look; the least one so far is as valid. The interval is always wider than that of the fixed horizon.

    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), arXiv 2103.06476, theorem 2.2 and appendix B.2;
    the mixture is Robbins' (1970).

    >>> seen = always_valid(Moments(2500, 0.10, 3.6e-5), Moments(2500, 0.13, 4.5e-5))
    >>> round(seen.p_value, 4), round(seen.lower, 4), round(seen.upper, 4)
    (0.0215, 0.0027, 0.0573)
    """
    control, treatment = cautious(control, treatment)
    if control.variance is None or treatment.variance is None or control.variance + treatment.variance <= 0:
        return AlwaysValid()
    difference, variance = treatment.estimate - control.estimate, control.variance + treatment.variance
    risk = 1 - confidence_level
    tuning = (-2 * math.log(risk) + math.log(-2 * math.log(risk) + 1)) / TUNED_FOR
    mass = (control.n + treatment.n) * tuning
    critical = math.sqrt(2 * (mass + 1) / mass * (0.5 * math.log1p(mass) - math.log(risk)))
    log_p = 0.5 * math.log1p(mass) - difference / variance * difference / 2 * mass / (mass + 1)
    lift_lower, lift_upper = fieller_interval(control, treatment, critical)
    return AlwaysValid(
        p_value=math.exp(min(0.0, log_p)),
        lower=difference - critical * math.sqrt(variance),
        upper=difference + critical * math.sqrt(variance),
        lift_lower=lift_lower,
        lift_upper=lift_upper,
    )


def cautious(control: Moments, treatment: Moments) -> tuple[Moments, Moments]:
    """Both estimates, with the greater of two variances: their own, and those if all subjects varied alike.

    Formula: with s² = (n₀²v₀ + n₁²v₁) / (n₀ + n₁) of a subject, v becomes s² / n where s²(1/n₀ + 1/n₁) > v₀ + v₁.

    A small variant that has not met its rare large values yet seems to vary little; the other one knows better. In an
    even split both are the same.

    >>> small, large = Moments(n=10, estimate=0.0, variance=0.1), Moments(n=90, estimate=1.0, variance=0.1)
    >>> [round(moments.variance, 3) for moments in cautious(small, large)]
    [0.82, 0.091]
    """
    if control.variance is None or treatment.variance is None:
        return control, treatment
    pooled = (control.n**2 * control.variance + treatment.n**2 * treatment.variance) / (control.n + treatment.n)
    if pooled * (1 / control.n + 1 / treatment.n) <= control.variance + treatment.variance:
        return control, treatment
    return replace(control, variance=pooled / control.n), replace(treatment, variance=pooled / treatment.n)
