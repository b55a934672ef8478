"""How often a customer buys and when they stop: the BG/NBD model.

A customer buys at a rate λ of their own, and after each purchase leaves for good with a probability p of their own; λ
varies among customers as a gamma (r, α), p as a beta (a, b). Times are days throughout; only α has a unit, days too.

Source: Fader, Hardie and Lee, "Counting your customers" the easy way, Marketing Science 24 (2005), 275–284.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, digamma, expit, gammaln, hyp2f1, roots_legendre

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

Numbers = NDArray[np.float64]

_GRAIN: Final = ("frequency", "recency_days", "age_days")
_NEAR_ONE: Final = 1e-4
# Beyond it customers hardly differ, which no count tells from a little more.
_HIGHEST: Final = 100.0
_NEAR_ZERO: Final = 1e-7


@dataclass(frozen=True)
class BgNbd:
    """The parameters: r and alpha (days) of the rate of buying, a and b of leaving; all above 0."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class BgNbdFit:
    """The likeliest parameters, how far each may be off, and from how many customers."""

    params: BgNbd
    standard_errors: BgNbd
    log_likelihood: float
    n_customers: int


def fit_bgnbd(histories: pl.DataFrame) -> BgNbdFit:
    """Fit the model to what customers bought.

    Formula: maximise Σ ln L (equation 6 of the source), customers with one history counted as one row with a weight;
    see `maximum_likelihood.maximum`. The search begins at the r and α of a negative binomial of the same mean and
    variance, without leaving.

    Parameters
    ----------
    histories : one row per customer, or per history with `n_customers`: frequency (purchases after the first),
        recency_days (from the first to the last purchase), age_days (from the first purchase to today).

    Returns
    -------
    Parameters and standard errors; the same, however rows are grouped or ordered.

    Raises
    ------
    InvalidData : a missing column, a history that cannot be, nobody who bought again, or a likelihood without a top.

    >>> seen = pl.DataFrame({
    ...     "frequency": [0, 1, 1, 2, 4, 7], "recency_days": [0, 20, 190, 100, 150, 210], "age_days": [270] * 6,
    ...     "n_customers": [600, 80, 40, 50, 40, 20],
    ... })
    >>> fit = fit_bgnbd(seen)
    >>> fit.n_customers, round(fit.params.r, 2), round(fit.standard_errors.r, 2)
    (830, 0.14, 0.01)
    """
    # statsmodels costs seconds to import, and only a fit needs it.
    from adplanning.scores.maximum_likelihood import maximum  # noqa: PLC0415

    grouped = _grouped(histories)
    unit = float(np.average(grouped["age_days"], weights=grouped["n_customers"]))
    x = grouped["frequency"].to_numpy().astype(float)
    n = grouped["n_customers"].to_numpy().astype(float)
    t_x, age = grouped["recency_days"].to_numpy() / unit, grouped["age_days"].to_numpy() / unit
    mean = float(np.average(x, weights=n))
    spread = float(np.average((x - mean) ** 2, weights=n)) - mean
    r = min(max(mean**2 / spread, 0.05), 5.0) if spread > 0 else 5.0
    start, names = [r, r / mean, 1.0, 3.0], ["r", "alpha", "a", "b"]
    top = maximum(_likelihood(x, t_x, age, n), start, names=names, weights=n, highest=_HIGHEST)
    scales = (1.0, unit, 1.0, 1.0)
    # The density of a purchase's time is per day.
    height = top.log_likelihood - float((x * n).sum()) * float(np.log(unit))
    params = (value * scale for value, scale in zip(top.params, scales, strict=True))
    errors = (error * scale for error, scale in zip(top.standard_errors, scales, strict=True))
    return BgNbdFit(BgNbd(*params), BgNbd(*errors), height, int(n.sum()))


