"""Segments and their members, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.segments import service
from adplanning.segments.definition import SegmentChange, SegmentFields
from adplanning.store.session import reading, writing
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import SegmentMember, SegmentSize
from tests.segments.customers import NOON, person, store


def made(session: Session, name: str, *, minutes: int = 0, **fields: Any) -> str:
    return service.create_segment(session, SegmentFields(name=name, **fields), now=NOON + timedelta(minutes=minutes)).id


def test_segments_are_found_by_filter_and_search_newest_first(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        made(session, "Loyal", segment_type="rfm", description="Diwali")
        made(session, "lapsed", minutes=1, is_active=False)
        made(session, "Big", minutes=2, segment_type="value_based")
    with reading(any_engine) as session:

        def names(filters: dict[str, Any] | None = None, **asked: Any) -> list[str]:
            found, count = service.list_segments(session, filters or {}, limit=10, offset=0, **asked)
            assert count == len(found)
            return [segment.name for segment in found]

        assert names() == ["Big", "lapsed", "Loyal"]
        assert names({"segment_type": "value-based"}) == ["Big"]
        assert names({"is_active": False, "segment_type": None}) == ["lapsed"]
        assert names(search="DIWALI") == ["Loyal"]
        assert names(sort="name", descending=False) == ["Big", "lapsed", "Loyal"]
        with pytest.raises(InvalidData, match="sort"):
            names(sort="colour")


def test_a_change_keeps_what_it_does_not_name(engine: Engine) -> None:
    with writing(engine) as session:
        segment_id = made(session, "Loyal", description="d", color="#fff", metadata={"a": 1})
    with writing(engine) as session:
        segment = service.change_segment(session, segment_id, SegmentChange(description=None), now=NOON)
        assert (segment.name, segment.description, segment.color, segment.extra) == ("Loyal", None, "#fff", {"a": 1})
        with pytest.raises(InvalidData, match="name"):
            service.change_segment(session, segment_id, SegmentChange(name=None), now=NOON)
        with pytest.raises(NotFound):
            service.change_segment(session, "seg_x", SegmentChange(), now=NOON)


def test_a_segment_goes_with_its_members_and_its_history(any_engine: Engine) -> None:
    store(any_engine, person("asha"))
    with writing(any_engine) as session:
        segment_id = made(session, "Loyal")
        service.add_member(session, segment_id, "asha", now=NOON)
        session.add(SegmentSize(segment_id=segment_id, built_at=NOON, n_members=1, n_added=1, n_removed=0))
    with writing(any_engine) as session:
        service.delete_segment(session, segment_id)
    with reading(any_engine) as session:
        left = [
            session.scalar(select(func.count()).select_from(table)) for table in (SegmentMember, SegmentSize, Person)
        ]
        with pytest.raises(NotFound):
            service.members(session, segment_id, limit=1, offset=0)
    assert left == [0, 0, 1]


def test_a_member_is_added_once_and_taken_out(any_engine: Engine) -> None:
    store(any_engine, person("asha"), person("ravi"))
    with writing(any_engine) as session:
        segment_id = made(session, "Loyal")
        session.add(SegmentMember(segment_id=segment_id, person_id="ravi", added_at=NOON, added_reason="rule_match"))
        session.flush()
        for name in ("asha", "asha", "ravi"):
            service.add_member(session, segment_id, name, now=NOON)
        segment = service.find_segment(session, segment_id)
        assert segment.customer_count == 2
        # Who was in it by its rules stays from now on, whatever they say.
        found, _ = service.members(session, segment_id, limit=9, offset=0)
        assert {member.added_reason for member, _ in found} == {"manual"}
        service.remove_member(session, segment_id, "asha")
        assert segment.customer_count == 1
        for wrong in ("asha", "nobody"):
            with pytest.raises(NotFound):
                service.remove_member(session, segment_id, wrong)
        with pytest.raises(NotFound):
            service.add_member(session, segment_id, "nobody", now=NOON)


def test_two_who_add_members_at_once_wait_for_each_other(any_engine: Engine) -> None:
    store(any_engine, person("asha"), person("ravi"))
    with writing(any_engine) as session:
        segment_id = made(session, "Loyal")

    def add_both() -> None:
        with writing(any_engine) as session:
            for name in ("asha", "ravi"):
                service.add_member(session, segment_id, name, now=NOON)

    with ThreadPoolExecutor(1) as other:
        with writing(any_engine) as session:
            service.add_member(session, segment_id, "asha", now=NOON)
            adding = other.submit(add_both)
            with pytest.raises(TimeoutError):
                adding.result(timeout=0.3)
        adding.result()
    with reading(any_engine) as session:
        assert service.find_segment(session, segment_id).customer_count == 2


def test_members_are_searched_and_sorted_by_what_their_persons_are(any_engine: Engine) -> None:
    store(any_engine, person("asha", phone="1"), person("ravi", last_name="Rao"), person("meera"))
    with writing(any_engine) as session:
        segment_id = made(session, "Loyal")
        for minutes, name in enumerate(("ravi", "asha", "meera")):
            service.add_member(session, segment_id, name, now=NOON + timedelta(minutes=minutes))
        session.add(SegmentMember(segment_id=segment_id, person_id="gone", added_at=NOON, added_reason="import"))
    with reading(any_engine) as session:

        def ids(**asked: Any) -> list[str]:
            found, _ = service.members(session, segment_id, limit=10, offset=0, **asked)
            return [member.person_id for member, _ in found]

        assert ids()[:2] == ["meera", "asha"]
        assert ids(search="RAO") == ["ravi"]
        assert ids(sort="email", descending=False) == ["asha", "meera", "ravi", "gone"]
        assert ids(sort="name", descending=True)[-1] == "gone"
        found, count = service.members(session, segment_id, limit=1, offset=1)
        assert (len(found), count) == (1, 4)
        found, _ = service.members(session, segment_id, limit=9, offset=0)
        persons = {member.person_id: known for member, known in found}
        assert persons["gone"] is None
        assert persons["asha"] is not None
        assert persons["asha"].phone == "1"


def test_the_overlap_of_two_segments(any_engine: Engine) -> None:
    store(any_engine, *(person(name) for name in "abcde"))
    with writing(any_engine) as session:
        first, second, empty = (made(session, name) for name in ("first", "second", "empty"))
        for segment_id, names in ((first, "abc"), (second, "cde")):
            for name in names:
                service.add_member(session, segment_id, name, now=NOON)
    with reading(any_engine) as session:
        both = service.overlap(session, first, second)
        assert (both, both.share) == (service.Overlap(3, 3, 1), 0.2)
        assert service.overlap(session, first, first).share == 1
        assert service.overlap(session, empty, empty).share is None


def test_the_latest_sizes_come_oldest_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_SIZES", 2)
    with writing(engine) as session:
        segment_id = made(session, "Loyal")
        for n in range(3):
            at = NOON + timedelta(days=n)
            session.add(SegmentSize(segment_id=segment_id, built_at=at, n_members=n, n_added=0, n_removed=0))
        session.flush()
        assert [size.n_members for size in service.sizes(session, segment_id)] == [1, 2]
