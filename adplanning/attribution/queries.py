"""Touchpoints, conversions and spend as facts; touchpoints as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, Engine, Select, select, union, update
from sqlalchemy import values as sql_values
from sqlalchemy.sql import column

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue, ResolutionMethod
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.catalogue import TABLES

_TAGS = ("utm_source", "utm_medium", "platform", "ad_campaign_id", "ad_set_id", "ad_id")
_SPEND = ("level", "object_id", "campaign_id", "on", "spend_minor", "currency")
_RATES = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])
_TOUCHPOINTS = TABLES["touchpoints"].c
TOUCHPOINT_ORDERS: Orders = {
    name: [_TOUCHPOINTS[name]]
    for name in ("session_started_at", "utm_source", "utm_medium", "utm_campaign", "platform", "resolution_method")
}
_TEXTS = [_TOUCHPOINTS[name] for name in ("utm_source", "utm_campaign", "visitor_id", "id")]
# The objects that a breakdown names; the others name themselves.
_NAMED = {"campaign": "campaigns", "ad_set": "ad_sets", "ad": "ads"}


@dataclass(frozen=True)
class PathFacts:
    """What conversion paths are made of; see `path_keys` for the grains."""

    conversions: pl.LazyFrame
    touchpoints: pl.LazyFrame
    visitors: pl.LazyFrame
    claims: pl.LazyFrame


def _path_statements(
    period: Period,
    *,
    lookback_days: int,
    public_revenue: PublicRevenue,
    conversion_types: Sequence[str] = (),
    near: Sequence[str] | None = None,
) -> list[Select[Any]]:
    """The counted conversions of a period, the touchpoints within reach, and who is whose: for `_path_facts`.

    With `conversion_types`, only conversions of these; with `near`, only what can be on a path with a touchpoint of
    those visitors.
    """
    conversions, visitors = TABLES["conversions"].c, TABLES["visitors"].c
    start = None if period.start is None else period.start - timedelta(days=lookback_days)
    counted = counted_conversions(public_revenue)
    sold = facts.statement(
        "conversions",
        ["id", "visitor_id", "person_id", "converted_at", "value_minor", "currency"],
        period,
        where=[*counted, *([conversions.conversion_type.in_(conversion_types)] if conversion_types else [])],
    )
    touched = facts.statement(
        "touchpoints",
        ["id", "visitor_id", "session_started_at", *_TAGS],
        Period(start, period.end),
        where=counted_events("touchpoints"),
    )
    linked = facts.statement("visitors", ["id", "person_id"], where=[visitors.person_id.is_not(None)])
    # Of all times: whose path a touchpoint is on does not depend on the period asked for.
    claimed = facts.statement(
        "conversions", ["visitor_id", "person_id"], where=[*counted, conversions.person_id.is_not(None)]
    ).distinct()
    if near is not None:
        persons = union(
            select(visitors.person_id).where(visitors.id.in_(near), visitors.person_id.is_not(None)),
            select(conversions.person_id).where(conversions.visitor_id.in_(near), conversions.person_id.is_not(None)),
        )
        devices = union(
            select(visitors.id).where(visitors.person_id.in_(persons)),
            select(conversions.visitor_id).where(conversions.person_id.in_(persons)),
            select(TABLES["touchpoints"].c.visitor_id).where(TABLES["touchpoints"].c.visitor_id.in_(near)),
        )
        sold = sold.where(conversions.visitor_id.in_(devices))
        touched = touched.where(TABLES["touchpoints"].c.visitor_id.in_(devices))
        linked = linked.where(visitors.id.in_(devices))
        claimed = claimed.where(conversions.visitor_id.in_(devices))
    return [sold, touched, linked, claimed]


def _path_facts(frames: Sequence[pl.DataFrame]) -> PathFacts:
    """The frames of `_path_statements`, with the names that formulas use."""
    conversions, touchpoints, visitors, claims = (frame.lazy() for frame in frames)
    return PathFacts(
        conversions.rename({"id": "conversion_id"}),
        touchpoints.rename({"id": "touchpoint_id", "session_started_at": "touched_at"}),
        visitors.rename({"id": "visitor_id"}),
        claims,
    )


def report_facts(
    engine: Engine,
    period: Period,
    *,
    by: str,
    zone: ZoneInfo,
    lookback_days: int,
    public_revenue: PublicRevenue,
    conversion_types: Sequence[str],
) -> tuple[PathFacts, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot: paths, daily spend, currency rates, and the names of what the report is broken down by."""
    *paths, spend, rates, names = facts.read(
        engine,
        *_path_statements(
            period,
            lookback_days=lookback_days,
            public_revenue=public_revenue,
            conversion_types=conversion_types,
        ),
        facts.statement("daily_spend", _SPEND, period, zone=zone),
        _RATES,
        facts.statement(_NAMED.get(by, "campaigns"), ["id", "name"]),
    )
    return _path_facts(paths), spend, rates, names.rename({"id": "key"})


