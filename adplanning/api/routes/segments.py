"""/admin/ad-planning/segments: groups of customers by criteria, and who is in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Filter, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.segment_bodies import (
    BuildOut,
    BuiltAnswer,
    FieldOut,
    FieldsAnswer,
    MemberAnswer,
    MemberFields,
    MembersAnswer,
    MembersSegment,
    OverlapAnswer,
    PreviewAnswer,
    PreviewFields,
    SegmentAnswer,
    SegmentsAnswer,
    SizeOut,
    SizesAnswer,
    SuggestionOut,
    SuggestionsAnswer,
    member_json,
    segment_json,
)
from adplanning.core.csv_text import csv_text
from adplanning.core.periods import isoformat
from adplanning.core.settings import Settings
from adplanning.segments import service
from adplanning.segments.building_service import BuildResult, build_segment, preview, warnings
from adplanning.segments.contradictions import contradictions
from adplanning.segments.criteria import Criteria, criteria_json, fields_of, parse_criteria
from adplanning.segments.definition import SegmentChange, SegmentFields, Type
from adplanning.segments.feature_service import CustomerFeatures, customer_features, own_attributes
from adplanning.segments.fields import FIELDS, operators_of
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.store.session import reading, writing
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment

router = APIRouter(prefix="/admin/ad-planning/segments", tags=["segments"])


@router.post("", status_code=201)
def create(body: SegmentFields, engine: StoreEngine, settings: AppSettings, now: Now) -> BuiltAnswer | SegmentAnswer:
    """Add a segment; one that updates by itself is built at once."""
    criteria = parse_criteria(body.criteria or {})
    # Read before the transaction that writes begins, in which all other writers would wait.
    features = _features(engine, settings, criteria, now, own_only=not body.auto_update)
    with writing(engine) as session:
        segment = service.create_segment(session, body, now=now)
        built = build_segment(session, segment, features, now=now) if body.auto_update else None
        return _answer(segment, built, _said(criteria, features))


@router.get("")
def list_(
    session: Reading,
    page: Page,
    segment_type: Annotated[Type | None, Query()] = None,
    is_active: bool | None = None,
    q: Filter = None,
) -> SegmentsAnswer:
    """Segments, newest first; `q` looks into name and description."""
    filters = {"segment_type": segment_type, "is_active": is_active}
    found, count = service.list_segments(session, filters, limit=page.limit, offset=page.offset, search=q)
    return SegmentsAnswer(
        segments=[segment_json(one) for one in found], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/fields")
def list_fields(engine: StoreEngine) -> FieldsAnswer:
    """What criteria may ask for, and with which operators."""
    known = [
        FieldOut(
            name=field.name,
            title=field.title,
            kind=field.kind,
            unit=field.unit,
            help=field.help,
            example=field.example,
            aliases=list(field.aliases),
            operators=list(operators_of(field.kind)),
            is_own=False,
        )
        for field in FIELDS.values()
    ]
    own = [
        FieldOut(
            name=name,
            title=name,
            kind=kind,
            unit="",
            help="an attribute of the person's own",
            example="",
            aliases=[],
            operators=list(operators_of(kind)),
            is_own=True,
        )
        for name, kind in own_attributes(engine).items()
        if name not in FIELDS
    ]
    return FieldsAnswer(fields=known + own)


@router.get("/suggestions")
def list_suggestions() -> SuggestionsAnswer:
    """Segments that nearly every shop wants; POST one to have it."""
    return SuggestionsAnswer(
        suggestions=[
            SuggestionOut(
                key=one.key,
                name=one.name,
                description=one.description,
                segment_type=one.segment_type,
                color=one.color,
                criteria=criteria_json(one.criteria),
            )
            for one in SUGGESTIONS
        ]
    )


@router.post("/preview")
def try_out(body: PreviewFields, engine: StoreEngine, settings: AppSettings, now: Now) -> PreviewAnswer:
    """Count who matches criteria, and show some of them; nothing is stored."""
    criteria = parse_criteria(body.criteria)
    features = _features(engine, settings, criteria, now)
    with reading(engine) as session:
        seen = preview(session, features, criteria)
    return PreviewAnswer(
        count=seen.count,
        total=seen.total,
        sample=seen.sample.to_dicts(),
        warnings=_said(criteria, features),
    )


@router.get("/{segment_id}")
def read(segment_id: Id, session: Reading) -> SegmentAnswer:
    """One segment."""
    segment = service.find_segment(session, segment_id)
    return _answer(segment, None, contradictions(parse_criteria(segment.criteria)))


@router.put("/{segment_id}")
def change(
    segment_id: Id, body: SegmentChange, engine: StoreEngine, settings: AppSettings, now: Now
) -> BuiltAnswer | SegmentAnswer:
    """Change the fields that are sent; with `rebuild`, or new criteria where it updates by itself, it is built."""
    with reading(engine) as session:
        segment = service.find_segment(session, segment_id)
        stored, auto_update = segment.criteria, segment.auto_update
    criteria = parse_criteria(stored if body.criteria is None else body.criteria)
    if body.auto_update is not None:
        auto_update = body.auto_update
    is_built = body.rebuild or (auto_update and body.criteria is not None)
    features = _features(engine, settings, criteria, now, own_only=not is_built)
    with writing(engine) as session:
        segment = service.change_segment(session, segment_id, body, now=now)
        built = build_segment(session, segment, features, now=now) if is_built else None
        return _answer(segment, built, _said(criteria, features))


@router.post("/{segment_id}/build")
def build(segment_id: Id, engine: StoreEngine, settings: AppSettings, now: Now) -> BuiltAnswer | SegmentAnswer:
    """Make its members those who match its criteria now; who was added by hand or from a file stays."""
    return change(segment_id, SegmentChange(rebuild=True), engine, settings, now)


@router.delete("/{segment_id}")
def delete(segment_id: Id, session: Writing) -> Deleted:
    """Remove a segment with its members and its history."""
    service.delete_segment(session, segment_id)
    return Deleted(id=segment_id)


@router.get(
    "/{segment_id}/members",
    response_model=MembersAnswer,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def list_members(
    segment_id: Id,
    session: Reading,
    page: Page,
    q: Filter = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> MembersAnswer | StreamingResponse:
    """Who is in it, those who came last first; `q` looks into e-mail, name, phone and id. All of them as CSV."""
    if form == "csv":
        parts = service.all_members(session, segment_id, search=q)
        headers = {"Content-Disposition": 'attachment; filename="segment-members.csv"'}
        return StreamingResponse(_members_csv(parts), media_type="text/csv", headers=headers)
    segment = service.find_segment(session, segment_id)
    found, count = service.members(session, segment_id, limit=page.limit, offset=page.offset, search=q)
    return MembersAnswer(
        segment=MembersSegment(id=segment.id, name=segment.name, customer_count=segment.customer_count),
        members=[member_json(*one) for one in found],
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.post("/{segment_id}/members", status_code=201)
def add_member(segment_id: Id, body: MemberFields, session: Writing, now: Now) -> MemberAnswer:
    """Put a person into it by hand, where they stay."""
    member = service.add_member(session, segment_id, body.person_id, now=now)
    return MemberAnswer(member=member_json(member, session.get(Person, member.person_id)))


@router.delete("/{segment_id}/members/{person_id}")
def remove_member(segment_id: Id, person_id: Id, session: Writing) -> Deleted:
    """Take a person out of it; who meets its criteria is in it again when it is built."""
    service.remove_member(session, segment_id, person_id)
    return Deleted(id=person_id)


@router.get("/{segment_id}/sizes")
def list_sizes(segment_id: Id, session: Reading) -> SizesAnswer:
    """How large it was after each of its latest builds."""
    return SizesAnswer(
        sizes=[
            SizeOut(built_at=isoformat(one.built_at), members=one.n_members, added=one.n_added, removed=one.n_removed)
            for one in service.sizes(session, segment_id)
        ]
    )


@router.get("/{segment_id}/overlap")
def compare(
    segment_id: Id, session: Reading, other: Annotated[str, Query(alias="with", max_length=256)]
) -> OverlapAnswer:
    """How many are both in it and in another segment."""
    found = service.overlap(session, segment_id, other)
    return OverlapAnswer(first=found.n_first, second=found.n_second, both=found.n_both, share=found.share)


def _members_csv(parts: Iterable[Sequence[Mapping[str, object]]]) -> Iterator[str]:
    """Part after part, since there may be millions; an empty segment has the headings alone."""
    yield csv_text([{name: name for name in service.MEMBER_COLUMNS}], with_headings=False)
    for part in parts:
        yield csv_text(part, with_headings=False)


def _features(
    engine: Engine, settings: Settings, criteria: Criteria, now: datetime, *, own_only: bool = False
) -> CustomerFeatures:
    """The feature table as far as criteria need it, or only what tells which fields nobody has."""
    asked: Iterable[str] = fields_of(criteria)
    return customer_features(
        engine,
        as_of=now,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        fields=[name for name in asked if not own_only or name not in FIELDS],
    )


def _said(criteria: Criteria, features: CustomerFeatures) -> list[str]:
    return [*warnings(criteria, features), *contradictions(criteria, features.currency)]


def _answer(segment: Segment, built: BuildResult | None, said: list[str]) -> BuiltAnswer | SegmentAnswer:
    if built is None:
        return SegmentAnswer(segment=segment_json(segment), warnings=said)
    return BuiltAnswer(
        segment=segment_json(segment),
        warnings=said,
        build_result=BuildOut(
            segment_id=built.segment_id,
            total_evaluated=built.total_evaluated,
            matching_count=built.matching_count,
            members_added=built.members_added,
            members_removed=built.members_removed,
        ),
        message=(
            f"Segment rebuilt: {built.matching_count:,} of {built.total_evaluated:,} customers match, "
            f"{built.members_added:,} members added, {built.members_removed:,} removed"
        ),
    )
