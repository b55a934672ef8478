"""Which events, visits and visitors are one person's, over all devices and never another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from sqlalchemy import null, select
from sqlalchemy.orm import Session

from adplanning.people.customers import of_persons
from adplanning.people.identity import Owners, owners
from adplanning.people.identity_queries import Around, around, theirs
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES

_AT: Final = {"conversions": "converted_at", "journey_events": "occurred_at", "touchpoints": "session_started_at"}


@dataclass(frozen=True)
class Held:
    """The ids of what is one person's; `shared` are visitors on which others were seen too."""

    conversions: tuple[str, ...]
    journey_events: tuple[str, ...]
    touchpoints: tuple[str, ...]
    visitors: tuple[str, ...]
    shared: tuple[str, ...]


def held_of(session: Session, person_id: str) -> Held:
    """What is a person's: the events that name them, and those on their path as `people.identity` tells it.

    On a browser that several use, only what happened while it was theirs.
    """
    reach, seen = _seen(session, person_id)
    known = owners(seen)
    persons = seen.group_by("visitor_id").agg(
        is_theirs=(pl.col("person_id") == person_id).any(), n_persons=pl.col("person_id").n_unique()
    )
    theirs = persons.filter("is_theirs").sort("visitor_id")
    return Held(
        conversions=_events(session, "conversions", person_id, reach, known),
        journey_events=_events(session, "journey_events", person_id, reach, known),
        touchpoints=_events(session, "touchpoints", person_id, reach, known),
        visitors=tuple(theirs.filter(pl.col("n_persons") == 1)["visitor_id"]),
        shared=tuple(theirs.filter(pl.col("n_persons") > 1)["visitor_id"]),
    )


def touchpoints_of(session: Session, person_id: str) -> tuple[str, ...]:
    """The ids of a person's touchpoints; see `held_of`."""
    reach, seen = _seen(session, person_id)
    return _events(session, "touchpoints", person_id, reach, owners(seen))


def _seen(session: Session, person_id: str) -> tuple[Around, pl.DataFrame]:
    reach = around([person_id])
    return reach, facts.read_within(session, reach.sightings)


def _events(session: Session, table: str, person_id: str, reach: Around, known: Owners) -> tuple[str, ...]:
    c = TABLES[table].c
    named = c.person_id if "person_id" in c else null()
    has_names = "person_id" in c
    is_near = theirs(TABLES[table], reach, [person_id]) if has_names else c.visitor_id.in_(reach.visitors)
    query = select(c.visitor_id, named.label("person_id"), c[_AT[table]].label("at"), c.id).where(is_near)
    near = facts.read_within(session, query)
    on_path = of_persons(near.lazy(), known, at="at").filter(pl.col("person_id") == person_id).select("id").collect()
    naming = near.filter(pl.col("person_id") == person_id).select("id")
    return tuple(pl.concat([on_path, naming])["id"].unique().sort())