def kept_facts(
    engine: Engine, period: Period, *, lookback_days: int, public_revenue: PublicRevenue
) -> tuple[PathFacts, pl.DataFrame]:
    """On one snapshot: the facts that credit is computed from, and the fingerprints of the credits that are kept."""
    kept = TABLES["credited_paths"].c
    *paths, fingerprints = facts.read(
        engine,
        *_path_statements(period, lookback_days=lookback_days, public_revenue=public_revenue),
        select(kept.conversion_id, kept.fingerprint).where(
            kept.conversion_id.in_(facts.statement("conversions", ["id"], period))
        ),
    )
    return _path_facts(paths), fingerprints


def page_facts(
    engine: Engine,
    period: Period,
    visitor_ids: Sequence[str],
    campaign_ids: Sequence[str],
    *,
    lookback_days: int,
    public_revenue: PublicRevenue,
) -> tuple[PathFacts, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot, for some touchpoints: paths of a period near their visitors, all spend of their campaigns,
    currency rates, and the campaigns' names.
    """
    *paths, spend, rates, names = facts.read(
        engine,
        *_path_statements(period, lookback_days=lookback_days, public_revenue=public_revenue, near=visitor_ids),
        facts.statement("daily_spend", _SPEND, where=[TABLES["daily_spend"].c.campaign_id.in_(campaign_ids)]),
        _RATES,
        facts.statement("campaigns", ["id", "name"], where=[TABLES["campaigns"].c.id.in_(campaign_ids)]),
    )
    return _path_facts(paths), spend, rates, names.rename({"id": "key"})


def touchpoint_facts(engine: Engine, period: Period, website_id: str | None) -> pl.DataFrame:
    """The counted touchpoints of a period, for statistics."""
    site = [] if website_id is None else [TABLES["touchpoints"].c.website_id == website_id]
    columns = ["platform", "ad_campaign_id", "utm_source", "is_resolved", "resolution_method", "session_pageviews"]
    where = [*counted_events("touchpoints"), *site]
    return facts.scan(engine, "touchpoints", columns, period, where=where).collect()


def unresolved_tags(connection: Connection) -> pl.Series:
    """The distinct UTM campaigns of the touchpoints that wait for their campaign."""
    table = TABLES["touchpoints"]
    waiting = select(table.c.utm_campaign).where(table.c.is_resolved.is_(False), table.c.utm_campaign.is_not(None))
    return pl.Series(connection.execute(waiting.distinct()).scalars().all(), dtype=pl.String)


def campaign_names(connection: Connection) -> pl.DataFrame:
    """Every campaign with what it may be called."""
    table = TABLES["campaigns"]
    rows = connection.execute(select(table.c.id, table.c.name_key, table.c.platform_campaign_id)).all()
    schema = dict.fromkeys(("campaign_id", "name_key", "platform_campaign_id"), pl.String)
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def set_campaigns(connection: Connection, matches: pl.DataFrame, method: ResolutionMethod, confidence: float) -> int:
    """Link the unresolved touchpoints of each UTM campaign in `matches` to its campaign; answer how many."""
    table = TABLES["touchpoints"]
    n_linked = 0
    for part in matches.iter_slices(1000):
        match = (
            sql_values(column("utm_campaign", table.c.utm_campaign.type), column("campaign_id", table.c.id.type))
            .data(part.select("utm_campaign", "campaign_id").rows())
            .cte("match")
        )
        linked = connection.execute(
            update(table)
            .where(table.c.utm_campaign == match.c.utm_campaign)
            .where(table.c.is_resolved.is_(False))
            .values(
                ad_campaign_id=match.c.campaign_id,
                is_resolved=True,
                resolution_confidence=confidence,
                resolution_method=method.value,
            )
            # SQLite's driver counts no rows of a statement that begins with WITH.
            .returning(table.c.id)
        )
        n_linked += len(linked.all())
    return n_linked


def matching_touchpoints(
    filters: Mapping[str, str | bool | None], period: Period, *, search: str | None = None
) -> Select[Touchpoint]:
    """The SELECT of a list: every filter given must hold.

    With `search`, one of the texts that a person knows a touchpoint by must hold it; see `spellings`.
    """
    query = select(Touchpoint).where(*counted_events("touchpoints"), *containing(_TEXTS, search))
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Touchpoint, name) == value)
    if period.start is not None:
        query = query.where(Touchpoint.session_started_at >= period.start)
    if period.end is not None:
        query = query.where(Touchpoint.session_started_at < period.end)
    return query
