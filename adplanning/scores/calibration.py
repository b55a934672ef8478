"""How well the model of buying foretold what it had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio

N_BINS: Final = 10
_GRAIN: Final = ("expected_purchases", "n_purchases", "naive_purchases", "churn_share", "days_since_last")

CALIBRATION: Final = {
    "n_customers": pl.Int64(),
    "expected": pl.Float64(),
    "bought": pl.Float64(),
    "standard_error": pl.Float64(),
}
"""The columns of `calibration_bins`."""


@dataclass(frozen=True)
class ForecastFigures:
    """How far the forecast of a time held out was off, beside simple rules; null where nothing can be compared.

    Errors are purchases per customer. The areas under the curve say how often a customer who bought nothing was held
    likelier to leave than one who bought: 0.5 is chance.
    """

    n_customers: int
    n_purchases: int
    n_expected: float
    total_ratio: float | None
    mean_absolute_error: float
    naive_mean_absolute_error: float
    rank_correlation: float | None
    churn_auc: float | None
    recency_auc: float | None


def forecast_figures(forecasts: pl.DataFrame) -> ForecastFigures:
    """Compare what was expected of each customer with what they bought.

    Formula: total_ratio = Σ expected / Σ bought; errors are means of |expected − bought|, that of the naive rule with
    the customer's own rate so far in place of the model; rank_correlation is Spearman's ρ of expected and bought;
    churn_auc is the Mann–Whitney share for "bought nothing" by churn_share, recency_auc the same by the days since
    the last purchase alone, the baseline that needs no model.

    Parameters
    ----------
    forecasts : one row per customer, one or more: expected_purchases, n_purchases (in the time held out),
        naive_purchases, churn_share, days_since_last.

    Returns
    -------
    The figures; no order of rows changes them.

    Raises
    ------
    InvalidData : a missing column.

    >>> seen = pl.DataFrame({
    ...     "expected_purchases": [2.5, 0.5, 0.1], "n_purchases": [2, 1, 0], "naive_purchases": [3.0, 0.0, 0.0],
    ...     "churn_share": [0.1, 0.7, 0.9], "days_since_last": [5, 90, 60],
    ... })
    >>> figures = forecast_figures(seen)
    >>> round(figures.total_ratio, 3), round(figures.mean_absolute_error, 3), round(figures.rank_correlation, 3)
    (1.033, 0.367, 1.0)
    >>> figures.churn_auc, figures.recency_auc
    (1.0, 0.5)
    """
    require_columns(forecasts, _GRAIN, what="forecasts")
    expected, bought = pl.col("expected_purchases"), pl.col("n_purchases")
    found = forecasts.select(
        n_customers=pl.len(),
        n_purchases=bought.sum(),
        n_expected=expected.sum(),
        total_ratio=ratio(expected.sum(), bought.sum()),
        mean_absolute_error=(expected - bought).abs().mean(),
        naive_mean_absolute_error=(pl.col("naive_purchases") - bought).abs().mean(),
        # Nothing is correlated with what never varies.
        rank_correlation=pl.corr(expected, bought, method="spearman").fill_nan(None),
        churn_auc=_area("churn_share"),
        recency_auc=_area("days_since_last"),
    )
    return ForecastFigures(**found.row(0, named=True))


def calibration_bins(forecasts: pl.DataFrame, *, n_bins: int = N_BINS) -> pl.DataFrame:
    """Put customers of about the same expectation together and see what they bought on average.

    Formula: bins of alike many customers by the rank of expected_purchases; equal ones stay together, so that there
    can be fewer bins. In each the means of expected and bought, and the standard error s / √n of the latter.

    Parameters
    ----------
    forecasts : as for `forecast_figures`; expected_purchases and n_purchases are enough.
    n_bins : default 10.

    Returns
    -------
    One row per bin, the lowest expectation first: n_customers, expected, bought, standard_error (null for one
    customer). A model that is right has expected within about two standard errors of bought.

    Raises
    ------
    InvalidData : a missing column.

    >>> seen = pl.DataFrame({"expected_purchases": [0.1, 0.1, 0.1, 2.0, 3.0], "n_purchases": [0, 0, 1, 2, 4]})
    >>> calibration_bins(seen, n_bins=2).select("n_customers", pl.col("expected", "bought").round(2)).rows()
    [(3, 0.1, 0.33), (2, 2.5, 3.0)]
    """
    require_columns(forecasts, ["expected_purchases", "n_purchases"], what="forecasts")
    order = pl.col("expected_purchases").rank("min") - 1
    return (
        forecasts.group_by((order * n_bins // pl.len()).alias("__bin"))
        .agg(
            pl.len().cast(pl.Int64).alias("n_customers"),
            pl.col("expected_purchases").mean().alias("expected"),
            pl.col("n_purchases").mean().alias("bought"),
            (pl.col("n_purchases").std() / pl.len().sqrt()).alias("standard_error"),
        )
        .sort("__bin")
        .drop("__bin")
    )


def _area(score: str) -> pl.Expr:
    is_lost = pl.col("n_purchases") == 0
    n_lost = is_lost.sum().cast(pl.Float64)
    n_kept = pl.len().cast(pl.Float64) - n_lost
    above = pl.col(score).rank("average").filter(is_lost).sum() - n_lost * (n_lost + 1) / 2
    return ratio(above, n_lost * n_kept)
