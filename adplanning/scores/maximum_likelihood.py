"""Where a likelihood of positive parameters is highest, and how surely."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from statsmodels.base.model import GenericLikelihoodModel
from statsmodels.tools.numdiff import approx_fprime

from adplanning.core.errors import InvalidData

LOWEST, HIGHEST = 1e-4, 1e4
"""Beyond these a parameter of data in units of their own size has run away: the likelihood has no maximum."""

_FLAT: Final = 1e-5
"""The slope that is left, per customer, at which the top is reached."""

_RIDGE: Final = 1e-7
"""How much flatter one way may be than another: less is what differences of rounded numbers make of none at all."""

Numbers = NDArray[np.float64]

# statsmodels has no annotations.
_Model: Any = GenericLikelihoodModel
_slopes: Any = approx_fprime


@dataclass(frozen=True)
class Maximum:
    """The parameters, their standard errors and the log-likelihood there, in the order given."""

    params: tuple[float, ...]
    standard_errors: tuple[float, ...]
    log_likelihood: float


def maximum(
    likelihood: Callable[[Numbers], tuple[float, Numbers]],
    start: Sequence[float],
    *,
    names: Sequence[str],
    weights: Numbers,
    highest: float = HIGHEST,
) -> Maximum:
    """Find the positive parameters that make what was seen most likely.

    Formula: BFGS over ln θ, which keeps θ positive. Standard errors are θ × those of ln θ (the delta method), and
    those come from the inverse of −H, H the second derivatives at the top.

    Parameters
    ----------
    likelihood : from θ to the log-likelihood, summed over all customers, and its slope along each θ.
    start : where the search begins, all above 0.
    names : of the parameters, for the refusal.
    weights : how many customers each row of the data stands for.
    highest : what no parameter may exceed.

    Raises
    ------
    InvalidData : there is no top, a parameter ran off to where the data do not tell it, or the top is a ridge.

    >>> n, total = 50, 20.0  # waiting times: an exponential of the rate n / total, its error rate / √n
    >>> found = maximum(lambda θ: (n * np.log(θ[0]) - θ[0] * total, n / θ - total), [1.0], names=["rate"],
    ...     weights=np.ones(n))
    >>> round(found.params[0], 6), round(found.standard_errors[0], 6)
    (2.5, 0.353553)
    """
    at: list[tuple[Numbers, float, Numbers]] = []

    def both(logs: Numbers) -> tuple[float, Numbers]:
        # The search asks for the height and for the slope of one place.
        if not at or not np.array_equal(at[0][0], logs):
            values = np.exp(logs)
            height, slopes = likelihood(values)
            at[:] = [(logs.copy(), height, slopes * values)]
        return at[0][1:]

    def curvature(logs: Numbers) -> Numbers:
        found: Numbers = _slopes(logs, lambda near: both(near)[1], centered=True)
        return (found + found.T) / 2

    model = _Model(
        weights,
        loglike=lambda logs: both(logs)[0],
        score=lambda logs: both(logs)[1],
        hessian=curvature,
        extra_params_names=list(names),
    )
    # What goes wrong is judged below by where the search ended; on its way it may try what overflows.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        end = model.fit(np.log(start), method="bfgs", disp=0, gtol=1e-8, maxiter=500, skip_hessian=True).params
        values, (height, steepness), bend = np.exp(end), both(end), -curvature(end)
    for name, value in zip(names, values, strict=True):
        if not LOWEST <= value <= highest:
            way = "endless" if value > highest else "0"
            raise InvalidData.at(name, f"runs to {way}: these customers do not tell it; wait for more history")
    if not np.isfinite(height) or not np.abs(steepness).max() < _FLAT * weights.sum():
        raise InvalidData.at("likelihood", "the search for its top did not come to an end; wait for more history")
    if not np.isfinite(bend).all() or not _is_top(bend):
        raise InvalidData.at("likelihood", "it has no single top: several answers are as good; wait for more history")
    errors = values * np.sqrt(np.diag(np.linalg.inv(bend)))
    return Maximum(tuple(values.tolist()), tuple(errors.tolist()), height)


def _is_top(bend: Numbers) -> bool:
    curvatures = np.linalg.eigvalsh(bend)
    return bool(curvatures[0] > _RIDGE * curvatures[-1])
