"""Orders that the shop tells one by one, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.conversions.fields import GoalFields
from adplanning.conversions.order_fields import OrderFields
from adplanning.conversions.service import create_goal, goal_rules
from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import GoalType
from adplanning.imports.importing import import_file
from adplanning.people import service
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.people import Person
from adplanning.tracking.events import NewEvent
from adplanning.workflows.event_tracked import track
from adplanning.workflows.order_placed import place_order
from tests.people.held import NOON, purchase, step
from tests.workflows.test_person_erased import erase

SETTINGS = Settings(currency="INR", timezone="Asia/Kolkata", _env_file=None)
AD = {"utm_source": "facebook", "utm_medium": "cpc", "utm_campaign": "Diwali"}
ORDER = {
    "order_id": "7",
    "email": "Asha@Example.in",
    "total": "1234.50",
    "currency": "INR",
    "placed_at": "2026-11-22T12:00:00Z",
    "customer": {"first_name": "Asha", "city": "Pune"},
}


def place(engine: Engine, **more: Any) -> tuple[str | None, str | None, bool]:
    """Place the order; answer whose it is, its touchpoint, and whether anything has changed."""
    with writing(engine) as session:
        placed = place_order(session, OrderFields(**{**ORDER, **more}), settings=SETTINGS, now=NOON)
        return placed.person and placed.person.id, placed.touchpoint and placed.touchpoint.id, placed.has_changed


def happen(engine: Engine, *events: NewEvent) -> None:
    with writing(engine) as session:
        track(session.connection(), events, goals=goal_rules(session))


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    with reading(engine) as session:
        return [dict(row) for row in session.execute(select(TABLES[table])).mappings()]


def test_an_order_is_a_person_a_confirmed_purchase_a_step_a_goal_and_scores(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        create_goal(session, GoalFields(name="Order", goal_type=GoalType.purchase), currency="INR", now=NOON)
    person_id, touchpoint_id, has_changed = place(any_engine)
    assert (touchpoint_id, has_changed) == (None, True)
    [person], [conversion], [mirror] = (rows(any_engine, name) for name in ("persons", "conversions", "journey_events"))
    assert (person["id"], person["email_key"], person["city"]) == (person_id, "asha@example.in", "Pune")
    assert (conversion["value_minor"], conversion["confirmed_at"], conversion["converted_at"]) == (123450, NOON, NOON)
    assert (conversion["person_id"], conversion["visitor_id"]) == (person_id, f"order:{person_id}")
    assert (mirror["event_type"], mirror["stage"], mirror["source_type"], mirror["source_id"]) == (
        "purchase", "conversion", "order", "7",
    )  # fmt: skip
    [completion] = rows(any_engine, "goal_completions")
    assert completion["conversion_id"] == conversion["id"]
    assert {row["score_type"] for row in rows(any_engine, "customer_scores")} == {"engagement", "clv", "churn_risk"}


def test_an_order_leaves_the_same_rows_as_a_file_that_holds_it(any_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,email,total,currency,placed_at,first_name\n8,Ravi@b.co,10,INR,2026-11-22T12:00:00Z,Ravi\n"
    )
    import_file(any_engine, "orders", file, settings=SETTINGS, now=NOON)
    place(any_engine, order_id="9", email="Asha@b.co", total="10", customer={"first_name": "Asha"})
    of_each = {"id", "person_id", "visitor_id", "order_id", "source_id", "origin"}
    for table in ("conversions", "journey_events"):
        by_file, told = ({k: v for k, v in row.items() if k not in of_each} for row in rows(any_engine, table))
        assert by_file == told


def test_a_repeated_order_changes_nothing(any_engine: Engine) -> None:
    first = place(any_engine)
    before = [rows(any_engine, name) for name in TABLES]
    assert place(any_engine, total="1") == (first[0], None, False)
    assert [rows(any_engine, name) for name in TABLES] == before


def test_an_order_confirms_and_corrects_what_a_browser_claimed(any_engine: Engine) -> None:
    claim = purchase(1, "phone", None, 99, origin="web", confirmed_at=None, order_id="7", currency="USD")
    happen(any_engine, step(0, "phone", **AD), claim)
    person_id, touchpoint_id, has_changed = place(any_engine)
    assert has_changed
    [conversion] = rows(any_engine, "conversions")
    assert (conversion["value_minor"], conversion["currency"], conversion["confirmed_at"]) == (123450, "INR", NOON)
    assert (conversion["person_id"], conversion["visitor_id"]) == (person_id, "phone")
    assert (conversion["id"], conversion["converted_at"]) == ("conv_1", NOON - timedelta(days=2) + timedelta(hours=1))
    assert conversion["utm_campaign"] == "Diwali"
    assert touchpoint_id == rows(any_engine, "touchpoints")[0]["id"]
    assert place(any_engine) == (person_id, touchpoint_id, False)


def test_the_person_of_the_e_mail_in_whatever_case_gains_what_was_unknown(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        known = service.create_person(session, {"email": "ASHA@example.in", "city": "Goa"}, now=NOON).id
    assert place(any_engine, customer={"name": "Asha Rao", "city": "Pune"})[0] == known
    [person] = rows(any_engine, "persons")
    assert (person["first_name"], person["last_name"], person["city"]) == ("Asha", "Rao", "Goa")


def test_the_touchpoint_is_the_sessions_else_the_persons_last_before_the_order(any_engine: Engine) -> None:
    person_id, _, _ = place(any_engine, order_id="1")
    happen(
        any_engine,
        step(0, "phone", person_id, session_id="s1", **AD),
        step(3, "laptop", person_id, session_id="s2", **AD | {"utm_campaign": "Holi"}),
        step(90, "phone", person_id, session_id="s3", **AD | {"utm_campaign": "Later"}),
    )
    campaigns = {row["id"]: row["utm_campaign"] for row in rows(any_engine, "touchpoints")}
    assert campaigns[place(any_engine, order_id="2", session_id="s1")[1] or ""] == "Diwali"
    assert campaigns[place(any_engine, order_id="3")[1] or ""] == "Holi"
    assert campaigns[place(any_engine, order_id="4", session_id="s3")[1] or ""] == "Holi"


def test_an_order_never_takes_another_persons_touchpoint(any_engine: Engine) -> None:
    ravi, _, _ = place(any_engine, order_id="1", email="ravi@b.co")
    happen(any_engine, step(0, "phone", ravi, session_id="s1", **AD))
    asha, touchpoint_id, _ = place(any_engine, order_id="2", session_id="s1")
    assert touchpoint_id is None
    assert rows(any_engine, "conversions")[1]["visitor_id"] == f"order:{asha}"
    assert place(any_engine, order_id="3", visitor_id="phone")[1] is None


def test_a_session_that_nobody_signed_in_to_is_the_buyers(any_engine: Engine) -> None:
    happen(any_engine, step(0, "phone", session_id="s1", **AD))
    person_id, touchpoint_id, _ = place(any_engine, session_id="s1")
    assert touchpoint_id is not None
    [visitor] = rows(any_engine, "visitors")
    assert (visitor["id"], visitor["person_id"]) == ("phone", person_id)
    [conversion] = rows(any_engine, "conversions")
    assert (conversion["platform"], conversion["utm_source"]) == ("meta", "facebook")


def test_ten_at_once_are_one_order_of_one_person(any_engine: Engine) -> None:
    with ThreadPoolExecutor(10) as threads:
        placed = list(threads.map(lambda n: place(any_engine, order_id=str(n % 2)), range(10)))
    assert sum(has_changed for _, _, has_changed in placed) == 2
    assert len({person_id for person_id, _, _ in placed}) == 1
    assert [len(rows(any_engine, name)) for name in ("persons", "conversions", "journey_events")] == [1, 2, 2]


def test_the_order_of_a_person_who_was_erased_counts_and_is_nobodys(any_engine: Engine, tmp_path: Path) -> None:
    person_id, _, _ = place(any_engine)
    erase(any_engine, person_id or "", tmp_path)
    assert place(any_engine)[0] is None
    assert place(any_engine, order_id="8") == (None, None, True)
    assert rows(any_engine, "persons") == []
    assert sorted(row["value_minor"] for row in rows(any_engine, "conversions")) == [123450, 123450]
    assert "asha" not in str([rows(any_engine, name) for name in TABLES]).lower()


@pytest.mark.parametrize(
    ("field", "value"), [("email", "asha"), ("placed_at", "yesterday"), ("total", "99999999999999999999")]
)
def test_what_cannot_be_kept_is_refused_by_name(engine: Engine, field: str, value: str) -> None:
    with pytest.raises(InvalidData, match=f"^{field}: "):
        place(engine, **{field: value})
    with reading(engine) as session:
        assert session.scalars(select(Person)).all() == []
