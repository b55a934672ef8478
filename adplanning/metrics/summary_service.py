"""The overview of a period: conversions, attribution, segments, experiments, and what campaigns earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.attribution.service import attribution_stats
from adplanning.conversions.rates import ConversionStatistics
from adplanning.conversions.service import statistics
from adplanning.core.money import in_reporting_currency
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ExperimentStatus, PublicRevenue
from adplanning.experiments.service import list_experiments
from adplanning.meta_ads.service import campaign_figures
from adplanning.metrics import queries
from adplanning.metrics.roi import campaign_roi
from adplanning.segments.summary_service import SegmentCounts, segment_counts
from adplanning.store.tables.experiments import Experiment

MOST_EXPERIMENTS: Final = 1000


@dataclass(frozen=True)
class Overview:
    """What every domain counted in a period; amounts in minor units of the reporting currency.

    `by_type` holds count and value_minor of each type of conversion; `trend` a row per day on which something happened:
    date, conversions, value_minor, sessions; `campaigns` is that of `campaign_roi` with campaign_name.
    """

    conversions: ConversionStatistics
    by_type: dict[str, dict[str, int]]
    attribution: dict[str, Any]
    segments: SegmentCounts
    n_running: int
    running: list[Experiment]
    campaigns: pl.DataFrame
    trend: list[dict[str, Any]]


def overview(
    engine: Engine,
    session: Session,
    period: Period,
    *,
    website_id: str | None,
    ad_account_id: str | None,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
) -> Overview:
    """Gather the overview of a period.

    Parameters
    ----------
    website_id : conversions, sessions and what campaigns brought of this website only; spend is of no website.
    ad_account_id : the campaigns of this account only.
    """
    conversions = statistics(
        engine,
        {"website_id": website_id},
        period,
        currency=currency,
        zone=zone,
        group_by="day",
        public_revenue=public_revenue,
    )
    results, rates, sessions, campaigns = queries.overview_facts(
        engine, period, public_revenue=public_revenue, website_id=website_id
    )
    if ad_account_id is not None:
        campaigns = campaigns.filter(pl.col("ad_account_id") == ad_account_id)
    spend = campaign_figures(engine, {}, period, currency=currency, zone=zone)
    running, n_running = list_experiments(
        session, {"status": ExperimentStatus.running}, limit=MOST_EXPERIMENTS, offset=0
    )
    return Overview(
        conversions=conversions,
        by_type={
            kind: {"count": count, "value_minor": conversions.value_minor_by_type[kind]}
            for kind, count in conversions.by_type.items()
        },
        attribution=attribution_stats(engine, period, website_id=website_id),
        segments=segment_counts(session),
        n_running=n_running,
        running=running,
        campaigns=_earned(
            pl.DataFrame(
                [(id_, figures.spend_minor) for id_, figures in spend.items()],
                schema={"campaign_id": pl.String, "spend_minor": pl.Int64},
                orient="row",
            ),
            _in_currency(results, rates, currency=currency, zone=zone),
            campaigns,
        ),
        trend=_trend(conversions, sessions, zone),
    )


def _in_currency(results: pl.DataFrame, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo) -> pl.DataFrame:
    dated = results.lazy().with_columns(on=pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date())
    return in_reporting_currency(
        dated, rates, currency=currency, amount="value_minor", on="on", into="reported_minor"
    ).collect()


def _earned(spend: pl.DataFrame, results: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    names = campaigns.select(campaign_id="id", campaign_name="name")
    # What names a campaign that is gone is of none that can be shown.
    return campaign_roi(spend, results).join(names, on="campaign_id", maintain_order="left")


def _trend(by_day: ConversionStatistics, sessions: pl.DataFrame, zone: ZoneInfo) -> list[dict[str, Any]]:
    on = pl.col("session_started_at").dt.convert_time_zone(zone.key).dt.date().cast(pl.String).alias("date")
    begun = sessions.group_by(on).agg(pl.len().cast(pl.Int64).alias("sessions"))
    schema = {"date": pl.String, "count": pl.Int64, "value_minor": pl.Int64}
    converted = pl.DataFrame(by_day.series, schema=schema).rename({"count": "conversions"})
    days = converted.join(begun, on="date", how="full", coalesce=True).sort("date")
    return days.with_columns(pl.col("conversions", "value_minor", "sessions").fill_null(0)).to_dicts()
