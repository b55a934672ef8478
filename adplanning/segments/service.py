"""What can be done with segments and their members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from adplanning.core.errors import NotFound
from adplanning.core.ids import new_id
from adplanning.core.periods import isoformat
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import AddedReason
from adplanning.people.service import find_person
from adplanning.segments import queries
from adplanning.segments.definition import SegmentChange, SegmentFields, segment_columns
from adplanning.store import lists
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment, SegmentMember, SegmentSize

# Builds of two and a half years of nights.
MAX_SIZES = 1000
MEMBERS_A_PART: Final = 5_000
MEMBER_COLUMNS: Final = tuple(str(column.key) for column in queries.MEMBER_DETAILS)
"""What `all_members` tells of each."""


@dataclass(frozen=True)
class Overlap:
    """How many are in each of two segments and in both."""

    n_first: int
    n_second: int
    n_both: int

    @property
    def share(self) -> float | None:
        """Of all who are in either, the share who are in both (Jaccard's); None when nobody is.

        >>> Overlap(30, 20, 10).share
        0.25
        """
        return ratio(self.n_both, self.n_first + self.n_second - self.n_both)


def create_segment(session: Session, given: SegmentFields, *, now: datetime) -> Segment:
    """Add a segment, which nobody is in before it is built.

    Raises
    ------
    InvalidData : criteria that cannot be read, at the place of their fault.
    """
    segment = Segment(id=new_id("seg"), **segment_columns(given), customer_count=0, created_at=now, updated_at=now)
    session.add(segment)
    session.flush()
    return segment


def find_segment(session: Session, segment_id: str) -> Segment:
    """The segment of that id.

    Raises
    ------
    NotFound : there is none.
    """
    segment = session.get(Segment, segment_id)
    if segment is None:
        raise NotFound(f"id: there is no segment {segment_id!r}; GET /admin/ad-planning/segments lists them")
    return segment


def segment_to_change(session: Session, segment_id: str) -> Segment:
    """The same as it is now, which nobody else changes before this transaction ends: members and their count agree.

    Raises
    ------
    NotFound : there is none.
    """
    session.get(Segment, segment_id, with_for_update=True, populate_existing=True)
    return find_segment(session, segment_id)


def list_segments(
    session: Session,
    filters: Mapping[str, str | bool | None],
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[Segment], int]:
    """One page of segments, and how many match in all.

    Parameters
    ----------
    filters : columns of a segment and the value that each must have; None asks for nothing.
    limit, offset : which of the rows make the page.
    search : what the name or the description must hold, in whatever case.
    sort, descending : an order of `queries.SEGMENT_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    return lists.page(
        session,
        queries.matching_segments(filters, search=search),
        queries.SEGMENT_ORDERS,
        sort=sort,
        usual="created_at",
        ties=Segment.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def change_segment(session: Session, segment_id: str, given: SegmentChange, *, now: datetime) -> Segment:
    """Change the given fields; its members stay until it is built anew.

    Raises
    ------
    NotFound : there is no such segment.
    InvalidData : criteria that cannot be read, or a null where there must be a value.
    """
    segment = segment_to_change(session, segment_id)
    for name, value in segment_columns(given).items():
        setattr(segment, name, value)
    segment.updated_at = now
    session.flush()
    return segment


def delete_segment(session: Session, segment_id: str) -> None:
    """Remove a segment with its members and its history; the persons stay."""
    session.delete(segment_to_change(session, segment_id))


def members(
    session: Session,
    segment_id: str,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[tuple[SegmentMember, Person | None]], int]:
    """One page of a segment's members, and how many match in all; a person who is gone is None.

    Parameters
    ----------
    search : what e-mail, name, phone or id of the person must hold, in whatever case.
    sort, descending : an order of `queries.MEMBER_ORDERS`; those who came last first when there is none.

    Raises
    ------
    NotFound : there is no such segment.
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    find_segment(session, segment_id)
    found, count = lists.page(
        session,
        queries.members_of(segment_id, search=search),
        queries.MEMBER_ORDERS,
        sort=sort,
        usual="added_at",
        ties=SegmentMember.person_id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
    ids = [member.person_id for member in found]
    persons = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [(member, persons.get(member.person_id)) for member in found], count


def all_members(session: Session, segment_id: str, *, search: str | None = None) -> Iterator[list[dict[str, object]]]:
    """Every member of a segment that `members` would page through, some at a time: those who came last first.

    Each has `MEMBER_COLUMNS`, added_at as ISO 8601; those of a person who is gone are None.

    Raises
    ------
    NotFound : there is no such segment.
    InvalidData : a search for what no text can hold.
    """
    find_segment(session, segment_id)
    query = queries.member_details(segment_id, search=search).execution_options(yield_per=MEMBERS_A_PART)
    parts = session.execute(query).mappings().partitions()
    return ([{**row, "added_at": isoformat(row["added_at"])} for row in part] for part in parts)


def add_member(session: Session, segment_id: str, person_id: str, *, now: datetime) -> SegmentMember:
    """Put a person into a segment by hand, where they stay whatever its criteria say; done twice, it changes nothing.

    Raises
    ------
    NotFound : there is no such segment or person.
    """
    segment = segment_to_change(session, segment_id)
    find_person(session, person_id)
    member = session.get(SegmentMember, (segment_id, person_id))
    if member is None:
        member = SegmentMember(segment_id=segment_id, person_id=person_id, added_at=now)
        session.add(member)
    if member.added_reason != AddedReason.imported:
        member.added_reason = str(AddedReason.manual)
    session.flush()
    count_members(session, segment)
    return member


def remove_member(session: Session, segment_id: str, person_id: str) -> None:
    """Take a person out of a segment; who meets its criteria is in it again when it is built.

    Raises
    ------
    NotFound : there is no such segment, or the person is not in it.
    """
    segment = segment_to_change(session, segment_id)
    member = session.get(SegmentMember, (segment_id, person_id))
    if member is None:
        raise NotFound(f"person_id: {person_id!r} is not in the segment; GET …/members lists who is")
    session.delete(member)
    session.flush()
    count_members(session, segment)


def count_members(session: Session, segment: Segment) -> int:
    """Count who is in a segment, and keep the number with it."""
    segment.customer_count = _n_members(session, segment.id)
    return segment.customer_count


def sizes(session: Session, segment_id: str) -> list[SegmentSize]:
    """How large a segment was after each of its latest builds, oldest first; at most `MAX_SIZES`.

    Raises
    ------
    NotFound : there is no such segment.
    """
    find_segment(session, segment_id)
    query = select(SegmentSize).where(SegmentSize.segment_id == segment_id).order_by(SegmentSize.built_at.desc())
    return list(session.scalars(query.limit(MAX_SIZES)))[::-1]


def overlap(session: Session, first_id: str, second_id: str) -> Overlap:
    """How many are in both of two segments.

    Raises
    ------
    NotFound : there is no such segment.
    """
    n_first, n_second = (_n_members(session, find_segment(session, one).id) for one in (first_id, second_id))
    second = aliased(SegmentMember)
    both = (
        select(func.count())
        .select_from(SegmentMember)
        .join(second, second.person_id == SegmentMember.person_id)
        .where(SegmentMember.segment_id == first_id, second.segment_id == second_id)
    )
    return Overlap(n_first, n_second, session.scalar(both) or 0)


def _n_members(session: Session, segment_id: str) -> int:
    counted = select(func.count()).select_from(SegmentMember).where(SegmentMember.segment_id == segment_id)
    return session.scalar(counted) or 0
