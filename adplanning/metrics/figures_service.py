"""What each metric is in a period, by day, by campaign, and against the period before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import PublicRevenue
from adplanning.metrics import queries
from adplanning.metrics.definitions import BY_CAMPAIGN, BY_DAY, METRICS, chosen_metrics
from adplanning.metrics.figures import (
    MetricFacts,
    campaign_sums,
    daily_sums,
    metric_columns,
    period_sums,
    sources_of,
)
from adplanning.metrics.unknown import why_unknown


@dataclass(frozen=True)
class Figure:
    """A metric's value, money in minor units of the reporting currency, or why it is not known."""

    value: float | int | None
    unknown_because: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A metric now and in the period before.

    `change` is the share by which it has grown, None where one of both is not known or nothing came before; `days` are
    its values on the days of the period, empty where it has none by day.
    """

    now: Figure
    before: Figure | None
    change: float | None
    days: tuple[float | None, ...]


def period_figures(
    engine: Engine,
    period: Period,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    names: Collection[str] = METRICS,
) -> dict[str, Figure]:
    """Metrics over all rows of a period; see `definitions.METRICS` for what each means.

    Parameters
    ----------
    period : instants; what ads cost is that of the days of `zone` which it touches.
    names : which metrics.

    Raises
    ------
    InvalidData : an unknown name.
    """
    chosen = chosen_metrics(names)
    [facts] = queries.metric_facts(engine, [period], sources_of(chosen), zone=zone, public_revenue=public_revenue)
    return _figures(facts, chosen, currency, zone)


def daily_figures(
    engine: Engine,
    period: Period,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    names: Collection[str] = BY_DAY,
) -> pl.DataFrame:
    """Metrics on each day of a period; see `figures.daily_sums`.

    Returns
    -------
    One row per day, sorted: `on` and a column per metric; of a ratio that day's own. Sums add up to those of the
    period, but for what is only told of several days together.

    Raises
    ------
    InvalidData : an unknown name, or a metric that days do not have.
    """
    chosen = chosen_metrics(names, BY_DAY)
    [facts] = queries.metric_facts(engine, [period], sources_of(chosen), zone=zone, public_revenue=public_revenue)
    return daily_sums(facts, *period.on(zone), currency=currency, zone=zone).select("on", *metric_columns(chosen))


def campaign_figures(
    engine: Engine,
    period: Period,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    names: Collection[str] = BY_CAMPAIGN,
) -> pl.DataFrame:
    """Metrics of each campaign of which a period tells anything; see `figures.campaign_sums`.

    Returns
    -------
    One row per campaign, sorted by name and id: campaign_id, campaign_name and a column per metric.

    Raises
    ------
    InvalidData : an unknown name, or a metric that campaigns do not have.
    """
    chosen = chosen_metrics(names, BY_CAMPAIGN)
    [facts] = queries.metric_facts(engine, [period], sources_of(chosen), zone=zone, public_revenue=public_revenue)
    sums = campaign_sums(facts, currency=currency, zone=zone)
    return sums.select("campaign_id", "campaign_name", *metric_columns(chosen))


def compared_figures(
    engine: Engine,
    period: Period,
    before: Period | None,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    names: Collection[str] = METRICS,
) -> dict[str, Comparison]:
    """Metrics of a period against those of another, and their course by day; all read on one snapshot.

    Formula: change = (now − before) ÷ before.

    Raises
    ------
    InvalidData : an unknown name.
    """
    chosen = chosen_metrics(names)
    periods = [period, *([] if before is None else [before])]
    facts = queries.metric_facts(engine, periods, sources_of(chosen), zone=zone, public_revenue=public_revenue)
    now, *earlier = (_figures(its, chosen, currency, zone) for its in facts)
    by_day = [name for name in chosen if METRICS[name].by_day]
    days = daily_sums(facts[0], *period.on(zone), currency=currency, zone=zone).select(metric_columns(by_day))
    course = {name: tuple(days[name]) for name in by_day}
    then = earlier[0] if earlier else {}
    return {
        name: Comparison(figure, then.get(name), _change(figure, then.get(name)), course.get(name, ()))
        for name, figure in now.items()
    }


def _figures(facts: MetricFacts, names: Collection[str], currency: str, zone: ZoneInfo) -> dict[str, Figure]:
    sums = period_sums(facts, currency=currency, zone=zone)
    values = sums.select(metric_columns(names)).row(0, named=True)
    known = sums.row(0, named=True)
    return {
        name: Figure(value, why_unknown(name, known, facts, currency=currency, zone=zone) if value is None else None)
        for name, value in values.items()
    }


def _change(now: Figure, before: Figure | None) -> float | None:
    if before is None or now.value is None or before.value is None:
        return None
    return ratio(now.value - before.value, before.value)
