"""Bodies and answers of segments."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import AddedReason, SegmentType
from adplanning.segments.definition import GivenCriteria
from adplanning.segments.fields import Kind
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment, SegmentMember


class SegmentOut(BaseModel):
    """A segment as the API shows one; both counts are of its members, however they came."""

    id: str
    name: str
    description: str | None
    segment_type: SegmentType
    criteria: dict[str, Any]
    is_active: bool
    auto_update: bool
    color: str | None
    metadata: dict[str, Any]
    customer_count: int
    member_count: int
    last_calculated_at: str | None
    created_at: str | None
    updated_at: str | None


class BuildOut(BaseModel):
    """What a build did."""

    segment_id: str
    total_evaluated: int
    matching_count: int
    members_added: int
    members_removed: int


class SegmentAnswer(BaseModel):
    """One segment; `warnings` are on criteria that may not mean what they say."""

    segment: SegmentOut
    warnings: list[str]


class BuiltAnswer(SegmentAnswer):
    """One segment that was built."""

    build_result: BuildOut
    message: str


class SegmentsAnswer(BaseModel):
    """A page of segments."""

    segments: list[SegmentOut]
    count: int
    limit: int
    offset: int


class MemberPersonOut(BaseModel):
    """Who a member is."""

    id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None


class MemberOut(BaseModel):
    """A member, and why they are one; the person is null once it is gone."""

    person_id: str
    added_at: str | None
    added_reason: AddedReason
    person: MemberPersonOut | None


class MembersSegment(BaseModel):
    """Whose members these are."""

    id: str
    name: str
    customer_count: int


class MembersAnswer(BaseModel):
    """A page of members."""

    segment: MembersSegment
    members: list[MemberOut]
    count: int
    limit: int
    offset: int


class MemberAnswer(BaseModel):
    """One member."""

    member: MemberOut


class MemberFields(BaseModel):
    """Who is put into a segment."""

    person_id: Annotated[str, Field(max_length=256)]


class PreviewFields(BaseModel):
    """Criteria to be tried."""

    criteria: GivenCriteria


class PreviewAnswer(BaseModel):
    """How many of `total` customers match, and the first of them with the fields asked for."""

    count: int
    total: int
    sample: list[dict[str, Any]]
    warnings: list[str]


class SizeOut(BaseModel):
    """How large a segment was after a build."""

    built_at: str | None
    members: int
    added: int
    removed: int


class SizesAnswer(BaseModel):
    """The latest builds of a segment, oldest first."""

    sizes: list[SizeOut]


class OverlapAnswer(BaseModel):
    """How many are in two segments: `both` of `first` and `second`; `share` (0–1) is of all in either."""

    first: int
    second: int
    both: int
    share: float | None


class FieldOut(BaseModel):
    """What criteria may ask for."""

    name: str
    title: str
    kind: Kind
    unit: str
    help: str
    example: str
    aliases: list[str]
    operators: list[str]
    is_own: bool


class FieldsAnswer(BaseModel):
    """All fields, and the attributes that persons have of their own."""

    fields: list[FieldOut]


class SuggestionOut(BaseModel):
    """A segment to begin with."""

    key: str
    name: str
    description: str
    segment_type: SegmentType
    color: str
    criteria: dict[str, Any]


class SuggestionsAnswer(BaseModel):
    """Segments to begin with."""

    suggestions: list[SuggestionOut]


def segment_json(segment: Segment) -> SegmentOut:
    """A segment as the API shows one."""
    return SegmentOut(
        id=segment.id,
        name=segment.name,
        description=segment.description,
        segment_type=SegmentType(segment.segment_type),
        criteria=segment.criteria,
        is_active=segment.is_active,
        auto_update=segment.auto_update,
        color=segment.color,
        metadata=segment.extra or {},
        customer_count=segment.customer_count,
        member_count=segment.customer_count,
        last_calculated_at=isoformat(segment.last_calculated_at),
        created_at=isoformat(segment.created_at),
        updated_at=isoformat(segment.updated_at),
    )


def member_json(member: SegmentMember, person: Person | None) -> MemberOut:
    """A member as the API shows one."""
    shown = person and MemberPersonOut(
        id=person.id,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
    )
    return MemberOut(
        person_id=member.person_id,
        added_at=isoformat(member.added_at),
        added_reason=AddedReason(member.added_reason),
        person=shown,
    )
