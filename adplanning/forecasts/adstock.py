"""How much of what was spent before still works today."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adplanning.core.errors import InvalidData

Numbers = NDArray[np.float64]

_LAST_DIGIT = 1e-17


def adstocked(spend: ArrayLike, carry_over: float, *, before: float = 0.0) -> Numbers:
    """The spend that works on each day: today's and what earlier days carry over.

    Formula: s_t = (1 − θ) · x_t + θ · s_{t−1}, so that spending x every day comes to s = x, and a unit of money works
    with a weight of one over all days together.

    Parameters
    ----------
    spend : x of days one after the other, none left out, in any unit.
    carry_over : θ, the share that works on the next day or later; 0 to below 1.
    before : what was spent on each day before the first.

    Returns
    -------
    One number a day, in the unit of `spend`, never below its least or above its greatest value.

    Raises
    ------
    InvalidData : a carry-over out of its range.

    >>> adstocked([100, 0, 0], 0.5).tolist()
    [50.0, 25.0, 12.5]
    >>> adstocked([100, 100], 0.8, before=100).round(9).tolist()
    [100.0, 100.0]

    Source: Broadbent, One way TV advertisements work (1979); normalised as in Jin et al., Bayesian methods for media
    mix modeling with carryover and shape effects, Google (2017), equation 1.
    """
    if not 0 <= carry_over < 1:
        raise InvalidData.at("carry_over", f"{carry_over} is out of range; give 0 to below 1")
    x, fades = _with_fading(spend, carry_over)
    worked: Numbers = (1 - carry_over) * np.convolve(x, _felt(fades))[: len(x)] + before * carry_over * fades
    return worked


def adstock_slope(spend: ArrayLike, carry_over: float, *, before: float = 0.0) -> Numbers:
    """How fast the spend that works changes with the carry-over: ds_t/dθ.

    Formula: the derivative of `adstocked`'s, s'_t = s_{t−1} − x_t + θ · s'_{t−1}, from s'_{−1} = 0 and s_{−1} = before.

    >>> adstock_slope([100, 0, 0], 0.5).tolist()
    [-100.0, 0.0, 25.0]
    """
    x, fades = _with_fading(spend, carry_over)
    earlier = np.concatenate([[before], adstocked(x, carry_over, before=before)[:-1]])
    slope: Numbers = np.convolve(earlier - x, _felt(fades))[: len(x)]
    return slope


def _with_fading(spend: ArrayLike, carry_over: float) -> tuple[Numbers, Numbers]:
    """The days, and what is left of a unit after none, one, two … of them."""
    x = np.asarray(spend, dtype=float)
    fades: Numbers = np.power(carry_over, np.arange(len(x), dtype=np.float64))
    return x, fades


def _felt(fades: Numbers) -> Numbers:
    """Without what is below the last digit of a sum."""
    return fades[fades > _LAST_DIGIT]
