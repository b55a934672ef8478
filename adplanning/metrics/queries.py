"""The facts that the overview needs besides what other domains answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Date, Engine, Select, func, select, union

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PostStatus, PublicRevenue, Stream
from adplanning.meta_ads.queries import figures_statement
from adplanning.metrics.figures import MetricFacts
from adplanning.social.queries import date_of_post
from adplanning.store import facts
from adplanning.store.campaign_results import campaign_results_statement, last_credited_statement
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.tables.catalogue import TABLES

_CAMPAIGNS, _CONVERSIONS, _DAYS, _STEPS, _STREAMS, _TOUCHPOINTS = (
    TABLES[name].c
    for name in ("campaigns", "conversions", "daily_spend", "journey_events", "sync_streams", "touchpoints")
)
_ANY_CONVERSION = select(_CONVERSIONS.id).limit(1)
_RATES = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])


def overview_facts(
    engine: Engine, period: Period, *, public_revenue: PublicRevenue, website_id: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot: what campaigns brought, rates, counted sessions (session_started_at), and campaigns."""
    of_website = [] if website_id is None else [_TOUCHPOINTS.website_id == website_id]
    results, rates, sessions, campaigns = facts.read(
        engine,
        campaign_results_statement(period, public_revenue=public_revenue, website_id=website_id),
        _RATES,
        facts.statement(
            "touchpoints", ["session_started_at"], period, where=[*counted_events("touchpoints"), *of_website]
        ),
        select(_CAMPAIGNS.id, _CAMPAIGNS.name, _CAMPAIGNS.ad_account_id),
    )
    return results, rates, sessions, campaigns


def metric_facts(
    engine: Engine,
    periods: Sequence[Period],
    sources: Collection[str],
    *,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
) -> list[MetricFacts]:
    """Some of the sources of `figures.SUMS` in each of some periods, all on one snapshot."""
    by_period = [_statements(period, sources, zone, public_revenue) for period in periods]
    campaigns = select(_CAMPAIGNS.id.label("campaign_id"), _CAMPAIGNS.name.label("campaign_name"))
    wanted = [statement for statements in by_period for statement in statements.values()]
    rates, named, told, credited, conversion, *frames = facts.read(
        engine, _RATES, campaigns, _told_until(), last_credited_statement(), _ANY_CONVERSION, *wanted
    )
    known_until = [day for day in told.row(0) if day is not None]
    arrived = iter(frames)
    return [
        MetricFacts(
            sources={name: next(arrived) for name in statements},
            campaigns=named,
            rates=rates,
            spend_until_on=max(known_until, default=None),
            is_credited=conversion.is_empty() or any(instant is not None for instant in credited.row(0)),
        )
        for statements in by_period
    ]


def _statements(
    period: Period, sources: Collection[str], zone: ZoneInfo, public_revenue: PublicRevenue
) -> Mapping[str, Select[Any]]:
    counted = counted_conversions(public_revenue)
    known: dict[str, Select[Any]] = {
        "spend": figures_statement(period, zone=zone),
        "conversions": facts.statement(
            "conversions", ["conversion_type", "currency", "value_minor", "converted_at"], period, where=counted
        ),
        "visitors": _visitors(period, public_revenue),
        "results": campaign_results_statement(period, public_revenue=public_revenue),
        "touchpoints": facts.statement(
            "touchpoints",
            ["session_started_at", "is_resolved", "ad_campaign_id"],
            period,
            where=counted_events("touchpoints"),
        ),
        "leads": facts.statement("leads", ["submitted_at", "ad_campaign_id"], period),
        "posts": _posted(period),
    }
    return {name: known[name] for name in sources}


def _visitors(period: Period, public_revenue: PublicRevenue) -> Select[Any]:
    converted = facts.statement("conversions", ["visitor_id"], period, where=counted_conversions(public_revenue))
    seen = facts.statement("journey_events", ["visitor_id"], period, where=counted_events("journey_events"))
    both = union(
        converted.where(_CONVERSIONS.visitor_id.is_not(None)), seen.where(_STEPS.visitor_id.is_not(None))
    ).subquery("seen")
    return select(func.count().label("visitors")).select_from(both)


def _posted(period: Period) -> Select[Any]:
    query = select(date_of_post.label("posted_at")).where(TABLES["social_posts"].c.status == PostStatus.posted)
    if period.start is not None:
        query = query.where(date_of_post >= period.start)
    if period.end is not None:
        query = query.where(date_of_post < period.end)
    return query


def _told_until() -> Select[Any]:
    """The last day of which any spend was told, and the last up to which any account was read."""
    last_told = select(_DAYS.on).order_by(_DAYS.on.desc()).limit(1).scalar_subquery()
    read = select(func.max(_STREAMS.watermark_on, type_=Date)).where(_STREAMS.stream == Stream.campaign_insights.value)
    return select(last_told.label("told_on"), read.scalar_subquery().label("read_on"))
