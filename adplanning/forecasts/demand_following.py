"""Whether spend only followed demand, so that nobody can tell what it did by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

Numbers = NDArray[np.float64]

LEAST_OWN_VARIATION: Final = 0.1
"""Spend that moves by less than a tenth of itself, apart from weekday and trend, tells of no response: the interval of
a slope is as wide as 1 / variation, and ±2 standard errors then span more than any slope a campaign can have."""
MOST_CHANCE: Final = 0.01
"""Of the test whether results came before spend: one campaign in a hundred is suspected wrongly."""
MOST_ELASTICITY: Final = 0.85
"""A curve that flattens lets results grow by less than spend does; see `demand_following`."""
SURE_ELASTICITY: Final = 0.6
_LAGS = 7


@dataclass(frozen=True)
class DemandFollowing:
    """Why spend is taken to have followed demand; no reasons where it varied by itself.

    `own_variation` is the standard deviation of spend, as a share of itself, that weekday and trend leave over.
    """

    own_variation: float
    reasons: tuple[str, ...]


def demand_following(spend: Numbers, result: Numbers, drivers: Numbers) -> DemandFollowing:
    """Tell spend that moved by itself from spend that was moved by demand.

    Formula: r(x) and r(y) are what ordinary least squares on the drivers leave of ln(x / mean + 0.05) and of
    ln(y / mean + 0.1). Spend followed demand if (1) the standard deviation of r(x) is below `LEAST_OWN_VARIATION`;
    or (2) yesterday's results and those of last week foretell r(x) beyond its own past (Granger's F test,
    p < `MOST_CHANCE`); or (3) results move in proportion to spend: the sum of the slopes of r(y) on r(x) of today and
    of the three days before is above `MOST_ELASTICITY`, surely (one-sided 95 %) above `SURE_ELASTICITY`; a concave
    curve lies below one, demand that moves both does not.

    Parameters
    ----------
    spend, result : of days one after the other, none left out; 0 or more, some above 0.
    drivers : one row per day, what is known to move demand: weekdays and the bends of the trend.

    Returns
    -------
    The own variation and the reasons in words. It is not proved that no demand was followed where there are none:
    spend that answers to demand of the same day less than in proportion looks like a response.

    >>> random = np.random.default_rng(1)
    >>> demand = np.exp(np.cumsum(random.normal(0, 0.1, 200)))
    >>> sold = random.poisson(30 * demand).astype(float)
    >>> weekdays = np.eye(7)[np.arange(200) % 7]
    >>> demand_following(100 * demand * random.uniform(0.95, 1.05, 200), sold, weekdays).reasons
    ('results rose and fell in proportion to spend, as when demand moves both',)
    >>> demand_following(100 * random.uniform(0.5, 1.5, 200), sold, weekdays).reasons
    ()

    Source: Granger, Investigating causal relations by econometric models and cross-spectral methods, Econometrica 37
    (1969), 424–438; why it matters: Chan and Perry, Challenges and opportunities in media mix modeling, Google (2017),
    section 3.2.
    """
    x = _left_over(np.log(spend / spend.mean() + 0.05), drivers)
    y = _left_over(np.log(np.maximum(result, 0) / result.mean() + 0.1), drivers)
    rank = int(np.linalg.matrix_rank(drivers))
    own = float(np.sqrt((x @ x) / (len(x) - rank)))
    if own < LEAST_OWN_VARIATION:
        reason = f"spend moved by only {own:.0%} apart from weekday and trend"
        return DemandFollowing(own, (reason,))
    one = np.ones(len(x) - _LAGS)
    its_past = np.column_stack([one, *(_earlier(x, lag, lag) for lag in (1, 2, 3)), _earlier(x, 1, _LAGS)])
    results_too = np.column_stack([its_past, _earlier(y, 1, 1), _earlier(y, 1, _LAGS)])
    without, with_results = _left_over(x[_LAGS:], its_past), _left_over(x[_LAGS:], results_too)
    freedom = len(one) - rank - results_too.shape[1]
    reasons = []
    gained = (without @ without - with_results @ with_results) / 2
    if fdtrc(2, freedom, gained / (with_results @ with_results / freedom)) < MOST_CHANCE:
        reasons.append("spend moved after results did")
    both = np.column_stack([one, x[_LAGS:], _earlier(x, 1, 3)])
    noise = _left_over(y[_LAGS:], both)
    slopes = np.linalg.lstsq(both, y[_LAGS:])[0]
    spread = np.linalg.pinv(both.T @ both) * (noise @ noise / freedom)
    elasticity, error = float(slopes[1:].sum()), float(np.sqrt(spread[1:, 1:].sum()))
    if elasticity > MOST_ELASTICITY and elasticity - 1.645 * error > SURE_ELASTICITY:
        reasons.append("results rose and fell in proportion to spend, as when demand moves both")
    return DemandFollowing(own, tuple(reasons))


def _left_over(values: Numbers, by: Numbers) -> Numbers:
    left: Numbers = values - by @ np.linalg.lstsq(by, values)[0]
    return left


def _earlier(values: Numbers, first: int, last: int) -> Numbers:
    """The mean over so many days before each day from the eighth on."""
    lags = [values[_LAGS - lag : len(values) - lag] for lag in range(first, last + 1)]
    mean: Numbers = np.mean(lags, axis=0)
    return mean
