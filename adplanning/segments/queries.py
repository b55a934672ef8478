"""The facts behind the feature table, and segments and members as lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from adplanning.core.vocabulary import ConversionType, JourneyEventType, PublicRevenue
from adplanning.people.customer_queries import activity_statements
from adplanning.segments.features import FROM_CONVERSIONS, FROM_VISITS, SCORE_OF
from adplanning.segments.fields import FIELDS
from adplanning.store import facts
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment, SegmentMember

_SEGMENTS, _MEMBERS, _PERSONS = TABLES["segments"].c, TABLES["segment_members"].c, TABLES["persons"].c
SEGMENT_ORDERS: Orders = {
    name: [_SEGMENTS[name]]
    for name in ("name", "segment_type", "customer_count", "last_calculated_at", "created_at", "is_active")
}
MEMBER_ORDERS: Orders = {
    "added_at": [_MEMBERS.added_at],
    "added_reason": [_MEMBERS.added_reason],
    "name": [_PERSONS.first_name, _PERSONS.last_name],
    **{name: [_PERSONS[name]] for name in ("email", "phone")},
}
MEMBER_DETAILS = (
    _MEMBERS.person_id,
    *(_PERSONS[name] for name in ("email", "first_name", "last_name", "phone")),
    _MEMBERS.added_at,
    _MEMBERS.added_reason,
)
_TEXTS = [_PERSONS[name] for name in ("email", "first_name", "last_name", "phone", "id")]
_BEHIND = {
    "age": ("date_of_birth",),
    "has_account": ("email",),
    "customer_since_days": ("created_at",),
}


def fact_statements(
    fields: Collection[str], *, with_own: bool, as_of: datetime, public_revenue: PublicRevenue
) -> dict[str, Select[Any]]:
    """The SELECTs that some fields need, by what they bring: always persons; conversions and rates, page_views,
    sightings and scores only where a field asks for them.

    Parameters
    ----------
    fields : names of `FIELDS`; others are passed over.
    with_own : whether persons' own attributes are read.
    """
    columns = {column for name in fields if name in FIELDS for column in _person_columns(name)}
    persons = facts.statement("persons", ["id", *sorted(columns), *(["attributes"] if with_own else [])])
    statements: dict[str, Select[Any]] = {"persons": persons}
    conversions, page_views, sightings = activity_statements(
        ["conversion_type", "value_minor", "currency"],
        ["session_id"],
        as_of=as_of,
        public_revenue=public_revenue,
    )
    if FROM_CONVERSIONS & set(fields):
        if "total_conversions" not in fields:
            conversions = conversions.where(TABLES["conversions"].c.conversion_type == ConversionType.purchase)
        statements["conversions"] = conversions
        statements["rates"] = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])
    if FROM_VISITS & set(fields):
        views = TABLES["journey_events"].c.event_type == JourneyEventType.page_view
        statements["page_views"] = page_views.where(views)
    if statements.keys() & {"conversions", "page_views"}:
        statements["sightings"] = sightings
    unasked = [score for name, score in SCORE_OF.items() if name not in fields]
    if len(unasked) < len(SCORE_OF):
        # Not "in": by the index of types each row would be looked up at another place.
        kept = TABLES["customer_scores"].c.score_type.not_in(unasked)
        statements["scores"] = facts.statement(
            "customer_scores", ["person_id", "score_type", "score_value", "currency"], where=[kept] if unasked else []
        )
    return statements


def _person_columns(name: str) -> tuple[str, ...]:
    if name in FROM_CONVERSIONS or name in FROM_VISITS or name in SCORE_OF:
        return ()
    return _BEHIND.get(name, (name,))


def matching_segments(filters: Mapping[str, str | bool | None], *, search: str | None = None) -> Select[Segment]:
    """The SELECT of a list: every filter given must hold; with `search`, the name or description holds it."""
    query = select(Segment).where(*containing([_SEGMENTS.name, _SEGMENTS.description], search))
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Segment, name) == value)
    return query


def members_of(segment_id: str, *, search: str | None = None) -> Select[SegmentMember]:
    """The SELECT of a segment's members, beside the persons, some of whom may be gone."""
    return (
        select(SegmentMember)
        .outerjoin_from(SegmentMember, Person, Person.id == SegmentMember.person_id)
        .where(SegmentMember.segment_id == segment_id, *containing(_TEXTS, search))
    )


def member_details(segment_id: str, *, search: str | None = None) -> Select[Any]:
    """The SELECT of a segment's members with what their persons are called, those who came last first."""
    return (
        select(*MEMBER_DETAILS)
        .outerjoin_from(TABLES["segment_members"], TABLES["persons"], _PERSONS.id == _MEMBERS.person_id)
        .where(_MEMBERS.segment_id == segment_id, *containing(_TEXTS, search))
        .order_by(_MEMBERS.added_at.desc(), _MEMBERS.person_id)
    )
