"""Members of segments from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from adplanning.segments import service
from adplanning.segments.definition import SegmentFields
from adplanning.store.session import reading, writing
from adplanning.store.tables.segments import SegmentMember
from tests.imports.conftest import NOW, Take
from tests.segments.customers import person, store

Rows = Callable[..., list[Any]]
HEADER = "segment,email,person_id"


def made(engine: Engine, name: str, *members: str) -> str:
    with writing(engine) as session:
        segment_id = service.create_segment(session, SegmentFields(name=name), now=NOW).id
        session.add_all(
            SegmentMember(segment_id=segment_id, person_id=one, added_at=NOW, added_reason="rule_match")
            for one in members
        )
    return segment_id


def test_persons_are_put_into_a_segment_by_its_name_or_id(engine: Engine, take: Take, rows: Rows) -> None:
    store(engine, *(person(name) for name in ("asha", "ravi", "meera")))
    loyal = made(engine, "Loyal", "meera")
    summary = take(
        "segment-members",
        HEADER,
        "Loyal,ASHA@example.in,",
        f"{loyal},,ravi",
        "Loyal,asha@example.in,asha",
        "Loyal,,meera",
    )
    assert (summary.stored, summary.duplicates, summary.rejected) == (2, 2, 0)
    # Who was in it by its rules stays from now on.
    assert rows("segment_members", "person_id", "added_reason") == [
        ("asha", "import"),
        ("meera", "import"),
        ("ravi", "import"),
    ]
    with reading(engine) as session:
        assert service.find_segment(session, loyal).customer_count == 3


def test_what_is_not_known_is_refused_with_what_to_do(
    engine: Engine, take: Take, rows: Rows, reasons: Callable[[], dict[int, str]]
) -> None:
    store(engine, person("asha"), person("ravi"))
    made(engine, "Loyal")
    for _ in range(2):
        made(engine, "Twice")
    summary = take(
        "segment-members",
        HEADER,
        "loyal,asha@example.in,",
        "Twice,asha@example.in,",
        "Loyal,nobody@example.in,",
        "Loyal,asha@example.in,ravi",
        "Loyal,asha@example.in,nobody",
        "Loyal,,",
        ",asha@example.in,",
    )
    assert (summary.stored, summary.rejected) == (0, 7)
    assert reasons() == {
        2: "segment: there is no segment 'loyal'; give its exact name or its id",
        3: "segment: several segments are called 'Twice'; give the id",
        4: "person: nobody with this e-mail or id is known; import people first",
        5: "person_id: is another person's than the e-mail; correct one of them",
        6: "person: nobody with this e-mail or id is known; import people first",
        7: "the row has neither an e-mail nor a person_id; give one of them",
        8: "segment: is missing; it must be given",
    }
    assert rows("segment_members", "person_id") == []
