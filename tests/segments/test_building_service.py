"""Who is in a segment by its criteria, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from adplanning.core.errors import Conflict, NotFound
from adplanning.segments import service
from adplanning.segments.building_service import BuildResult, build_segment, due_segments, preview
from adplanning.segments.criteria import fields_of, parse_criteria
from adplanning.segments.definition import SegmentChange, SegmentFields
from adplanning.store.session import reading, writing
from adplanning.store.tables.people import Person
from adplanning.store.tables.segments import SegmentMember
from tests.segments.customers import NOON, features, order, person, shop, store

PUNE: dict[str, Any] = {"rules": [{"field": "city", "operator": "==", "value": "Pune"}]}
SPENT: dict[str, Any] = {"rules": [{"field": "total_spent", "operator": ">", "value": 300}]}


def made(engine: Engine, criteria: dict[str, Any]) -> str:
    with writing(engine) as session:
        return service.create_segment(session, SegmentFields(name="any", criteria=criteria), now=NOON).id


def built(engine: Engine, segment_id: str, *, minutes: int = 0) -> BuildResult:
    with reading(engine) as session:
        criteria = parse_criteria(service.find_segment(session, segment_id).criteria)
    table = features(engine, *(fields_of(criteria) or ["city"]))
    with writing(engine) as session:
        segment = service.find_segment(session, segment_id)
        return build_segment(session, segment, table, now=NOON + timedelta(minutes=minutes))


def members(engine: Engine, segment_id: str) -> dict[str, str]:
    with reading(engine) as session:
        found = session.scalars(select(SegmentMember).where(SegmentMember.segment_id == segment_id))
        return {member.person_id: member.added_reason for member in found}


def test_members_are_who_matches_and_who_was_added_otherwise(any_engine: Engine) -> None:
    store(any_engine, *(person(name, city="Pune") for name in ("asha", "ravi")), person("dev"), person("zoe"))
    segment_id = made(any_engine, PUNE)
    with writing(any_engine) as session:
        service.add_member(session, segment_id, "dev", now=NOON)
        service.add_member(session, segment_id, "asha", now=NOON)
        session.add(SegmentMember(segment_id=segment_id, person_id="zoe", added_at=NOON, added_reason="import"))
    first = built(any_engine, segment_id)
    assert first == BuildResult(segment_id, 4, 2, 1, 0)
    by_rule = {"dev": "manual", "asha": "manual", "zoe": "import", "ravi": "rule_match"}
    assert members(any_engine, segment_id) == by_rule
    assert built(any_engine, segment_id, minutes=1) == BuildResult(segment_id, 4, 2, 0, 0)
    with writing(any_engine) as session:
        service.change_segment(session, segment_id, SegmentChange(criteria={**PUNE, "logic": "NOT"}), now=NOON)
    assert built(any_engine, segment_id, minutes=2) == BuildResult(segment_id, 4, 2, 0, 1)
    assert members(any_engine, segment_id) == {"dev": "manual", "asha": "manual", "zoe": "import"}
    with reading(any_engine) as session:
        segment = service.find_segment(session, segment_id)
        assert (segment.customer_count, segment.last_calculated_at) == (3, NOON + timedelta(minutes=2))
        history = [(size.n_members, size.n_added, size.n_removed) for size in service.sizes(session, segment_id)]
    assert history == [(4, 1, 0), (4, 0, 0), (3, 0, 1)]


def test_who_was_erased_since_the_table_was_read_is_not_brought_back(any_engine: Engine) -> None:
    store(any_engine, person("asha", city="Pune"), person("ravi", city="Pune"))
    segment_id = made(any_engine, PUNE)
    table = features(any_engine, "city")
    with writing(any_engine) as session:
        session.execute(delete(Person).where(Person.id == "asha"))
    with writing(any_engine) as session:
        done = build_segment(session, service.find_segment(session, segment_id), table, now=NOON)
    assert (done.matching_count, done.members_added) == (2, 1)
    assert members(any_engine, segment_id) == {"ravi": "rule_match"}


def test_a_table_without_what_the_criteria_ask_for_is_refused(engine: Engine) -> None:
    segment_id = made(engine, PUNE)
    table = features(engine, "country")
    with writing(engine) as session, pytest.raises(Conflict, match="build the segment again"):
        build_segment(session, service.find_segment(session, segment_id), table, now=NOON)


def test_more_members_than_one_statement_takes_come_and_go(any_engine: Engine) -> None:
    store(any_engine, *(person(f"p{n}", city="Pune" if n % 2 else "Goa") for n in range(12_001)))
    segment_id = made(any_engine, {})
    assert built(any_engine, segment_id).members_added == 12_001
    with writing(any_engine) as session:
        service.change_segment(session, segment_id, SegmentChange(criteria=PUNE), now=NOON)
    assert built(any_engine, segment_id, minutes=1).members_removed == 6_001
    assert len(members(any_engine, segment_id)) == 6_000


def test_a_preview_shows_who_with_what_was_asked_for_and_stores_nothing(any_engine: Engine) -> None:
    shop(any_engine)
    criteria = parse_criteria(SPENT)
    with reading(any_engine) as session:
        seen = preview(session, features(any_engine, "total_spent"), criteria)
        nobody = preview(session, features(any_engine, "city"), parse_criteria(PUNE), limit=0)
    assert (seen.count, seen.total) == (1, 4)
    assert seen.sample.to_dicts() == [
        {
            "person_id": "asha", "email": "asha@example.in", "first_name": "Asha", "last_name": None, "phone": None,
            "total_spent": 750.0,
        }
    ]  # fmt: skip
    assert seen.warnings == (
        "What 1 of the customers spent is unknown: no rate is known for a currency; import rates.",
    )
    assert (nobody.count, nobody.sample.height) == (1, 0)


def test_the_sample_is_the_first_by_id_and_a_field_of_the_person_is_shown_once(engine: Engine) -> None:
    store(engine, *(person(f"p{n:02}") for n in range(30)), order("v", days_ago=1))
    criteria = parse_criteria({"rules": [{"field": "email", "operator": "contains", "value": "@"}]})
    with reading(engine) as session:
        seen = preview(session, features(engine, "email"), criteria, limit=3)
    assert seen.sample["person_id"].to_list() == ["p00", "p01", "p02"]
    assert seen.sample.columns == ["person_id", "email", "first_name", "last_name", "phone"]


def test_those_are_due_that_are_active_and_follow_their_criteria_or_are_asked_for(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        for name, given in (("b", {}), ("a", {}), ("static", {"auto_update": False}), ("off", {"is_active": False})):
            service.create_segment(session, SegmentFields(name=name, **given), now=NOON)
    with reading(any_engine) as session:
        assert [one.name for one in due_segments(session)] == ["a", "b"]
        assert [one.name for one in due_segments(session, with_static=True)] == ["a", "b", "static"]
        off = due_segments(session, ["static", "off"])[0]
        assert [one.name for one in due_segments(session, [off.id, "a"])] == ["a", off.name]
        with pytest.raises(NotFound, match="'c'"):
            due_segments(session, ["a", "c"])
