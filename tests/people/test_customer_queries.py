from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.people.customer_queries import activity_statements
from adplanning.people.customers import of_persons
from adplanning.people.identity import owners
from adplanning.store import facts
from adplanning.store.session import writing
from adplanning.store.tables.events import JourneyEvent
from adplanning.store.tables.people import Visitor

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def view(name: str, visitor_id: str | None, at: datetime, person_id: str | None = None) -> JourneyEvent:
    return JourneyEvent(
        id=name,
        visitor_id=visitor_id,
        person_id=person_id,
        event_type="page_view",
        stage="awareness",
        origin="web",
        is_bot=False,
        occurred_at=at,
        received_at=at,
    )


def views_of(engine: Engine, as_of: datetime, person_ids: list[str] | None = None) -> list[tuple[str, str]]:
    statements = activity_statements(
        ["conversion_type"],
        ["id"],
        as_of=as_of,
        public_revenue=PublicRevenue.counted,
        person_ids=person_ids,
    )
    _, steps, seen = facts.read(engine, *statements)
    theirs = of_persons(steps.lazy(), owners(seen), at="occurred_at").sort("id").collect()
    return theirs.select("id", "person_id").rows()


def test_a_customers_events_are_those_on_their_devices_and_those_that_name_them(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add_all(
            [
                Visitor(id="phone", person_id="asha", linked_at=AT, first_seen_at=AT - HOUR),
                Visitor(id="tablet", person_id="ravi", linked_at=AT + HOUR, first_seen_at=AT - HOUR),
                view("before she signed in", "phone", AT - HOUR),
                view("by name alone", None, AT, "asha"),
                view("on the tablet, as Asha", "tablet", AT - HOUR, "asha"),
                view("on the tablet, after Ravi signed in", "tablet", AT + 2 * HOUR),
                view("nobody's", "kiosk", AT),
            ]
        )
    everybody = views_of(any_engine, AT + 3 * HOUR)
    assert everybody == [
        ("before she signed in", "asha"),
        ("by name alone", "asha"),
        ("on the tablet, after Ravi signed in", "ravi"),
        ("on the tablet, as Asha", "asha"),
    ]
    for person_id in ("asha", "ravi"):
        alone = [row for row in views_of(any_engine, AT + 3 * HOUR, [person_id]) if row[1] == person_id]
        assert alone == [row for row in everybody if row[1] == person_id]


def test_what_happens_later_is_not_known_yet(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        session.add_all([view("now", None, AT, "asha"), view("later", None, AT + timedelta(microseconds=1), "asha")])
    assert views_of(any_engine, AT) == [("now", "asha")]


def test_conversions_come_with_the_columns_asked_for() -> None:
    conversions, steps, _ = activity_statements(
        ["value_minor"], ["event_type"], as_of=AT, public_revenue=PublicRevenue.counted
    )
    assert list(conversions.selected_columns.keys()) == ["visitor_id", "person_id", "converted_at", "value_minor"]
    assert list(steps.selected_columns.keys()) == ["visitor_id", "person_id", "occurred_at", "event_type"]
