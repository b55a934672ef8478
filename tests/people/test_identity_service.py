"""Merges of visitors into persons, in both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, insert

from adplanning.core.errors import NotFound
from adplanning.people import identity_service as identity
from adplanning.people.identity import SINCE_EVER, Owners, owners
from adplanning.people.identity_queries import near, sightings
from adplanning.people.identity_service import Merge
from adplanning.people.service import create_person, delete_person
from adplanning.store import facts
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Visitor

MON, TUE, WED, THU = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in range(2, 6))
NOW = datetime(2026, 3, 20, tzinfo=UTC)
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "order": ("conversions", "converted_at", {"conversion_type": "purchase"}),
    "cart": ("conversions", "converted_at", {"conversion_type": "add_to_cart"}),
    "lead": ("conversions", "converted_at", {"conversion_type": "lead_form_submission"}),
    "view": ("journey_events", "occurred_at", {"event_type": "page_view", "stage": "awareness"}),
    "lead step": ("journey_events", "occurred_at", {"event_type": "lead_capture", "stage": "intent"}),
    "touch": ("touchpoints", "session_started_at", {"resolution_method": "unresolved", "is_resolved": False}),
    "link": ("visitors", "linked_at", {"first_seen_at": MON}),
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "conversions": {
        "platform": "direct",
        "attribution_model": "last_click",
        "attribution_weight": 1.0,
        "currency": "INR",
        "origin": "admin",
        "received_at": MON,
        "is_bot": False,
    },
    "journey_events": {"origin": "admin", "received_at": MON, "is_bot": False},
    "touchpoints": {"platform": "meta", "session_pageviews": 1, "attributed_at": MON, "is_bot": False},
    "visitors": {},
}

Tell = Callable[..., None]


@pytest.fixture
def tell(any_engine: Engine) -> Tell:
    """Store what happened: `tell("order", "phone", "asha", MON)`."""
    numbers = count()

    def store(kind: str, visitor_id: str | None, person_id: str | None, at: datetime, **more: Any) -> None:
        table, instant, its = KINDS[kind]
        number = f"n{next(numbers)}"
        row = {**DEFAULTS[table], **its, instant: at, "id": number, "visitor_id": visitor_id, "person_id": person_id}
        if kind == "order":
            row["order_id"] = number
        if table == "touchpoints":
            row["analytics_session_id"] = number
        if table == "visitors":
            row["id"] = row.pop("visitor_id")
        with write_transaction(any_engine) as connection:
            connection.execute(
                insert(TABLES[table]).values(**{k: v for k, v in (row | more).items() if k in TABLES[table].c})
            )

    return store


def known(engine: Engine) -> Owners:
    return owners(facts.read(engine, sightings())[0])


def timeline(engine: Engine) -> list[tuple[str, str, datetime]]:
    return known(engine).timeline.rows()


def merges(engine: Engine, person_id: str) -> list[Merge]:
    with reading(engine) as session:
        rows, n_all = identity.merges(session, person_id, limit=10, offset=0)
        assert n_all == len(rows)
        return rows


def undo(engine: Engine, visitor_id: str, person_id: str, *, by: str | None = None, now: datetime = NOW) -> Merge:
    with writing(engine) as session:
        return identity.undo_merge(session, visitor_id, person_id, by=by, now=now)


def redo(engine: Engine, visitor_id: str, person_id: str) -> Merge:
    with writing(engine) as session:
        return identity.redo_merge(session, visitor_id, person_id)


def link(engine: Engine, visitor_id: str) -> tuple[str | None, datetime | None]:
    with reading(engine) as session:
        visitor = session.get_one(Visitor, visitor_id)
        return visitor.person_id, visitor.linked_at


def test_conversions_steps_and_links_tell_whose_a_visitor_is(any_engine: Engine, tell: Tell) -> None:
    tell("order", "phone", "asha", MON)
    tell("view", "tablet", "ravi", TUE)
    tell("link", "laptop", "meera", WED)
    tell("view", None, "asha", MON)
    tell("cart", "kiosk", None, MON)
    found = facts.read(any_engine, sightings())[0]
    assert found.schema == {"visitor_id": pl.String, "person_id": pl.String, "seen_at": pl.Datetime("us", "UTC")}
    assert found.sort("seen_at").rows() == [("phone", "asha", MON), ("tablet", "ravi", TUE), ("laptop", "meera", WED)]


def test_what_a_bot_did_tells_nothing(any_engine: Engine, tell: Tell) -> None:
    tell("order", "phone", "asha", MON, is_bot=True)
    tell("view", "phone", "asha", MON, is_bot=True)
    assert timeline(any_engine) == []


def test_a_link_without_its_time_holds_since_the_visitor_was_first_seen(any_engine: Engine, tell: Tell) -> None:
    tell("link", "phone", "asha", TUE, linked_at=None)
    assert facts.read(any_engine, sightings())[0].rows() == [("phone", "asha", MON)]


def test_the_list_tells_by_what_and_between_when_a_visitor_is_a_persons(any_engine: Engine, tell: Tell) -> None:
    tell("order", "phone", "asha", MON)
    tell("cart", "phone", "asha", TUE)
    tell("lead", "phone", "asha", WED)
    tell("lead step", "tablet", "asha", THU)
    tell("link", "laptop", "asha", MON)
    tell("order", "desk", "ravi", MON)
    assert merges(any_engine, "asha") == [
        Merge("tablet", ("lead",), THU, THU, None, None),
        Merge("phone", ("sign_in", "order", "lead"), MON, WED, None, None),
        Merge("laptop", ("sign_in",), MON, MON, None, None),
    ]


def test_the_list_has_pages(any_engine: Engine, tell: Tell) -> None:
    for n in range(3):
        tell("view", f"visitor_{n}", "asha", MON + timedelta(hours=n))
    with reading(any_engine) as session:
        page, n_all = identity.merges(session, "asha", limit=1, offset=1)
    assert ([merge.visitor_id for merge in page], n_all) == (["visitor_1"], 3)


def test_undone_a_visitor_is_no_longer_the_persons(any_engine: Engine, tell: Tell) -> None:
    tell("order", "phone", "asha", MON)
    tell("link", "phone", "asha", MON)
    tell("order", "laptop", "asha", TUE)
    undone = undo(any_engine, "phone", "asha", by="Meera")
    assert undone == Merge("phone", ("order",), MON, MON, NOW, "Meera")
    assert timeline(any_engine) == [("laptop", "asha", SINCE_EVER)]
    assert merges(any_engine, "asha")[1] == undone
    assert link(any_engine, "phone")[0] is None
    assert redo(any_engine, "phone", "asha").undone_at is None
    assert [visitor for visitor, _, _ in timeline(any_engine)] == ["laptop", "phone"]
    assert link(any_engine, "phone") == ("asha", MON)


def test_undone_a_visitor_is_again_that_of_who_was_seen_there_besides(any_engine: Engine, tell: Tell) -> None:
    tell("view", "tablet", "ravi", MON)
    tell("view", "tablet", "guest", TUE)
    tell("view", "tablet", "asha", WED)
    tell("link", "tablet", "asha", WED)
    undo(any_engine, "tablet", "asha")
    assert timeline(any_engine) == [("tablet", "ravi", SINCE_EVER)]
    assert link(any_engine, "tablet") == ("ravi", MON)
    redo(any_engine, "tablet", "asha")
    assert timeline(any_engine) == [("tablet", "ravi", SINCE_EVER), ("tablet", "asha", WED)]
    assert link(any_engine, "tablet") == ("asha", WED)


def test_undoing_another_person_leaves_the_last_one_linked(any_engine: Engine, tell: Tell) -> None:
    tell("view", "tablet", "ravi", MON)
    tell("link", "tablet", "asha", WED)
    undo(any_engine, "tablet", "ravi")
    assert link(any_engine, "tablet") == ("asha", WED)
    redo(any_engine, "tablet", "ravi")
    assert link(any_engine, "tablet") == ("asha", WED)


def test_a_link_whose_events_are_gone_is_undone_and_made_again(any_engine: Engine, tell: Tell) -> None:
    tell("link", "phone", "asha", TUE)
    assert undo(any_engine, "phone", "asha") == Merge("phone", (), None, None, NOW, None)
    assert timeline(any_engine) == []
    assert redo(any_engine, "phone", "asha") == Merge("phone", ("sign_in",), TUE, TUE, None, None)
    assert link(any_engine, "phone") == ("asha", TUE)


def test_undone_stays_undone_when_further_events_come(any_engine: Engine, tell: Tell) -> None:
    tell("view", "phone", "asha", MON)
    undo(any_engine, "phone", "asha")
    tell("order", "phone", "asha", TUE)
    tell("link", "phone", "asha", TUE)
    assert timeline(any_engine) == []


def test_done_twice_nothing_more_changes(any_engine: Engine, tell: Tell) -> None:
    tell("view", "phone", "asha", MON)
    first = undo(any_engine, "phone", "asha", by="Meera")
    assert undo(any_engine, "phone", "asha", by="Ravi", now=NOW + timedelta(days=1)) == first
    assert redo(any_engine, "phone", "asha") == redo(any_engine, "phone", "asha")


def test_a_pair_that_never_was_is_not_found(any_engine: Engine, tell: Tell) -> None:
    tell("view", "phone", "asha", MON)
    for call in (undo, redo):
        with pytest.raises(NotFound, match="'phone' was never taken for a visitor of person 'ravi'"):
            call(any_engine, "phone", "ravi")
    with pytest.raises(NotFound, match="there is no person 'ravi'"):
        merges(any_engine, "ravi")


def test_a_person_without_visitors_has_an_empty_list(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        person_id = create_person(session, {"first_name": "Asha"}, now=NOW).id
    assert merges(any_engine, person_id) == []


def test_a_deleted_person_leaves_no_merge_behind(any_engine: Engine, tell: Tell) -> None:
    with writing(any_engine) as session:
        person_id = create_person(session, {"first_name": "Asha"}, now=NOW).id
    tell("view", "phone", person_id, MON)
    tell("view", "laptop", person_id, MON)
    undo(any_engine, "phone", person_id)
    with writing(any_engine) as session:
        delete_person(session, person_id)
    assert timeline(any_engine) == []
    with pytest.raises(NotFound):
        merges(any_engine, person_id)


def test_what_joins_nothing_is_listed(any_engine: Engine, tell: Tell) -> None:
    for n in range(6):
        tell("view", "till", f"person_{n}", MON)
    tell("view", "phone", "guest", MON)
    assert identity.identity_limits(any_engine).rows() == [
        ("person", "guest", 1, True),
        ("visitor", "till", 6, False),
    ]


def test_near_some_visitors_the_owners_are_those_of_the_whole_store(any_engine: Engine, tell: Tell) -> None:
    tell("view", "phone", "asha", MON)
    tell("view", "tablet", "asha", TUE)
    tell("view", "tablet", "ravi", WED)
    tell("view", "tablet", "script", THU)
    for n in range(101):
        tell("view", f"of_script_{n}", "script", MON)
    tell("view", "desk", "ravi", MON)
    tell("view", "far", "meera", MON)
    tell("touch", "phone", None, MON)
    tell("touch", "new", None, MON)
    around = near(["phone", "new"])
    persons, visitors, seen = facts.read(any_engine, around.persons, around.visitors, around.sightings)
    assert persons["person_id"].to_list() == ["asha"]
    assert sorted(visitors["visitor_id"]) == ["new", "phone", "tablet"]
    # Whether the log-in on the tablet is a script's is seen on its other visitors.
    assert seen.height == 3 + 102 + 1
    there = pl.col("visitor_id").is_in(visitors["visitor_id"].to_list())
    assert owners(seen).timeline.filter(there).rows() == known(any_engine).timeline.filter(there).rows()
