"""Which visitors are taken for a person's, and how that is undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Engine, Row, delete, text
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.people.identity import Source, beyond_limits, is_placeholder
from adplanning.people.identity_queries import merged_visitors, persons_seen, sightings
from adplanning.people.service import find_person
from adplanning.store import facts, lists
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.people import UndoneMerge, Visitor

# One of two at the same moment finds the other's.
_UNDO = text(
    "INSERT INTO undone_merges (visitor_id, person_id, undone_at, undone_by)"
    " VALUES (:visitor_id, :person_id, :undone_at, :undone_by) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class Merge:
    """A visitor that is taken for a person's, or was until somebody undid it.

    `sources` told so between `first_seen_at` and `last_seen_at`; both are null when nothing but the undoing is left.
    """

    visitor_id: str
    sources: tuple[Source, ...]
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None


def merges(session: Session, person_id: str, *, limit: int, offset: int) -> tuple[list[Merge], int]:
    """One page of the visitors that are or were taken for a person's, the last seen first, and how many there are.

    Raises
    ------
    NotFound : nothing is known of that person.
    """
    query = merged_visitors(person_id)
    count = lists.total(session, query)
    if count == 0:
        find_person(session, person_id)
    return [_merge(row) for row in session.execute(query.limit(limit).offset(offset))], count


def undo_merge(session: Session, visitor_id: str, person_id: str, *, by: str | None, now: datetime) -> Merge:
    """Take a visitor from a person: from now on its visits are theirs as little as if they had never been seen there.

    It stays so whatever events come; those that name the person are theirs nevertheless. Undone again, nothing changes.

    Raises
    ------
    NotFound : the visitor was never taken for that person's.
    """
    find_merge(session, visitor_id, person_id)
    pair = {"visitor_id": visitor_id, "person_id": person_id}
    session.execute(_UNDO, {**pair, "undone_at": to_micros(now), "undone_by": by})
    visitor = session.get(Visitor, visitor_id)
    if visitor is not None and visitor.person_id == person_id:
        # When the link was made is kept: it says since when, should the merge be made again.
        visitor.person_id, visitor.linked_at = _last_seen(session, visitor_id) or (None, visitor.linked_at)
    return find_merge(session, visitor_id, person_id)


def redo_merge(session: Session, visitor_id: str, person_id: str) -> Merge:
    """Take back that a merge was undone; one that is not undone stays as it is.

    Raises
    ------
    NotFound : the visitor was never taken for that person's.
    """
    if find_merge(session, visitor_id, person_id).undone_at is not None:
        pair = (UndoneMerge.visitor_id == visitor_id) & (UndoneMerge.person_id == person_id)
        session.execute(delete(UndoneMerge).where(pair))
        visitor, last = session.get(Visitor, visitor_id), _last_seen(session, visitor_id)
        if visitor is not None and last is not None and (visitor.linked_at is None or visitor.linked_at <= last[1]):
            visitor.person_id, visitor.linked_at = last
        elif visitor is not None and visitor.person_id is None:
            visitor.person_id = person_id
    return find_merge(session, visitor_id, person_id)


def find_merge(session: Session, visitor_id: str, person_id: str) -> Merge:
    """What is known of a visitor being a person's.

    Raises
    ------
    NotFound : the visitor was never taken for that person's.
    """
    found = session.execute(merged_visitors(person_id, visitor_id)).one_or_none()
    if found is None:
        raise NotFound(
            f"visitor_id: {visitor_id!r} was never taken for a visitor of person {person_id!r};"
            f" GET /admin/persons/{person_id}/visitors lists those that were"
        )
    return _merge(found)


def identity_limits(engine: Engine) -> pl.DataFrame:
    """The visitors and persons that join nothing, since too many share them or their id is a word for nobody.

    See `beyond_limits`.
    """
    return beyond_limits(facts.read(engine, sightings())[0])


def _last_seen(session: Session, visitor_id: str) -> tuple[str, datetime] | None:
    """The last person whom events told on a visitor, and when."""
    seen = session.execute(persons_seen(visitor_id))
    return next(((person, at) for person, at in seen if not is_placeholder(person)), None)


def _merge(row: Row[Any]) -> Merge:
    told = tuple(source for source in Source if getattr(row, source))
    sources = told if told or row.first_seen_at is None else (Source.sign_in,)
    return Merge(row.visitor_id, sources, row.first_seen_at, row.last_seen_at, row.undone_at, row.undone_by)
