"""What campaigns, ad sets and ads cost and brought, by the platform's own count, and the ratios of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency
from adplanning.core.ratios import ratio

FIGURES: Final = (
    "spend_minor",
    "n_impressions",
    "n_clicks",
    "n_link_clicks",
    "n_leads",
    "n_purchases",
    "purchase_value_minor",
    "n_results",
    "result_type",
)
"""The columns of figures, in the order of the fields of `Figures`."""


@dataclass(frozen=True)
class Figures:
    """The figures of one campaign, ad set or ad, or of all together; money in minor units of the reporting currency.

    What no row has told is None, as is an amount of which a part has no rate. `n_results` is what the campaigns are
    for, `result_type` which results these are: campaigns for different results have none in common.
    """

    spend_minor: int | None
    n_impressions: int
    n_clicks: int
    n_link_clicks: int | None
    n_leads: float | None
    n_purchases: float | None
    purchase_value_minor: int | None
    n_results: float | None
    result_type: str | None = None

    @property
    def click_rate(self) -> float | None:
        """All clicks an impression, 0–1: the click-through rate."""
        return ratio(self.n_clicks, self.n_impressions)

    @property
    def cost_per_click_minor(self) -> float | None:
        """Spend a click, of all clicks."""
        return ratio(self.spend_minor, self.n_clicks)

    @property
    def cost_per_mille_minor(self) -> float | None:
        """Spend a thousand impressions."""
        per_impression = ratio(self.spend_minor, self.n_impressions)
        return None if per_impression is None else per_impression * 1000

    @property
    def cost_per_lead_minor(self) -> float | None:
        """Spend a lead."""
        return ratio(self.spend_minor, self.n_leads)

    @property
    def cost_per_purchase_minor(self) -> float | None:
        """Spend a purchase."""
        return ratio(self.spend_minor, self.n_purchases)

    @property
    def cost_per_result_minor(self) -> float | None:
        """Spend a result."""
        return ratio(self.spend_minor, self.n_results)

    @property
    def claimed_roas(self) -> float | None:
        """The value of purchases that the platform claims, for each unit of spend."""
        return ratio(self.purchase_value_minor, self.spend_minor)


NO_FIGURES: Final = Figures(0, 0, 0, None, None, None, None, None)
"""Those of what was not shown at all: nothing spent, and nothing told of what it brought."""

FIGURE_ORDERS: Final[Mapping[str, Callable[[Figures], float | None]]] = {
    "spend": lambda figures: figures.spend_minor,
    "impressions": lambda figures: figures.n_impressions,
    "clicks": lambda figures: figures.n_clicks,
    "link_clicks": lambda figures: figures.n_link_clicks,
    "leads": lambda figures: figures.n_leads,
    "conversions": lambda figures: figures.n_purchases,
    "conversion_value": lambda figures: figures.purchase_value_minor,
    "results": lambda figures: figures.n_results,
    "ctr": lambda figures: figures.click_rate,
    "cpc": lambda figures: figures.cost_per_click_minor,
    "cpm": lambda figures: figures.cost_per_mille_minor,
    "cpl": lambda figures: figures.cost_per_lead_minor,
    "cpa": lambda figures: figures.cost_per_purchase_minor,
    "cost_per_result": lambda figures: figures.cost_per_result_minor,
    "roas": lambda figures: figures.claimed_roas,
}
"""By which figure a list can be sorted."""


def by_figure(ids: Sequence[str], figures: Mapping[str, Figures], order: str, *, descending: bool) -> list[str]:
    """Sort campaigns, ad sets or ads by one of `FIGURE_ORDERS`.

    Parameters
    ----------
    ids : in the order of those whose figures are equal.
    figures : by id; one that is missing has `NO_FIGURES`.

    Returns
    -------
    The ids; where the figure is unknown they come last in both directions.

    >>> told = {"a": Figures(500, 9, 1, None, None, None, None, None), "b": Figures(None, 9, 1, *[None] * 5)}
    >>> by_figure(["a", "b", "c"], told, "spend", descending=False)
    ['c', 'a', 'b']
    """
    values = {id_: FIGURE_ORDERS[order](figures.get(id_, NO_FIGURES)) for id_ in ids}
    known = [id_ for id_ in ids if values[id_] is not None]
    known.sort(key=lambda id_: values[id_] or 0, reverse=descending)
    return [*known, *(id_ for id_ in ids if values[id_] is None)]


@dataclass(frozen=True)
class Unconverted:
    """Spend in a currency without a known rate; `count` is how many rows told it."""

    currency: str
    count: int
    value_minor: int


@dataclass(frozen=True)
class CampaignTotals:
    """The figures of all campaigns that a filter lets through.

    `spend_minor` is what could be converted, `unconverted` the rest; while there is a rest, the spend of `figures` and
    every ratio of it is unknown. Persons that two rows have reached may be the same, so `n_reach` is known only where
    one row is the whole answer.
    """

    figures: Figures
    n_campaigns: int
    spend_minor: int
    unconverted: tuple[Unconverted, ...]
    n_reach: int | None


def in_one_currency(spend: pl.LazyFrame, rates: pl.DataFrame, *, currency: str) -> pl.LazyFrame:
    """Add the amounts of each row in the reporting currency: reported_minor and reported_value_minor.

    Formula: `in_reporting_currency` of spend_minor and of purchase_value_minor, at the rate of the row's day `on`.
    """
    with_spend = in_reporting_currency(
        spend, rates, currency=currency, amount="spend_minor", on="on", into="reported_minor"
    )
    return in_reporting_currency(
        with_spend, rates, currency=currency, amount="purchase_value_minor", on="on", into="reported_value_minor"
    )


def figures_by(spend: pl.LazyFrame, key: Sequence[str] = ()) -> pl.DataFrame:
    """Add up figures by a key, or all of them into one row when there is none.

    Formula: Σ of each figure over the rows that tell it; null where no row does. An amount is null while a row that
    tells it has no rate, so that no ratio flatters. Results are added up where all are of one type.

    Parameters
    ----------
    spend : rows that may be added up (`spend_once`): `FIGURES`, reported_minor and reported_value_minor (see
        `in_one_currency`), and the columns of the key.
    key : names of columns.

    Returns
    -------
    One row per key, sorted by it: the key and `FIGURES`, amounts in the reporting currency.

    >>> rows = pl.LazyFrame({
    ...     "campaign_id": ["a", "a"], "spend_minor": [500, 300], "reported_minor": [500, 300],
    ...     "n_impressions": [90, 10], "n_clicks": [4, 1], "n_link_clicks": [3, None], "n_leads": [2.0, None],
    ...     "n_purchases": [None, None], "purchase_value_minor": [None, None], "reported_value_minor": [None, None],
    ...     "n_results": [2.0, None], "result_type": ["leads", None],
    ... })
    >>> figures_by(rows, ["campaign_id"]).rows()
    [('a', 800, 100, 5, 3, 2.0, None, None, 2.0, 'leads')]
    """
    require_columns(spend, [*FIGURES, "reported_minor", "reported_value_minor", *key], what="spend")
    columns = (
        pl.when(pl.col("reported_minor").is_not_null().all())
        .then(pl.col("reported_minor").sum())
        .cast(pl.Int64)
        .alias("spend_minor"),
        pl.col("n_impressions", "n_clicks").sum().cast(pl.Int64),
        _where_told("n_link_clicks", pl.Int64),
        _where_told("n_leads", pl.Float64),
        _where_told("n_purchases", pl.Float64),
        _purchase_value(),
        *_results(),
    )
    if not key:
        return spend.select(*columns).collect()
    return spend.group_by(*key).agg(*columns).sort(*key).collect()


def as_figures(row: Mapping[str, object]) -> Figures:
    """One row of `figures_by`."""
    return Figures(**{name: row[name] for name in FIGURES})  # type: ignore[arg-type]


def unconverted(spend: pl.LazyFrame) -> tuple[Unconverted, ...]:
    """The spend without a known rate, by currency.

    Parameters
    ----------
    spend : rows that may be added up: currency, spend_minor, reported_minor.

    >>> rows = pl.LazyFrame({"currency": ["USD", "INR"], "spend_minor": [200, 5], "reported_minor": [None, 5]})
    >>> unconverted(rows)
    (Unconverted(currency='USD', count=1, value_minor=200),)
    """
    apart = (
        spend.filter(pl.col("reported_minor").is_null())
        .group_by("currency")
        .agg(pl.len().cast(pl.Int64).alias("count"), pl.col("spend_minor").sum().alias("value_minor"))
        .sort("currency")
        .collect()
    )
    return tuple(Unconverted(**row) for row in apart.iter_rows(named=True))


def campaign_totals(spend: pl.LazyFrame, *, n_campaigns: int) -> CampaignTotals:
    """The figures of some campaigns together.

    Formula: `figures_by` without a key; `n_reach` that of the only row.

    Parameters
    ----------
    spend : all their rows that may be added up, as for `figures_by`, with currency and n_reach.
    n_campaigns : how many campaigns these are, with those that no row tells of.
    """
    rows = spend.collect()
    return CampaignTotals(
        figures=as_figures(figures_by(rows.lazy()).row(0, named=True)),
        n_campaigns=n_campaigns,
        spend_minor=int(rows["reported_minor"].sum()),
        unconverted=unconverted(rows.lazy()),
        n_reach=rows["n_reach"].item() if rows.height == 1 else None,
    )


def _where_told(name: str, dtype: type[pl.DataType]) -> pl.Expr:
    """A sum of nothing would be 0; what no row told is unknown."""
    column = pl.col(name)
    return pl.when(column.is_not_null().any()).then(column.sum()).cast(dtype).alias(name)


def _purchase_value() -> pl.Expr:
    told, reported = pl.col("purchase_value_minor").is_not_null(), pl.col("reported_value_minor")
    in_full = told.any() & (reported.is_not_null() | ~told).all()
    return pl.when(in_full).then(reported.sum()).cast(pl.Int64).alias("purchase_value_minor")


def _results() -> tuple[pl.Expr, pl.Expr]:
    types = pl.col("result_type").cast(pl.String).filter(pl.col("n_results").is_not_null())
    of_one_type = types.n_unique() == 1
    return (
        pl.when(of_one_type).then(pl.col("n_results").sum()).cast(pl.Float64).alias("n_results"),
        pl.when(of_one_type).then(types.first()).alias("result_type"),
    )
