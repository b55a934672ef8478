"""How far customers come, how long they take, along which ways, and whether they come again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.vocabulary import JourneyEventType, PublicRevenue
from adplanning.journeys.conversion_times import ConversionTimes, times_to_convert
from adplanning.journeys.frequent_ways import frequent_ways
from adplanning.journeys.funnel import FunnelReport, funnel
from adplanning.journeys.queries import way_facts, way_statement
from adplanning.journeys.retention import cohort_retention
from adplanning.journeys.scope import JourneyScope
from adplanning.journeys.ways import ways
from adplanning.people.identity import owners


def funnel_report(engine: Engine, scope: JourneyScope, *, public_revenue: PublicRevenue) -> FunnelReport:
    """How many customers of a scope reached each stage by what they did in its period; see `funnel.funnel`.

    Raises
    ------
    NotFound : there is no such segment.
    """
    return funnel(_ways(engine, scope, public_revenue=public_revenue))


def conversion_times(engine: Engine, scope: JourneyScope, *, public_revenue: PublicRevenue) -> ConversionTimes:
    """How long those took who first bought in a period, from their first step of all; see `times_to_convert`.

    Raises
    ------
    NotFound : there is no such segment.
    """
    since_ever = _ways(engine, scope, public_revenue=public_revenue, since_ever=True)
    return times_to_convert(since_ever, since=scope.period.start)


def retention(engine: Engine, scope: JourneyScope, *, public_revenue: PublicRevenue, zone: ZoneInfo) -> pl.DataFrame:
    """How many of those who first bought in a month of the period bought again; see `cohort_retention`.

    Raises
    ------
    NotFound : there is no such segment.
    """
    bought = _ways(engine, scope, public_revenue=public_revenue, since_ever=True, event_type=JourneyEventType.purchase)
    return cohort_retention(bought, period=scope.period, zone=zone)


def top_ways(engine: Engine, scope: JourneyScope, *, public_revenue: PublicRevenue, limit: int = 20) -> pl.DataFrame:
    """The ways that most customers of a scope took in its period, and how many bought; see `frequent_ways`.

    Raises
    ------
    NotFound : there is no such segment.
    InvalidData : a limit below 1.
    """
    return frequent_ways(_ways(engine, scope, public_revenue=public_revenue), limit=limit)


def _ways(
    engine: Engine,
    scope: JourneyScope,
    *,
    public_revenue: PublicRevenue,
    since_ever: bool = False,
    event_type: str | None = None,
) -> pl.LazyFrame:
    """The steps of a scope with the customer of each; with `since_ever` also those before its period."""
    # Which source somebody came with, only all of their steps tell.
    by_source = scope.utm_source is not None
    start = None if since_ever else scope.period.start
    statement = way_statement(
        Period(None if by_source else start, scope.period.end),
        public_revenue=public_revenue,
        website_id=scope.website_id,
        event_type=None if by_source else event_type,
    )
    found = way_facts(engine, statement, scope.segment_id)
    steps = ways(found.steps.lazy(), owners(found.sightings), person_ids=found.person_ids, utm_source=scope.utm_source)
    if by_source and start is not None:
        steps = steps.filter(pl.col("occurred_at") >= start)
    return steps.filter(pl.col("event_type") == event_type) if by_source and event_type else steps
