"""How many subjects an experiment needs to find what it looks for, and what it can find with so many."""

from __future__ import annotations

import math
from typing import Final

import polars as pl
from scipy import special

from adplanning.core.errors import InvalidData
from adplanning.experiments.effects import root_between

MAX_SUBJECTS: Final = 10**12
"""More of a variant are no plan."""


def sample_size(baseline: float, mde: float, *, power: float = 0.8, alpha: float = 0.05, variants: int = 2) -> int:
    """How many subjects each variant needs to find a lift in a share of converted subjects.

    Formula: with p₁ = baseline, p₂ = p₁(1 + mde), p̄ their mean, a = alpha / (variants − 1), z the normal quantiles:
    n = ((z(1 − a/2)·√(2p̄(1 − p̄)) + z(power)·√(p₁(1 − p₁) + p₂(1 − p₂))) / (p₂ − p₁))². Of several treatments each is
    held against the control with its share of alpha (Bonferroni), which asks for a little more than Holm's test does.

    Parameters
    ----------
    baseline : the control's share, above 0 and below 1.
    mde : the least lift that is to be found, relative; below 0 for a fall, not 0.
    power : the probability of finding it; default 0.8, the convention since Cohen (1988).
    alpha : how often a difference may be found where none is, two-sided; default 0.05.
    variants : how many there are, the control included; default 2.

    Returns
    -------
    Subjects a variant, rounded up; for two variants as R's `power.prop.test`.

    Raises
    ------
    InvalidData : a value out of its range, a lifted share that is not between 0 and 1, or more than 10¹² subjects.

    Source: Fleiss, Levin and Paik (2003), Statistical methods for rates and proportions, equation 4.14.

    >>> sample_size(0.05, 0.2), sample_size(0.5, 0.5, power=0.9)
    (8158, 77)
    """
    control, treatment = _shares(baseline, mde)
    together, apart = _deviations(control, treatment)
    reach = _two_sided(alpha, variants) * together + _quantile("power", power) * apart
    # A lift below the digits of a number lifts nothing.
    return _subjects(reach / (treatment - control) if treatment != control else math.inf)


def achieved_power(n: int, baseline: float, mde: float, *, alpha: float = 0.05, variants: int = 2) -> float:
    """With which probability an experiment finds a lift, given its subjects a variant.

    Formula: that of `sample_size`, solved for the power.

    Source: as of `sample_size`.

    >>> round(achieved_power(50, 0.5, 0.5), 3)  # R: power.prop.test(n = 50, p1 = .50, p2 = .75)
    0.74
    """
    control, treatment = _shares(baseline, mde)
    return _power(n, control, treatment, _two_sided(alpha, variants))


def detectable_effect(
    n: int, baseline: float, *, power: float = 0.8, alpha: float = 0.05, variants: int = 2
) -> float | None:
    """The least relative lift that an experiment finds, given its subjects a variant.

    Formula: that of `sample_size`, solved for mde above 0.

    Returns
    -------
    A lift; null where not even a share of 1 would be found.

    >>> round(detectable_effect(8158, 0.05), 4)
    0.2
    >>> detectable_effect(3, 0.5) is None
    True
    """
    control, _ = _shares(baseline, mde=-0.5)
    critical = _two_sided(alpha, variants)
    _quantile("power", power)

    def excess(treatment: float) -> float:
        return _power(n, control, treatment, critical) - power

    if excess(1.0) < 0:
        return None
    lowest = control + (1 - control) * 1e-12
    return root_between(excess, lowest, 1.0) / control - 1


