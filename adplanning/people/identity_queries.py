"""Sightings: each time that something told whose a visitor is, merges undone left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    Table,
    case,
    exists,
    func,
    null,
    select,
    true,
    union,
    union_all,
)

from adplanning.core.vocabulary import ConversionType, JourneyEventType
from adplanning.people.identity import Source
from adplanning.store.tables.catalogue import TABLES

_CONVERSIONS, _STEPS, _VISITORS = TABLES["conversions"].c, TABLES["journey_events"].c, TABLES["visitors"].c
_TOUCHPOINTS, _UNDONE = TABLES["touchpoints"].c, TABLES["undone_merges"].c

# Of the columns of a sighting's visitor and person.
_Condition = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True)
class Near:
    """What bears on the paths of some visitors' touchpoints.

    `persons` (person_id) were seen on those visitors, `visitors` (visitor_id) are those and all others of the persons;
    `sightings` are all of each person seen on `visitors`, so that `owners` answers for these as it would from all.
    """

    persons: Select[Any]
    visitors: Select[Any]
    sightings: Select[Any]


def sightings(where: _Condition | None = None) -> Select[Any]:
    """Each time that a person was known on a visitor: visitor_id, person_id, seen_at.

    Told by conversions and journey events that no bot made, and by the links of visitors.
    """
    seen = union_all(*_told_by_events(where), _told_by_links(where)).subquery("seen")
    return _without_undone(seen)


def near(visitor_ids: Sequence[str]) -> Near:
    """The part of the sightings that decides on which paths the touchpoints of some visitors are."""
    persons = _one(sightings(lambda visitor, _: visitor.in_(visitor_ids)), "person_id")
    near_persons = select(persons.cte("near_persons"))
    own = select(_TOUCHPOINTS.visitor_id).where(_TOUCHPOINTS.visitor_id.in_(visitor_ids))
    theirs = _one(sightings(lambda _, person: person.in_(near_persons)), "visitor_id")
    visitors = select(union(own, theirs).subquery("near_visitors"))
    near_visitors = select(visitors.cte("visitors_near"))
    everyone = _one(sightings(lambda visitor, _: visitor.in_(near_visitors)), "person_id")
    met_persons = select(everyone.cte("met_persons"))
    return Near(persons, visitors, sightings(lambda _, person: person.in_(met_persons)))


@dataclass(frozen=True)
class Around:
    """What bears on which events are some persons'.

    `visitors` (visitor_id) were taken for theirs; `sightings` are all of each person seen there, so that `owners`
    answers for these visitors as it would from all.
    """

    visitors: Select[Any]
    sightings: Select[Any]


def around(person_ids: Sequence[str] | BindParameter[str]) -> Around:
    """The part of the sightings that decides which events are some persons'."""
    visitors = _one(sightings(lambda _, person: person.in_(person_ids)), "visitor_id")
    their_visitors = select(visitors.cte("their_visitors"))
    everyone = _one(sightings(lambda visitor, _: visitor.in_(their_visitors)), "person_id")
    met_persons = select(everyone.cte("met_persons"))
    return Around(visitors, sightings(lambda _, person: person.in_(met_persons)))


def theirs(events: Table, reach: Around, person_ids: Sequence[str] | BindParameter[str]) -> ColumnElement[bool]:
    """The condition that an event names one of these persons or was on a visitor `around` them.

    By id, since PostgreSQL reads the whole table for one condition or another, and each of these by its index.
    """
    c = events.c
    named = select(c.id).where(c.person_id.in_(person_ids))
    return c.id.in_(named.union(select(c.id).where(c.visitor_id.in_(reach.visitors))))


