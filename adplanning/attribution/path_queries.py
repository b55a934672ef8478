"""Conversions, touchpoints and who was seen where: what conversion paths are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl
from sqlalchemy import Select, or_, select, union_all

from adplanning.attribution.crediting import PathFacts, Scope
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType
from adplanning.people import identity_queries
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.tables.catalogue import TABLES

_CONVERSIONS, _STEPS, _TOUCHPOINTS = TABLES["conversions"], TABLES["journey_events"], TABLES["touchpoints"]
_COMPLETIONS = TABLES["goal_completions"]
_OF_CONVERSION = ("id", "visitor_id", "person_id", "converted_at", "value_minor", "currency")
_OF_TOUCHPOINT = (
    "id",
    "visitor_id",
    "session_started_at",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "platform",
    "kind",
    "click_id",
    "referrer_domain",
    "ad_campaign_id",
    "ad_set_id",
    "ad_id",
)


def path_statements(scope: Scope, *, lookback_days: int, near: Sequence[str] | None = None) -> list[Select[Any]]:
    """The SELECTs behind `path_facts`; with `near`, only what can be on a path with a touchpoint of those visitors."""
    start = None if scope.period.start is None else scope.period.start - timedelta(days=lookback_days)
    conversions = _completions(scope) if scope.goal_id is not None else _conversions(scope)
    touchpoints = facts.statement(
        "touchpoints", _OF_TOUCHPOINT, Period(start, scope.period.end), where=counted_events("touchpoints")
    )
    purchases = facts.statement(
        "conversions",
        ("visitor_id", "person_id", "converted_at"),
        Period(None, scope.period.end),
        where=[
            *counted_conversions(scope.public_revenue),
            _CONVERSIONS.c.conversion_type == ConversionType.purchase,
        ],
    )
    if near is None:
        return [conversions, touchpoints, identity_queries.sightings(), purchases]
    reach = identity_queries.near(near)
    c = conversions.selected_columns
    theirs = or_(c.visitor_id.in_(reach.visitors), c.person_id.in_(reach.persons))
    return [
        conversions.where(theirs),
        touchpoints.where(_TOUCHPOINTS.c.visitor_id.in_(reach.visitors)),
        reach.sightings,
        purchases.where(
            or_(_CONVERSIONS.c.visitor_id.in_(reach.visitors), _CONVERSIONS.c.person_id.in_(reach.persons))
        ),
    ]


def path_facts(frames: Sequence[pl.DataFrame]) -> PathFacts:
    """The frames of `path_statements`, with the names that formulas use."""
    conversions, touchpoints, sightings, purchases = frames
    return PathFacts(
        conversions.lazy().rename({"id": "conversion_id"}),
        touchpoints.lazy().rename({"id": "touchpoint_id", "session_started_at": "touched_at"}),
        sightings,
        purchases.lazy(),
    )


def _conversions(scope: Scope) -> Select[Any]:
    types = scope.conversion_types
    return facts.statement(
        "conversions",
        _OF_CONVERSION,
        scope.period,
        where=[
            *counted_conversions(scope.public_revenue),
            *([_CONVERSIONS.c.conversion_type.in_(types)] if types else []),
        ],
    )


def _completions(scope: Scope) -> Select[Any]:
    """The completions of a goal as conversions, by the id of the event that met it."""
    done = facts.statement("goal_completions", ("goal_id",), scope.period).with_only_columns(_COMPLETIONS)
    its = done.where(_COMPLETIONS.c.goal_id == scope.goal_id).subquery().c
    value = (its.completed_at.label("converted_at"), its.value_minor, its.currency)
    arms = [
        select(events.c.id, events.c.visitor_id, events.c.person_id, *value)
        .join_from(its.goal_id.table, events, link == events.c.id)
        .where(*counted)
        for events, link, counted in (
            (_CONVERSIONS, its.conversion_id, counted_conversions(scope.public_revenue)),
            (_STEPS, its.journey_event_id, counted_events("journey_events")),
        )
    ]
    return select(union_all(*arms).subquery())
