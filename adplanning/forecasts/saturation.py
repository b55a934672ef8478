"""How the effect of spend flattens: the concave Hill curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

VERTICAL_BELOW = 1e-3
"""Of the half saturation: a curve of shape < 1 begins vertically, so below it the slope there counts."""


def saturated(spend: ArrayLike, half_saturation: ArrayLike, shape: ArrayLike) -> Numbers:
    """The share of the greatest possible effect that a spend reaches.

    Formula: (x/κ)^α / (1 + (x/κ)^α); 0 without spend, ½ at x = κ, towards 1.

    Parameters
    ----------
    spend : x, 0 or more.
    half_saturation : κ > 0, in the unit of the spend.
    shape : α, 0 < α ≤ 1, where the curve is concave: each further unit brings less than the one before.

    >>> saturated([0, 100, 300], 100, 1).tolist()
    [0.0, 0.5, 0.75]

    Source: Jin et al., Bayesian methods for media mix modeling with carryover and shape effects, Google (2017),
    equation 5. There α may exceed 1; the S that it then has says that little spend brings nothing, which daily figures
    around one level of spend cannot tell, and its best split hangs on it.
    """
    power = (np.asarray(spend, dtype=float) / half_saturation) ** np.asarray(shape, dtype=float)
    reached: Numbers = power / (1 + power)
    return reached


def saturation_slope(spend: ArrayLike, half_saturation: ArrayLike, shape: ArrayLike) -> Numbers:
    """What one more unit of spend adds to the share reached.

    Formula: α · h · (1 − h) / x with h as in `saturated`; below `VERTICAL_BELOW` · κ the slope there, so that it is
    finite at 0. It falls with the spend.

    >>> saturation_slope([0, 100, 300], 100, 1).round(6).tolist()
    [0.00998, 0.0025, 0.000625]
    """
    x = np.maximum(np.asarray(spend, dtype=float), VERTICAL_BELOW * np.asarray(half_saturation, dtype=float))
    reached = saturated(x, half_saturation, shape)
    slope: Numbers = np.asarray(shape, dtype=float) * reached * (1 - reached) / x
    return slope