def sample_size_means(
    sd: float, difference: float, *, power: float = 0.8, alpha: float = 0.05, variants: int = 2
) -> int:
    """How many subjects each variant needs to find a difference of means.

    Formula: with a = alpha / (variants − 1): n = 2·(z(1 − a/2) + z(power))²·sd² / difference² + z(1 − a/2)² / 4; the
    last term is for the variance being estimated.

    Parameters
    ----------
    sd : the standard deviation of a subject's value, above 0, in its unit.
    difference : the least one that is to be found, in the same unit, not 0.
    power, alpha, variants : as of `sample_size`.

    Returns
    -------
    Subjects a variant, rounded up, as R's `power.t.test` (to one subject in few).

    Source: Guenther (1981), The American Statistician 35, 243–244.

    >>> sample_size_means(1.0, 1.0), sample_size_means(1.0, 0.5, power=0.9)  # R: 16.71 and 85.03
    (17, 86)
    """
    if not 0 < sd < math.inf:
        raise InvalidData.at("sd", f"must be a number above 0, not {sd}")
    if difference == 0 or not math.isfinite(difference):
        raise InvalidData.at("difference", f"must be a number other than 0, not {difference}")
    critical = _two_sided(alpha, variants)
    reach = math.sqrt(2) * (critical + _quantile("power", power)) * (sd / difference)
    return _subjects(math.hypot(reach, critical / 2))


def power_curve(baseline: float, mde: float, *, alpha: float = 0.05, variants: int = 2) -> pl.DataFrame:
    """The power at growing numbers of subjects, up to where a lift is nearly always found.

    Formula: `achieved_power` at 60 even steps up to the `sample_size` of a power of 0.98.

    Returns
    -------
    n_subjects (of each variant) and power, 0–1, both rising.

    >>> power_curve(0.05, 0.2).tail(1).select("n_subjects", pl.col("power").round(3)).row(0)
    (16743, 0.98)
    """
    most = sample_size(baseline, mde, power=0.98, alpha=alpha, variants=variants)
    sizes = sorted({max(1, most * step // 60) for step in range(1, 61)})
    powers = [achieved_power(n, baseline, mde, alpha=alpha, variants=variants) for n in sizes]
    return pl.DataFrame({"n_subjects": sizes, "power": powers})


def days_needed(total: int, daily_subjects: float) -> int:
    """In how many whole days so many subjects come.

    Raises
    ------
    InvalidData : no subjects a day.

    >>> days_needed(16_316, 1_000)
    17
    """
    if not 0 < daily_subjects < math.inf:
        raise InvalidData.at("daily_subjects", f"must be a number above 0, not {daily_subjects}")
    return math.ceil(total / daily_subjects)


def _shares(baseline: float, mde: float) -> tuple[float, float]:
    if not 0 < baseline < 1:
        raise InvalidData.at("baseline", f"must be a share above 0 and below 1, such as 0.05 for 5 %, not {baseline}")
    if mde == 0 or not math.isfinite(mde):
        raise InvalidData.at("mde", f"must be a relative lift other than 0, such as 0.2 for 20 %, not {mde}")
    lifted = baseline * (1 + mde)
    if not 0 <= lifted <= 1:
        words = f"a share of {baseline:g} lifted by {100 * mde:g} % is {lifted:g}, which is no share between 0 and 1"
        raise InvalidData.at("mde", f"{words}; choose a lift from −1 to {1 / baseline - 1:g}")
    return baseline, lifted


def _quantile(name: str, probability: float) -> float:
    if not 0 < probability < 1:
        raise InvalidData.at(name, f"must be above 0 and below 1, not {probability}")
    return float(special.ndtri(probability))


def _two_sided(alpha: float, variants: int) -> float:
    if variants < 2:
        raise InvalidData.at("variants", f"must be 2 or more, the control included, not {variants}")
    return -_quantile("alpha", alpha / (variants - 1) / 2 if alpha < 1 else alpha)


def _deviations(control: float, treatment: float) -> tuple[float, float]:
    """Of the difference between two subjects: where both shares are alike, and as they are."""
    mean = (control + treatment) / 2
    return math.sqrt(2 * mean * (1 - mean)), math.sqrt(control * (1 - control) + treatment * (1 - treatment))


def _power(n: int, control: float, treatment: float, critical: float) -> float:
    together, apart = _deviations(control, treatment)
    return float(special.ndtr((math.sqrt(n) * abs(treatment - control) - critical * together) / apart))


def _subjects(root: float) -> int:
    if not abs(root) <= math.sqrt(MAX_SUBJECTS):
        raise InvalidData.at("mde", f"so small a difference needs more than {MAX_SUBJECTS:.0e} subjects a variant")
    return max(1, math.ceil(root * root))
