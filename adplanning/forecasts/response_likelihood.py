"""How likely a response curve is, given what was spent and what came of it on each day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from adplanning.forecasts.adstock import adstock_slope, adstocked
from adplanning.forecasts.saturation import saturated

Numbers = NDArray[np.float64]

# Where the parameters stand in a point, then seven weekdays, then the knots of demand. The curve is told by what comes
# of the usual spend and by the part of it that was paid for: days around that spend tell the former well, whatever the
# latter, so that a normal distribution fits (ceiling and baseline would lie on a bent ridge).
RESULT, PAID, HALF_SATURATION, SHAPE, CARRY_OVER = range(5)
WEEKDAYS: Final = slice(5, 12)
KNOTS: Final = slice(12, None)

KNOT_DAYS: Final = 28
"""How far the knots of the demand level are apart: it bends from month to month, not from week to week."""
LEAST_SHAPE: Final = 0.4
"""Of the Hill curve: below it results hardly change with spend at all."""
MOST_CARRY_OVER: Final = 0.9
"""A half-life of 6.6 days: what works longer looks like demand."""

# A step of the search that goes too far must not overflow.
_HIGHEST = 12.0
_NEAR_NOTHING = 1e-9


@dataclass(frozen=True)
class Days:
    """What is known, in units of the usual: spend of 1 is the mean spend, a result of 1 the mean result.

    `spend` holds every day, gaps filled; `result` and `is_known` those that count; `level` the weights of the knots;
    `weekday` 0 for Monday; `dispersion` the variance of a result that is expected to be 1.
    """

    spend: Numbers
    result: Numbers
    is_known: NDArray[np.bool_]
    weekday: NDArray[np.int64]
    level: Numbers
    before: float
    dispersion: float


@dataclass(frozen=True)
class Top:
    """The likeliest point, its covariance (Laplace), and the results it expects of the known days."""

    point: Numbers
    covariance: Numbers
    expected: Numbers


def knot_weights(n_days: int) -> Numbers:
    """How much each knot of the demand level counts on each day: tents over `KNOT_DAYS`, which add up to one.

    >>> knot_weights(57)[[0, 14, 56]].tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """
    n_knots = max(round((n_days - 1) / KNOT_DAYS), 1) + 1
    place = np.linspace(0, n_knots - 1, n_days)
    tents: Numbers = np.maximum(1 - np.abs(place[:, None] - np.arange(n_knots)), 0)
    return tents


def natural(points: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Ceiling, half saturation, shape, carry-over and baseline of points (in the last axis), as the curve has them."""
    result, paid, half = np.exp(points[..., RESULT]), expit(points[..., PAID]), np.exp(points[..., HALF_SATURATION])
    shape = LEAST_SHAPE + (1 - LEAST_SHAPE) * expit(points[..., SHAPE])
    carry_over = MOST_CARRY_OVER * expit(points[..., CARRY_OVER])
    return result * paid / saturated(1.0, half, shape), half, shape, carry_over, result * (1 - paid)


def likeliest(days: Days, start: Numbers | None = None) -> Top:
    """Find the point of the greatest posterior density.

    Formula: maximise Σ (y · ln μ − μ) / φ over the known days + ln prior, with
    μ = (β + c · hill(adstock(x))) · exp(weekday + level), the mean of a quasi-Poisson with variance φ · μ; by a trust
    region on the gradient and Fisher's information Jᵀ diag(μ/φ) J, J the slopes of ln μ, which is never negative. The
    covariance is the inverse of the information at the top.

    Priors, in units of the usual, weak: the result of the usual spend ln N(0, 1); the paid part of it logit N(2, 1),
    little comes without spend; ln κ ~ N(0, 1), half saturation about the usual spend, as Jin et al. place it within
    the spend seen; α between 0.4 and 1, logit N(1, 1); θ between 0 and 0.9, logit N(−1, 1), since a click is followed
    by its purchase mostly within days; weekday N(0, 0.3²); the level's steps from knot to knot N(0, 0.25²) and their
    mean N(0, 0.5²).
    """
    known = days.is_known
    y, level = days.result[known], days.level[known]
    weekday = np.eye(7)[days.weekday[known]]
    mean, precision = _prior(days.level.shape[1])

    def parts(point: Numbers) -> tuple[Numbers, Numbers]:
        ceiling, half, shape, carry_over, baseline = (float(value) for value in natural(point))
        worked = adstocked(days.spend, carry_over, before=days.before)[known]
        slope_of_worked = adstock_slope(days.spend, carry_over, before=days.before)[known]
        worked = np.maximum(worked, _NEAR_NOTHING)
        reached, usually = saturated(worked, half, shape), float(saturated(1.0, half, shape))
        curve = baseline + ceiling * reached
        part = ceiling * reached / curve
        of_paid, of_shape, of_carry = (expit(point[k]) for k in (PAID, SHAPE, CARRY_OVER))
        bends = (1 - reached) * np.log(worked / half) - (1 - usually) * np.log(1 / half)
        jacobian = np.column_stack(
            [
                np.ones(len(y)),
                (reached / usually - 1) * (ceiling * usually + baseline) / curve * of_paid * (1 - of_paid),
                part * shape * (reached - usually),
                part * bends * (1 - LEAST_SHAPE) * of_shape * (1 - of_shape),
                part * shape * (1 - reached) / worked * slope_of_worked * carry_over * (1 - of_carry),
                weekday,
                level,
            ]
        )
        return np.log(curve) + weekday @ point[WEEKDAYS] + level @ point[KNOTS], jacobian

    # The search asks for the information where it has just asked for the height.
    latest: dict[bytes, tuple[Numbers, Numbers]] = {}

    def at(point: Numbers) -> tuple[Numbers, Numbers]:
        key = point.tobytes()
        if key not in latest:
            latest.clear()
            latest[key] = parts(point)
        return latest[key]

    def height(point: Numbers) -> tuple[float, Numbers]:
        log_mean, jacobian = at(point)
        off = point - mean
        expected = np.exp(np.minimum(log_mean, _HIGHEST))
        value = float((expected - y * log_mean).sum()) / days.dispersion + 0.5 * float(off @ precision @ off)
        return value, jacobian.T @ (expected - y) / days.dispersion + precision @ off

    def information(point: Numbers) -> Numbers:
        log_mean, jacobian = at(point)
        weight = np.exp(np.minimum(log_mean, _HIGHEST)) / days.dispersion
        found: Numbers = (jacobian * weight[:, None]).T @ jacobian + precision
        return found

    found = minimize(  # type: ignore[no-untyped-call]
        height,
        mean if start is None else start,
        jac=True,
        hess=information,
        method="trust-exact",
        options={"gtol": 1e-4, "maxiter": 200},
    )
    covariance = np.linalg.inv(information(found.x))
    return Top(found.x, (covariance + covariance.T) / 2, np.exp(at(found.x)[0]))


def _prior(n_knots: int) -> tuple[Numbers, Numbers]:
    mean = np.zeros(12 + n_knots)
    mean[[PAID, SHAPE, CARRY_OVER]] = 2.0, 1.0, -1.0
    precision = np.diag(np.concatenate([np.ones(5), np.full(7, 0.3**-2), np.zeros(n_knots)]))
    steps = np.diff(np.eye(n_knots), axis=0)
    precision[KNOTS, KNOTS] = steps.T @ steps / 0.25**2 + np.full((n_knots, n_knots), 1 / (0.5 * n_knots) ** 2)
    return mean, precision
