"""The steps of ways as facts and as rows: each record once, though a purchase or a lead is stored as two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    case,
    or_,
    select,
    union_all,
)

from adplanning.core.errors import NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.journeys.stages import STEP_OF_CONVERSION
from adplanning.people.identity_queries import sightings
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events, mirrors_nothing
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import JourneyEvent
from adplanning.store.tables.people import Visitor

_STEPS, _CONVERSIONS = TABLES["journey_events"].c, TABLES["conversions"].c
JOURNEY_ORDERS: Orders = {
    name: [_STEPS[name]] for name in ("event_type", "stage", "channel", "page_url", "utm_source", "occurred_at")
}
_TEXTS = [
    _STEPS[name]
    for name in ("person_id", "visitor_id", "event_name", "page_url", "utm_source", "utm_campaign", "source_id", "id")
]


def step_of_conversion(
    *, otherwise: ColumnElement[str] | None = None
) -> tuple[ColumnElement[str | None], ColumnElement[str]]:
    """The stage and the type of the step that a conversion is; of one that is none null, and the type `otherwise`."""
    steps = {str(name): step for name, step in STEP_OF_CONVERSION.items()}
    its_type = _CONVERSIONS.conversion_type
    stage = case({name: str(stage) for name, (_, stage) in steps.items()}, value=its_type)
    event_type = case({name: event for name, (event, _) in steps.items()}, value=its_type, else_=otherwise)
    return stage.label("stage"), event_type.label("event_type")


def way_statement(
    period: Period,
    *,
    public_revenue: PublicRevenue,
    website_id: str | None = None,
    event_type: str | None = None,
) -> Select[Any]:
    """The SELECT of the counted steps of a period: visitor_id, person_id, occurred_at, stage, event_type, utm_source.

    Journey events that mirror no conversion, and the conversions of `STEP_OF_CONVERSION`. So each purchase and each
    lead is one step, whether it is known as a conversion, as a journey event, or as both.
    """
    steps = facts.statement(
        "journey_events",
        ["visitor_id", "person_id", "occurred_at", "stage", "event_type", "utm_source"],
        period,
        where=[*counted_events("journey_events"), mirrors_nothing()],
    )
    conversions = facts.statement(
        "conversions",
        ["visitor_id", "person_id", "converted_at"],
        period,
        where=[*counted_conversions(public_revenue), _CONVERSIONS.conversion_type.in_(list(STEP_OF_CONVERSION))],
    ).add_columns(*step_of_conversion(), _CONVERSIONS.utm_source)
    if website_id is not None:
        steps = steps.where(_STEPS.website_id == website_id)
        conversions = conversions.where(_CONVERSIONS.website_id == website_id)
    both = union_all(steps, conversions).subquery()
    query = select(both)
    return query if event_type is None else query.where(both.c.event_type == event_type)


@dataclass(frozen=True)
class WayFacts:
    """Steps and sightings of one snapshot; `person_ids` are those of a segment, None where none was asked for."""

    steps: pl.DataFrame
    sightings: pl.DataFrame
    person_ids: pl.Series | None


def way_facts(engine: Engine, steps: Select[Any], segment_id: str | None) -> WayFacts:
    """Read the steps of `way_statement`, what tells whose they are, and the members of a segment.

    Raises
    ------
    NotFound : there is no such segment.
    """
    if segment_id is None:
        found, seen = facts.read(engine, steps, sightings())
        return WayFacts(found, seen, None)
    members, segments = TABLES["segment_members"].c, TABLES["segments"].c
    found, seen, of_segment, segment = facts.read(
        engine,
        steps,
        sightings(),
        select(members.person_id).where(members.segment_id == segment_id),
        select(segments.id).where(segments.id == segment_id),
    )
    if segment.is_empty():
        raise NotFound(f"segment_id: there is no segment {segment_id!r}; GET /admin/ad-planning/segments lists them")
    return WayFacts(found, seen, of_segment["person_id"])


def matching_events(
    filters: Mapping[str, str | bool | None], period: Period, *, search: str | None = None
) -> Select[JourneyEvent]:
    """The SELECT of a list: every filter given must hold, and the event happened in the period.

    A filter is a column with the value that it must have; `segment_id` asks for events that name
    one of its members, or were seen on a browser whose latest person is one.
    With `search`, one of the texts that a person knows an event by must hold it; see `spellings`.
    """
    query = select(JourneyEvent).where(*containing(_TEXTS, search))
    for name, value in filters.items():
        if name == "segment_id" and value is not None:
            members = TABLES["segment_members"].c
            theirs = select(members.person_id).where(members.segment_id == value)
            browsers = select(Visitor.id).where(Visitor.person_id.in_(theirs))
            query = query.where(or_(JourneyEvent.person_id.in_(theirs), JourneyEvent.visitor_id.in_(browsers)))
        elif value is not None:
            query = query.where(getattr(JourneyEvent, name) == value)
    if period.start is not None:
        query = query.where(JourneyEvent.occurred_at >= period.start)
    if period.end is not None:
        query = query.where(JourneyEvent.occurred_at < period.end)
    return query