def p_alive(params: BgNbd, frequency: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> Numbers:
    """How probable it is that a customer has not left.

    Formula: 1 / (1 + [x > 0] · a / (b + x − 1) · ((α + T) / (α + t_x))^(r + x)), in logarithms so that nothing
    overflows. It is 1 for whoever bought once: in this model one leaves only after buying again, so by itself it
    does not tell who of them is lost; `churn_share` does.

    Parameters
    ----------
    frequency, recency_days, age_days : x, t_x and T of each customer, as in `fit_bgnbd`.

    Returns
    -------
    Shares 0 to 1, one per customer.

    >>> weekly = BgNbd(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
    >>> p_alive(weekly, [2, 0], [30.43 * 7, 0], [38.86 * 7] * 2).round(4).tolist()
    [0.7266, 1.0]

    Source: Fader, Hardie and Lee, Computing P(alive) using the BG/NBD model (2008).
    """
    x, t_x, age = (np.asarray(values, dtype=float) for values in (frequency, recency_days, age_days))
    left = (
        np.log(params.a)
        - np.log(params.b + np.maximum(x, 1) - 1)
        + (params.r + x) * (np.log(params.alpha + age) - np.log(params.alpha + t_x))
    )
    alive: Numbers = np.where(x > 0, expit(-left), 1.0)
    return alive


def expected_if_alive(params: BgNbd, frequency: ArrayLike, age_days: ArrayLike, horizon_days: ArrayLike) -> Numbers:
    """How many purchases to expect of a customer within the horizon if they have not left by now.

    Formula: (a + b + x − 1) / (a − 1) · [1 − (1 − z)^(a − 1) · ₂F₁(a + b − 1 − r, a − 1; a + b + x − 1; z)] with
    z = t / (α + T + t): equation 10 of the source after Euler's transformation, whose ₂F₁ stays small where the
    printed one overflows. At a = 1, where it is 0 / 0, the line through its values beside it. Where a and b are so
    large that even this ₂F₁ overflows, the integral behind it, ∫ (1 − ((α + T) / (α + T + p·t))^(r + x)) / p over p, a
    beta (a, b + x); to five digits.

    Parameters
    ----------
    frequency, age_days : x and T of each customer.
    horizon_days : t, from now on; 0 or more.

    >>> model = BgNbd(r=0.5, alpha=30.0, a=1.0, b=2.0)
    >>> expected_if_alive(model, 0, 100, [0, 30, 365]).round(4).tolist()
    [0.0, 0.1093, 0.9118]
    """
    x, age, t = (np.asarray(values, dtype=float) for values in (frequency, age_days, horizon_days))
    z = t / (params.alpha + age + t)

    def at(a: float) -> Numbers:
        c = a + params.b + x - 1
        # There c · ₂F₁ has a limit, but ₂F₁ a pole.
        c = np.where(np.abs(c) < _NEAR_ZERO, _NEAR_ZERO, c)
        with np.errstate(over="ignore", invalid="ignore"):
            shrunk = (1 - z) ** (a - 1) * hyp2f1(a + params.b - 1 - params.r, a - 1, c, z)
            value: Numbers = c / (a - 1) * (1 - shrunk)
        return value

    if abs(params.a - 1) < _NEAR_ONE:
        share = (params.a - 1 + _NEAR_ONE) / (2 * _NEAR_ONE)
        expected = (1 - share) * at(1 - _NEAR_ONE) + share * at(1 + _NEAR_ONE)
    else:
        expected = at(params.a)
    expected = np.array(expected)
    overflows = ~np.isfinite(expected)
    if overflows.any():
        x, age, t = np.broadcast_arrays(x, age, t)
        expected[overflows] = _integrated(params, x[overflows], age[overflows], t[overflows])
    # The last digits of a difference of almost equal numbers may fall below nothing.
    return np.maximum(expected, 0.0)


def expected_purchases(
    params: BgNbd, frequency: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike, horizon_days: ArrayLike
) -> Numbers:
    """How many purchases to expect of a customer within the horizon.

    Formula: `p_alive` × `expected_if_alive`. With x = t_x = T = 0 it is what to expect of a new customer after their
    first purchase (equation 9).

    Parameters
    ----------
    frequency, recency_days, age_days : x, t_x and T of each customer, as in `fit_bgnbd`.
    horizon_days : t, from now on.

    >>> weekly = BgNbd(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
    >>> expected_purchases(weekly, 2, 30.43 * 7, 38.86 * 7, 39 * 7).round(3).item()
    1.226

    Source: equation 10; the example is of Fader, Hardie and Lee, Implementing the BG/NBD model in Microsoft Excel
    (2005).
    """
    alive = p_alive(params, frequency, recency_days, age_days)
    return alive * expected_if_alive(params, frequency, age_days, horizon_days)


def churn_share(
    params: BgNbd, frequency: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike, horizon_days: ArrayLike
) -> Numbers:
    """How probable it is that a customer buys nothing within the horizon.

    Formula: 1 − P(alive) · (1 − ((α + T) / (α + T + t))^(r + x)): they have left, or they have not and do not buy.
    It falls with the horizon, and also tells one-time buyers apart, whose `p_alive` is 1.

    Parameters
    ----------
    frequency, recency_days, age_days : x, t_x and T of each customer, as in `fit_bgnbd`.
    horizon_days : t, from now on.

    Returns
    -------
    Shares 0 to 1, one per customer.

    >>> weekly = BgNbd(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
    >>> churn_share(weekly, [0, 0], [0, 0], [7, 270], [90, 90]).round(2).tolist()
    [0.74, 0.94]

    Source: λ of a customer who has not left is a gamma (r + x, α + T), and the next purchase is as far away as a
    Pareto of the second kind (Fader, Hardie and Lee 2005, appendix).
    """
    x, age, t = (np.asarray(values, dtype=float) for values in (frequency, age_days, horizon_days))
    buys = -np.expm1(-(params.r + x) * np.log1p(t / (params.alpha + age)))
    return 1 - p_alive(params, frequency, recency_days, age_days) * buys


def _integrated(params: BgNbd, x: Numbers, age: Numbers, t: Numbers) -> Numbers:
    nodes, weights = roots_legendre(64)
    whole = np.zeros_like(t)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        p = betaincinv(params.a, params.b + x, node)
        whole += weight * -np.expm1(-(params.r + x) * np.log1p(p * t / (params.alpha + age))) / p
    return whole


def _grouped(histories: pl.DataFrame) -> pl.DataFrame:
    require_columns(histories, _GRAIN, what="histories")
    n = pl.col("n_customers").sum() if "n_customers" in histories.columns else pl.len()
    grouped = histories.group_by(_GRAIN).agg(n.cast(pl.Int64).alias("n_customers")).sort(_GRAIN)
    x, t_x, age = (pl.col(name) for name in _GRAIN)
    is_possible = (x >= 0) & (t_x >= 0) & (t_x <= age) & ((x > 0) | (t_x == 0)) & (pl.col("n_customers") > 0)
    impossible = grouped.filter(~is_possible.fill_null(value=False)).head(1)
    if len(impossible):
        raise InvalidData.at(
            "histories",
            f"{impossible.row(0, named=True)} cannot be: frequency is 0 or more, and recency_days between 0 and "
            "age_days, 0 without a second purchase",
        )
    if not grouped.filter(x > 0, age > 0).height:
        raise InvalidData.at("histories", "nobody bought a second time; wait for more history")
    return grouped


def _likelihood(x: Numbers, t_x: Numbers, age: Numbers, n: Numbers) -> Callable[[Numbers], tuple[float, Numbers]]:
    # Logarithms and gamma functions cost most, and many rows share a count of purchases, a first or a last day.
    counts, count_of = np.unique(x, return_inverse=True)
    n_of_count = np.bincount(count_of, weights=n)
    once = x == 0
    ages_once, age_of_once = np.unique(age[once], return_inverse=True)
    n_once = np.bincount(age_of_once, weights=n[once], minlength=len(ages_once))
    x, t_x, age, n = x[~once], t_x[~once], age[~once], n[~once]
    again, again_of = np.unique(x, return_inverse=True)
    n_again = np.bincount(again_of, weights=n)
    (ages, age_of), (lasts, last_of) = (np.unique(days, return_inverse=True) for days in (age, t_x))

    def likelihood(params: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = params
        until_once = np.log(alpha + ages_once)
        until, since = np.log(alpha + ages)[age_of], np.log(alpha + lasts)[last_of]
        shape = r + x
        # How much likelier it is to have left after the last purchase than to be still there, as a logarithm.
        odds = (np.log(a) - np.log(b + again - 1))[again_of] + shape * (until - since)
        alive = expit(-odds)
        here = n * alive
        gone = n - here
        height = (
            np.sum(n_of_count * (gammaln(r + counts) - gammaln(r) + r * np.log(alpha)))
            + np.sum(n_again * (gammaln(a + b) + gammaln(b + again) - gammaln(b) - gammaln(a + b + again)))
            - r * np.sum(n_once * until_once)
            + np.sum(n * (np.logaddexp(odds, 0) - shape * until))
        )
        both = digamma(a + b) - digamma(a + b + again)
        slope = (
            np.sum(n_of_count * (digamma(r + counts) - digamma(r) + np.log(alpha)))
            - np.sum(n_once * until_once)
            - np.sum(here * until + gone * since),
            n_of_count.sum() * r / alpha
            - r * np.sum(n_once / (alpha + ages_once))
            - np.sum(shape * (here * (1 / (alpha + ages))[age_of] + gone * (1 / (alpha + lasts))[last_of])),
            np.sum(n_again * both) + gone.sum() / a,
            np.sum(n_again * (both + digamma(b + again) - digamma(b))) - np.sum(gone * (1 / (b + again - 1))[again_of]),
        )
        return float(height), np.array(slope)

    return likelihood
