"""How much a customer spends at a time: the gamma-gamma model.

What a customer pays varies around a mean of their own, as a gamma of shape p; the rates of those gammas vary among
customers as a gamma (q, v). How much is spent must not depend on how often. Amounts are minor units of one currency;
only v has a unit, minor units too.

Source: Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

Numbers = NDArray[np.float64]

_GRAIN: Final = ("n_values", "mean_value_minor")


@dataclass(frozen=True)
class GammaGamma:
    """The parameters: the shapes p and q, and v in minor units; all above 0."""

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class GammaGammaFit:
    """The likeliest parameters, how far each may be off, and from how many customers."""

    params: GammaGamma
    standard_errors: GammaGamma
    log_likelihood: float
    n_customers: int


def fit_gamma_gamma(spending: pl.DataFrame) -> GammaGammaFit:
    """Fit the model to what customers spent on average.

    Formula: maximise Σ ln f(z̄ | p, q, v; x), equation 1a of the source; see `maximum_likelihood.maximum`. The search
    begins where the model's mean is that of the customers.

    Parameters
    ----------
    spending : one row per customer, or per (n_values, mean_value_minor) with `n_customers`: over how many purchases
        the mean is, 1 or more, and the mean itself in minor units, above 0.

    Raises
    ------
    InvalidData : a missing column, an amount or a count that cannot be, no customers, a likelihood without a top, or
        q ≤ 1, where the mean over all customers is endless.

    >>> seen = pl.DataFrame({
    ...     "n_values": [1] * 4 + [8] * 3, "mean_value_minor": [300, 1500, 2500, 9000, 1200, 2000, 3500]
    ... })
    >>> fit = fit_gamma_gamma(pl.concat([seen] * 10))
    >>> fit.n_customers, round(expected_order_value(fit.params, 0, 0.0).item())
    (70, 2470)
    """
    # statsmodels costs seconds to import, and only a fit needs it.
    from adplanning.scores.maximum_likelihood import maximum  # noqa: PLC0415

    grouped = _grouped(spending)
    n = grouped["n_customers"].to_numpy().astype(float)
    x = grouped["n_values"].to_numpy().astype(float)
    mean = grouped["mean_value_minor"].to_numpy().astype(float)
    unit = float(np.average(mean, weights=n))
    top = maximum(_likelihood(x, mean / unit, n), [4.0, 4.0, 0.75], names=["p", "q", "v"], weights=n)
    params = GammaGamma(top.params[0], top.params[1], top.params[2] * unit)
    if params.q <= 1:
        raise InvalidData.at("q", "is 1 or below: a few amounts outweigh all others, and their mean tells nothing")
    errors = GammaGamma(top.standard_errors[0], top.standard_errors[1], top.standard_errors[2] * unit)
    # The density of an amount is per minor unit.
    return GammaGammaFit(params, errors, top.log_likelihood - float(n.sum() * np.log(unit)), int(n.sum()))


def expected_order_value(params: GammaGamma, n_values: ArrayLike, mean_value_minor: ArrayLike) -> Numbers:
    """What to expect a customer to spend at a time, from what they spent and what others do.

    Formula: p · (v + x · z̄) / (p · x + q − 1): between the customer's own mean and that of all, p · v / (q − 1),
    nearer to their own the more purchases it is over.

    Parameters
    ----------
    n_values : x, over how many purchases the mean is; 0 where none is known, whose expectation is that of all.
    mean_value_minor : z̄ in minor units; any number where n_values is 0.

    Returns
    -------
    Minor units, not rounded.

    Raises
    ------
    InvalidData : q ≤ 1, where the mean over all customers is endless.

    >>> cdnow = GammaGamma(p=6.25, q=3.74, v=1544)
    >>> expected_order_value(cdnow, [2, 1, 0], [2235, 1177, 0]).round(0).tolist()
    [2466.0, 1892.0, 3522.0]

    Source: equation 5.
    """
    if params.q <= 1:
        raise InvalidData.at("q", "must be above 1, else the mean over all customers is endless")
    x, mean = (np.asarray(values, dtype=float) for values in (n_values, mean_value_minor))
    expected: Numbers = params.p * (params.v + np.where(x > 0, x * mean, 0)) / (params.p * x + params.q - 1)
    return expected


def _grouped(spending: pl.DataFrame) -> pl.DataFrame:
    require_columns(spending, _GRAIN, what="spending")
    n = pl.col("n_customers").sum() if "n_customers" in spending.columns else pl.len()
    grouped = spending.group_by(_GRAIN).agg(n.cast(pl.Int64).alias("n_customers")).sort(_GRAIN)
    if grouped.is_empty():
        raise InvalidData.at("spending", "nobody's spending is known; wait for purchases with a value")
    is_possible = (pl.col("n_values") >= 1) & (pl.col("mean_value_minor") > 0) & (pl.col("n_customers") > 0)
    impossible = grouped.filter(~is_possible.fill_null(value=False)).head(1)
    if len(impossible):
        raise InvalidData.at(
            "spending", f"{impossible.row(0, named=True)} cannot be: n_values is 1 or more, the mean is above 0"
        )
    return grouped


def _likelihood(x: Numbers, mean: Numbers, n: Numbers) -> Callable[[Numbers], tuple[float, Numbers]]:
    total = x * mean

    def likelihood(params: Numbers) -> tuple[float, Numbers]:
        p, q, v = params
        shape, spread = p * x, np.log(total + v)
        height = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
        height += shape * np.log(total) - np.log(mean) - (shape + q) * spread
        both = digamma(shape + q)
        slope = (
            n @ (x * (both - digamma(shape) + np.log(total) - spread)),
            n @ (both - digamma(q) + np.log(v) - spread),
            n @ (q / v - (shape + q) / (total + v)),
        )
        return float(n @ height), np.array(slope)

    return likelihood
