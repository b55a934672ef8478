"""Touchpoints, conversions and spend as facts; touchpoints as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, Select, select

from adplanning.attribution.crediting import PathFacts, Scope
from adplanning.attribution.path_queries import path_facts, path_statements
from adplanning.core.periods import Period
from adplanning.store import facts
from adplanning.store.counted import counted_events
from adplanning.store.lists import Orders, containing
from adplanning.store.spend import spend_statement
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.catalogue import TABLES

_SPEND = ("level", "object_id", "campaign_id", "ad_set_id", "on", "day", "spend_minor", "currency", "n_results")
_RATES = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])
_TOUCHPOINTS = TABLES["touchpoints"].c
TOUCHPOINT_ORDERS: Orders = {
    name: [_TOUCHPOINTS[name]]
    for name in ("session_started_at", "utm_source", "utm_medium", "utm_campaign", "platform", "resolution_method")
}
_TEXTS = [_TOUCHPOINTS[name] for name in ("utm_source", "utm_campaign", "visitor_id", "id")]
# The objects that a breakdown names; the others name themselves.
_NAMED = {"campaign": "campaigns", "ad_set": "ad_sets", "ad": "ads"}


def report_facts(
    engine: Engine, scope: Scope, *, by: str, zone: ZoneInfo, lookback_days: int
) -> tuple[PathFacts, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot: paths, spend, currency rates, and the names of what the report is broken down by."""
    *paths, spend, rates, names = facts.read(
        engine,
        *path_statements(scope, lookback_days=lookback_days),
        spend_statement(_SPEND, scope.period, zone=zone),
        _RATES,
        facts.statement(_NAMED.get(by, "campaigns"), ["id", "name"]),
    )
    return path_facts(paths), spend, rates, names.rename({"id": "key"})


def credit_facts(engine: Engine, scope: Scope, *, lookback_days: int) -> tuple[PathFacts, pl.DataFrame]:
    """On one snapshot: paths and currency rates."""
    *paths, rates = facts.read(engine, *path_statements(scope, lookback_days=lookback_days), _RATES)
    return path_facts(paths), rates


def kept_facts(engine: Engine, scope: Scope, *, lookback_days: int) -> tuple[PathFacts, pl.DataFrame]:
    """On one snapshot: the facts that credit is computed from, and the fingerprints of the credits that are kept."""
    kept = TABLES["credited_paths"].c
    *paths, fingerprints = facts.read(
        engine,
        *path_statements(scope, lookback_days=lookback_days),
        select(kept.conversion_id, kept.fingerprint).where(
            kept.conversion_id.in_(facts.statement("conversions", ["id"], scope.period))
        ),
    )
    return path_facts(paths), fingerprints


def page_facts(
    engine: Engine, scope: Scope, visitor_ids: Sequence[str], campaign_ids: Sequence[str], *, lookback_days: int
) -> tuple[PathFacts, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """On one snapshot, for some touchpoints: paths near their visitors, all spend of their campaigns, currency rates,
    and the campaigns' names.
    """
    *paths, spend, rates, names = facts.read(
        engine,
        *path_statements(scope, lookback_days=lookback_days, near=visitor_ids),
        spend_statement(_SPEND, campaign_ids=campaign_ids),
        _RATES,
        facts.statement("campaigns", ["id", "name"], where=[TABLES["campaigns"].c.id.in_(campaign_ids)]),
    )
    return path_facts(paths), spend, rates, names.rename({"id": "key"})


def touchpoint_facts(engine: Engine, period: Period, website_id: str | None) -> pl.DataFrame:
    """The touchpoints of a period, for statistics; what is left out of them is marked is_bot or is_internal."""
    site = [] if website_id is None else [TABLES["touchpoints"].c.website_id == website_id]
    columns = ["platform", "ad_campaign_id", "utm_source", "is_resolved", "resolution_method", "session_pageviews"]
    columns += ["is_bot", "is_internal"]
    return facts.scan(engine, "touchpoints", columns, period, where=site).collect()


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
