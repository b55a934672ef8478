"""Who is in a segment by its criteria: looked at beforehand, and stored."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, delete, or_, select, true
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, NotFound
from adplanning.core.money import major_units
from adplanning.core.vocabulary import AddedReason
from adplanning.segments.criteria import Criteria, fields_of, parse_criteria
from adplanning.segments.feature_service import CustomerFeatures
from adplanning.segments.fields import FIELDS, column_of
from adplanning.segments.service import count_members, segment_to_change
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment, SegmentSize
from adplanning.store.writing import insert_frame

_MEMBERS = TABLES["segment_members"]
# Both databases bound the number of values in one statement.
IDS_A_STATEMENT = 5_000
N_SAMPLE = 20
_SHOWN = ("email", "first_name", "last_name", "phone")


@dataclass(frozen=True)
class BuildResult:
    """What a build did: how many were looked at, how many match, and who has come and gone.

    `warnings` are sentences on criteria that may not mean what they say.
    """

    segment_id: str
    total_evaluated: int
    matching_count: int
    members_added: int
    members_removed: int
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Preview:
    """How many of all customers match, and the first of them.

    `sample` has a row per person: person_id, e-mail, names and phone, and each field asked for under its name, amounts
    in major units.
    """

    count: int
    total: int
    sample: pl.DataFrame
    warnings: tuple[str, ...]


def preview(session: Session, features: CustomerFeatures, criteria: Criteria, *, limit: int = N_SAMPLE) -> Preview:
    """Look at who matches criteria; nothing is stored.

    Parameters
    ----------
    features : the table, which must cover the criteria.
    limit : how many of them are shown, those with the least ids.
    """
    matching = features.matching(criteria)
    shown = matching.bottom_k(limit, by="person_id").sort("person_id") if matching.height else matching
    own = [name for name in sorted(fields_of(criteria)) if column_of(name) in shown.columns]
    values = shown.select("person_id", *(_in_major(name, features.currency) for name in own))
    rows = session.execute(
        select(Person.id, *(getattr(Person, name) for name in _SHOWN)).where(
            Person.id.in_(values["person_id"].to_list())
        )
    ).all()
    schema = dict.fromkeys(("person_id", *_SHOWN), pl.String)
    people = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    sample = people.join(values.drop(_SHOWN, strict=False), on="person_id").sort("person_id")
    return Preview(matching.height, features.frame.height, sample, warnings(criteria, features))


def build_segment(session: Session, segment: Segment, features: CustomerFeatures, *, now: datetime) -> BuildResult:
    """Make the members of a segment those who match its criteria, all in the caller's transaction.

    Who was added by hand or from a file stays. Identity: after it, members = who matches ∪ who was added otherwise.

    Parameters
    ----------
    features : the table, which must cover the criteria.
    now : when those who are new were added, and the time of the build.

    Raises
    ------
    NotFound : somebody has deleted the segment meanwhile.
    Conflict : the criteria ask for what the table lacks, since somebody has changed them.
    """
    segment = segment_to_change(session, segment.id)
    criteria = parse_criteria(segment.criteria)
    if not features.covers(criteria):
        raise Conflict("criteria: were changed by somebody else meanwhile; build the segment again")
    matching = features.matching(criteria).select("person_id")
    connection = session.connection()
    query = select(_MEMBERS.c.person_id, _MEMBERS.c.added_reason).where(_MEMBERS.c.segment_id == segment.id)
    members = pl.DataFrame(
        [tuple(row) for row in connection.execute(query)],
        schema={"person_id": pl.String, "added_reason": pl.String},
        orient="row",
    )
    ruled = members.filter(pl.col("added_reason") == AddedReason.rule_match)
    gone = ruled.join(matching, on="person_id", how="anti")["person_id"]
    for ids in _slices(gone):
        connection.execute(delete(_MEMBERS).where(_MEMBERS.c.segment_id == segment.id, _MEMBERS.c.person_id.in_(ids)))
    # Somebody may have been erased since the table was read.
    new = _still_known(connection, matching.join(members, on="person_id", how="anti")["person_id"])
    rows = new.to_frame().with_columns(
        segment_id=pl.lit(segment.id), added_at=pl.lit(now), added_reason=pl.lit(str(AddedReason.rule_match))
    )
    n_added = insert_frame(connection, _MEMBERS, rows, on_conflict="ignore")
    segment.last_calculated_at = now
    n_members = count_members(session, segment)
    session.merge(
        SegmentSize(segment_id=segment.id, built_at=now, n_members=n_members, n_added=n_added, n_removed=gone.len())
    )
    session.flush()
    return BuildResult(
        segment.id, features.frame.height, matching.height, n_added, gone.len(), warnings(criteria, features)
    )


def due_segments(session: Session, names: Sequence[str] = (), *, with_static: bool = False) -> list[Segment]:
    """The active segments that follow their criteria by themselves, by name.

    Parameters
    ----------
    names : only those of these names or ids, static ones among them; all when empty.
    with_static : static ones too.

    Raises
    ------
    NotFound : a name that no segment has.
    """
    query = select(Segment).order_by(Segment.name, Segment.id)
    if not names:
        query = query.where(Segment.is_active, true() if with_static else Segment.auto_update)
        return list(session.scalars(query))
    found = list(session.scalars(query.where(or_(Segment.name.in_(names), Segment.id.in_(names)))))
    for name in names:
        if not any(name in (segment.name, segment.id) for segment in found):
            raise NotFound(f"segments: there is no segment {name!r}; give its exact name or its id")
    return found


def warnings(criteria: Criteria, features: CustomerFeatures) -> tuple[str, ...]:
    """What a person should know before they rely on who matches: fields that nobody has, amounts that are unknown."""
    said = []
    for name in sorted(fields_of(criteria)):
        if name not in FIELDS and name not in features.own_attributes:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            said.append(f"{name}: no person has this field.{hint}")
    priced = [name for name in ("total_spent", "avg_order_value") if name in fields_of(criteria)]
    if priced and "total_spent_minor" in features.frame.columns:
        n = features.frame["total_spent_minor"].null_count()
        if n:
            said.append(f"What {n:,} of the customers spent is unknown: no rate is known for a currency; import rates.")
    return tuple(said)


def _in_major(name: str, currency: str) -> pl.Expr:
    column = pl.col(column_of(name))
    is_money = name in FIELDS and FIELDS[name].kind == "money"
    return (major_units(column, currency) if is_money else column).alias(name)


def _still_known(connection: Connection, person_ids: pl.Series) -> pl.Series:
    column = TABLES["persons"].c.id
    found = [one for ids in _slices(person_ids) for one in connection.scalars(select(column).where(column.in_(ids)))]
    return pl.Series("person_id", found, dtype=pl.String)


def _slices(ids: pl.Series) -> Iterator[list[str]]:
    for start in range(0, ids.len(), IDS_A_STATEMENT):
        yield ids.slice(start, IDS_A_STATEMENT).to_list()
