"""Each metric from the facts of a period: in all, by day, or by campaign."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency
from adplanning.core.ratios import ratio
from adplanning.core.spend_levels import spend_once
from adplanning.core.vocabulary import ConversionType
from adplanning.meta_ads.figures import figures_by, in_one_currency
from adplanning.metrics.definitions import METRICS, Unit, summed_metrics

SUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "spend": (
        *("ad_spend", "impressions", "clicks", "link_clicks"),
        *("claimed_leads", "claimed_purchases", "claimed_revenue"),
    ),
    "conversions": ("revenue", "conversions", "purchases", "purchase_revenue"),
    "visitors": ("visitors",),
    "results": ("attributed_conversions", "attributed_revenue"),
    "touchpoints": ("sessions", "resolved_sessions"),
    "leads": ("leads",),
    "posts": ("social_posts",),
}
"""Which facts each sum is made from."""

_DATED: Final = {
    "conversions": "converted_at",
    "results": "converted_at",
    "touchpoints": "session_started_at",
    "leads": "submitted_at",
    "posts": "posted_at",
}
# Of what no row tells, an ad platform's count of results is unknown; all others are none.
_TOLD_ONLY: Final = ("link_clicks", "claimed_leads", "claimed_purchases", "claimed_revenue")
_OF_SPEND: Final = {
    "spend_minor": "ad_spend",
    "n_impressions": "impressions",
    "n_clicks": "clicks",
    "n_link_clicks": "link_clicks",
    "n_leads": "claimed_leads",
    "n_purchases": "claimed_purchases",
    "purchase_value_minor": "claimed_revenue",
}


def sources_of(names: Collection[str]) -> list[str]:
    """The facts that some metrics are made from.

    >>> sources_of(["roas", "leads"])
    ['spend', 'conversions', 'leads']
    """
    needed = summed_metrics(names)
    return [source for source, its in SUMS.items() if needed.intersection(its)]


@dataclass(frozen=True)
class MetricFacts:
    """What happened in a period, read on one snapshot; only the sources that were asked for are there.

    `sources` by the names of `SUMS`: spend as `meta_ads.figures_statement` tells it; conversions (conversion_type,
    currency, value_minor, converted_at); visitors (one row: visitors); results as `campaign_results_statement` tells
    them; touchpoints (session_started_at, is_resolved, ad_campaign_id); leads (submitted_at, ad_campaign_id); posts
    (posted_at). `campaigns` has campaign_id and campaign_name, `rates` is as for `in_reporting_currency`. Spend is
    known of every day up to `spend_until_on` (None: none was ever told). What campaigns brought is not known until
    conversions have been credited once (`is_credited`).
    """

    sources: Mapping[str, pl.DataFrame]
    campaigns: pl.DataFrame
    rates: pl.DataFrame
    spend_until_on: date | None
    is_credited: bool = True


def metric_columns(names: Collection[str]) -> list[pl.Expr]:
    """The metrics as columns of their sums.

    Formula: a sum is itself, a ratio is `per` × numerator ÷ denominator, null on an empty denominator.

    >>> pl.DataFrame({"revenue": [300], "ad_spend": [200]}).select(metric_columns(["roas"])).item()
    1.5
    """
    columns = []
    for name in names:
        metric = METRICS[name]
        if metric.parts is None:
            columns.append(pl.col(name))
        else:
            above, below = (pl.col(part) for part in metric.parts)
            columns.append((metric.per * ratio(above, below)).alias(name))
    return columns


def period_sums(facts: MetricFacts, *, currency: str, zone: ZoneInfo) -> pl.DataFrame:
    """Add up all that was read, into one row.

    Formula: Σ over the rows of each source; an amount is null while a part of it has no rate, a count of the ad
    platform where it told none.

    Returns
    -------
    One row with a column per sum of the sources that were read (`SUMS`), money in minor units of `currency`.
    """
    sums = [_added_up(facts, name, [], currency, zone) for name in facts.sources]
    return _where_credited(facts, pl.concat(sums, how="horizontal"))


def daily_sums(
    facts: MetricFacts, first_on: date | None, last_on: date | None, *, currency: str, zone: ZoneInfo
) -> pl.DataFrame:
    """Add up by calendar day of `zone`; what ads cost by day of their accounts.

    Parameters
    ----------
    first_on, last_on : the days that are told; None for the first or the last on which anything happened.

    Returns
    -------
    One row per day, sorted: `on` and the columns of `period_sums` but visitors. Nothing happened is 0; what ads did
    on a day that is only told together with others, or not read yet, is null.
    """
    by_source = {name: _added_up(facts, name, ["on"], currency, zone) for name in facts.sources if name != "visitors"}
    happened = {day for frame in by_source.values() for day in frame["on"]}
    days = _each_day(first_on or min(happened, default=None), last_on or max(happened, default=None))
    for name, frame in by_source.items():
        days = _joined(days, frame, name)
        if name == "spend":
            days = days.with_columns(pl.when(_is_told(facts)).then(pl.col(sum_)).alias(sum_) for sum_ in SUMS["spend"])
    return _where_credited(facts, days)


def _each_day(first: date | None, last: date | None) -> pl.DataFrame:
    n = 0 if first is None or last is None else (last - first).days + 1
    return pl.DataFrame({"on": [first + timedelta(days=nth) for nth in range(n) if first]}, schema={"on": pl.Date})


def campaign_sums(facts: MetricFacts, *, currency: str, zone: ZoneInfo) -> pl.DataFrame:
    """Add up by campaign, of those of which anything was told.

    Returns
    -------
    One row per campaign, sorted by name and id: campaign_id, campaign_name and the columns of `period_sums` that
    campaigns have.
    """
    names = ("spend", "results", "touchpoints", "leads")
    by_source = {
        name: _added_up(facts, name, ["campaign_id"], currency, zone) for name in names if name in facts.sources
    }
    seen = pl.concat([facts.campaigns["campaign_id"].clear(), *(frame["campaign_id"] for frame in by_source.values())])
    rows = facts.campaigns.filter(pl.col("campaign_id").is_in(seen.drop_nulls().unique().implode()))
    for name, frame in by_source.items():
        rows = _joined(rows, frame, name)
    return _where_credited(facts, rows.sort("campaign_name", "campaign_id"))


def amounts_without_rate(name: str, facts: MetricFacts, *, currency: str, zone: ZoneInfo) -> dict[str, int]:
    """The part of a sum of money that has no rate to `currency`, in minor units by its own currency.

    Empty where all of it has one, and of what is no sum of money.
    """
    if METRICS[name].unit is not Unit.money:
        return {}
    amount, reported = _AMOUNTS.get(name, ("value_minor", "reported_minor"))
    source = next(source for source, its in SUMS.items() if name in its)
    apart = (
        _rows(facts, source, currency, zone)
        .filter(_IS_PURCHASE if name == "purchase_revenue" else True)
        .filter(pl.col(amount).is_not_null(), pl.col(reported).is_null())
        .group_by("currency")
        .agg(pl.col(amount).sum())
        .sort("currency")
    )
    return dict(apart.collect().iter_rows())


_AMOUNTS: Final = {
    "ad_spend": ("spend_minor", "reported_minor"),
    "claimed_revenue": ("purchase_value_minor", "reported_value_minor"),
}


def _where_credited(facts: MetricFacts, sums: pl.DataFrame) -> pl.DataFrame:
    if facts.is_credited:
        return sums
    return sums.with_columns(
        pl.lit(None, sums.schema[name]).alias(name) for name in SUMS["results"] if name in sums.columns
    )


def _joined(rows: pl.DataFrame, sums: pl.DataFrame, source: str) -> pl.DataFrame:
    key = sums.columns[0]
    joined = rows.join(sums.with_columns(__told=pl.lit(value=True)), on=key, how="left", maintain_order="left")
    zeros = [name for name in SUMS[source] if name not in _TOLD_ONLY]
    return joined.with_columns(
        pl.when(pl.col("__told").is_null()).then(0).otherwise(pl.col(name)).cast(sums.schema[name]).alias(name)
        for name in zeros
    ).drop("__told")


def _added_up(facts: MetricFacts, source: str, key: list[str], currency: str, zone: ZoneInfo) -> pl.DataFrame:
    if source == "visitors":
        return facts.sources[source]
    rows = _rows(facts, source, currency, zone)
    if source == "spend":
        told = rows.filter(pl.col("first_on") == pl.col("on")) if key == ["on"] else rows
        return figures_by(told, key).rename(_OF_SPEND).select(*key, *SUMS[source])
    sums = _SUMMED[source]
    return rows.group_by(key).agg(sums).collect() if key else rows.select(sums).collect()


def _rows(facts: MetricFacts, source: str, currency: str, zone: ZoneInfo) -> pl.LazyFrame:
    """The rows that may be added up: with their day, their campaign, and amounts in the reporting currency."""
    rows = facts.sources[source]
    if source == "spend":
        return in_one_currency(spend_once(rows.lazy()), facts.rates, currency=currency)
    require_columns(rows, [_DATED[source]], what=source)
    dated = rows.lazy().with_columns(on=pl.col(_DATED[source]).dt.convert_time_zone(zone.key).dt.date())
    if source == "results":
        # What names a campaign that is gone is of none.
        dated = dated.filter(pl.col("campaign_id").is_in(facts.campaigns["campaign_id"].implode()))
    if "value_minor" not in rows.columns:
        return dated.rename({"ad_campaign_id": "campaign_id"}, strict=False)
    return in_reporting_currency(
        dated, facts.rates, currency=currency, amount="value_minor", on="on", into="reported_minor"
    )


def _in_full(name: str, of: pl.Expr | None = None) -> pl.Expr:
    of = pl.lit(value=True) if of is None else of
    is_without_rate = of & pl.col("value_minor").is_not_null() & pl.col("reported_minor").is_null()
    added = pl.when(of).then(pl.col("reported_minor")).sum()
    return pl.when(~is_without_rate.any()).then(added).cast(pl.Int64).alias(name)


_IS_PURCHASE: Final = pl.col("conversion_type") == ConversionType.purchase
_N: Final = pl.len().cast(pl.Int64)
_SUMMED: Final = {
    "conversions": [
        _in_full("revenue"),
        _N.alias("conversions"),
        _IS_PURCHASE.sum().cast(pl.Int64).alias("purchases"),
        _in_full("purchase_revenue", _IS_PURCHASE),
    ],
    "results": [pl.col("share").sum().alias("attributed_conversions"), _in_full("attributed_revenue")],
    "touchpoints": [_N.alias("sessions"), pl.col("is_resolved").sum().cast(pl.Int64).alias("resolved_sessions")],
    "leads": [_N.alias("leads")],
    "posts": [_N.alias("social_posts")],
}


def _is_told(facts: MetricFacts) -> pl.Expr:
    """Whether it is known of a day what ads did on it."""
    spend = facts.sources["spend"]
    together = spend.filter(pl.col("first_on") < pl.col("on")).select(
        pl.date_ranges("first_on", "on", "1d").alias("on")
    )
    days = together.explode("on", empty_as_null=False)["on"].unique().implode()
    known = ~pl.col("on").is_in(days)
    return known if facts.spend_until_on is None else known & (pl.col("on") <= facts.spend_until_on)