def merged_visitors(person_id: str, visitor_id: str | None = None) -> Select[Any]:
    """The visitors that are or were taken for a person's, or one of them; the last seen first.

    Columns: visitor_id; first_seen_at and last_seen_at, null when only the undoing is left; how often each `Source`
    told so, never where only the visitor's link does; undone_at and undone_by.
    """

    def of_pair(visitor: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
        return (person == person_id) & (true() if visitor_id is None else visitor == visitor_id)

    undone = select(_UNDONE.visitor_id, null(), null(), null()).where(of_pair(_UNDONE.visitor_id, _UNDONE.person_id))
    told = union_all(*_told_by_events(of_pair), _told_by_links(of_pair), undone).subquery("told").c
    last = func.max(told.seen_at)
    return (
        select(
            told.visitor_id,
            func.min(told.seen_at).label("first_seen_at"),
            last.label("last_seen_at"),
            *(func.count(case((told.source == source, 1))).label(source) for source in Source),
            _UNDONE.undone_at,
            _UNDONE.undone_by,
        )
        .outerjoin_from(
            told.visitor_id.table,
            TABLES["undone_merges"],
            (_UNDONE.visitor_id == told.visitor_id) & (_UNDONE.person_id == person_id),
        )
        .group_by(told.visitor_id, _UNDONE.undone_at, _UNDONE.undone_by)
        .order_by(last.is_(None), last.desc(), told.visitor_id)
    )


def persons_seen(visitor_id: str) -> Select[Any]:
    """Whom events told on a visitor, the last first: person_id, seen_at."""
    seen = _without_undone(union_all(*_told_by_events(lambda visitor, _: visitor == visitor_id)).subquery("seen"))
    of_visitor = seen.subquery().c
    last = func.max(of_visitor.seen_at).label("seen_at")
    return (
        select(of_visitor.person_id, last)
        .group_by(of_visitor.person_id)
        .order_by(last.desc(), of_visitor.person_id.desc())
    )


def _told_by_events(where: _Condition | None) -> list[Select[Any]]:
    conversion, step = _CONVERSIONS.conversion_type, _STEPS.event_type
    of_conversion = case(
        ((conversion == ConversionType.purchase) & _CONVERSIONS.order_id.is_not(None), Source.order.value),
        ((conversion == ConversionType.lead_form_submission) | _CONVERSIONS.lead_id.is_not(None), Source.lead.value),
        else_=Source.sign_in.value,
    )
    of_step = case(
        (step == JourneyEventType.purchase, Source.order.value),
        (step == JourneyEventType.lead_capture, Source.lead.value),
        else_=Source.sign_in.value,
    )
    return [
        _arm(events.visitor_id, events.person_id, at, source, where).where(events.is_bot.is_(False))
        for events, at, source in (
            (_CONVERSIONS, _CONVERSIONS.converted_at, of_conversion),
            (_STEPS, _STEPS.occurred_at, of_step),
        )
    ]


def _told_by_links(where: _Condition | None) -> Select[Any]:
    at = func.coalesce(_VISITORS.linked_at, _VISITORS.first_seen_at)
    return _arm(_VISITORS.id, _VISITORS.person_id, at, null(), where)


def _arm(
    visitor: ColumnElement[Any],
    person: ColumnElement[Any],
    at: ColumnElement[Any],
    source: ColumnElement[Any],
    where: _Condition | None,
) -> Select[Any]:
    arm = select(
        visitor.label("visitor_id"), person.label("person_id"), at.label("seen_at"), source.label("source")
    ).where(visitor.is_not(None))
    if where is None:
        # All of them are read in half the time from end to end: SQLite would go by its index of persons, row by row.
        return arm.where(func.length(person) >= 0)
    return arm.where(person.is_not(None), where(visitor, person))


def _without_undone(seen: Subquery) -> Select[Any]:
    of_pair = (_UNDONE.visitor_id == seen.c.visitor_id) & (_UNDONE.person_id == seen.c.person_id)
    return select(seen.c.visitor_id, seen.c.person_id, seen.c.seen_at).where(~exists().where(of_pair))


def _one(query: Select[Any], column: str) -> Select[Any]:
    return select(query.subquery().c[column]).distinct()
