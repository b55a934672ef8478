"""Who a person is: what they left of themselves, their own attributes, the segments that they are in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import Segment, SegmentMember
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.visit import Visit

SEGMENTS: Final = "ad-planning/segments"
MAX_ROWS: Final = 50
MAX_LENGTH: Final = 500


def person_facts(visit: Visit, session: Session, person: Person) -> Mapping[str, Mapping[str, Cell]]:
    """The groups of facts, as a record shows them."""
    zone = visit.settings.zone
    born = person.date_of_birth
    groups: dict[str, Mapping[str, Cell]] = {
        "Person": {
            "Name": text(" ".join(part for part in (person.first_name, person.last_name) if part) or None),
            "E-mail": text(person.email),
            "Phone": text(person.phone),
            "Place": text(", ".join(part for part in (person.city, person.state, person.country) if part) or None),
            "Born": text(f"{born:%-d %b %Y}" if born else None),
            "Tags": text(", ".join(person.tags or []) or None),
            "Known since": text(formats.moment(person.created_at, zone)),
            "Id": text(person.id),
        },
        "Segments": _segments(visit, session, person.id),
    }
    if person.attributes:
        groups["Own attributes"] = {
            name: text(in_words(value)) for name, value in list(person.attributes.items())[:MAX_ROWS]
        }
    return groups


def in_words(value: object) -> str:
    """A value of a free field in at most `MAX_LENGTH` characters.

    >>> in_words("blue"), in_words(["a", 1]), in_words(2.5), in_words(True), in_words("a" * 600)[-3:]
    ('blue', 'a, 1', '2.5', 'yes', 'aa…')
    """
    if isinstance(value, bool):
        said = "yes" if value else "no"
    elif isinstance(value, list) and not any(isinstance(part, (dict, list)) for part in value):
        said = ", ".join(map(str, value))
    else:
        said = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    return said if len(said) <= MAX_LENGTH else f"{said[:MAX_LENGTH]}…"


def _segments(visit: Visit, session: Session, person_id: str) -> Mapping[str, Cell]:
    is_theirs = SegmentMember.person_id == person_id
    found = session.execute(
        select(Segment.id, Segment.name, Segment.is_active, SegmentMember.added_at)
        .join(SegmentMember, SegmentMember.segment_id == Segment.id)
        .where(is_theirs)
        .order_by(Segment.name, Segment.id)
        .limit(MAX_ROWS)
    ).all()
    if not found:
        return {"Segments": text("none")}
    n = session.scalar(select(func.count()).select_from(SegmentMember).where(is_theirs)) or 0
    rows = {
        f"{name} ({segment_id})" if [one.name for one in found].count(name) > 1 else name: text(
            f"since {formats.day(added_at, visit.settings.zone)}" + ("" if is_active else ", not active"),
            href=address_of(SEGMENTS, segment_id),
        )
        for segment_id, name, is_active, added_at in found
    }
    return rows if n <= len(found) else rows | {"And": text(f"{n - len(found)} more")}
