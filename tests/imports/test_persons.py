"""Files with rows of persons who were erased: the rows count, and bring nobody back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from adplanning.store.session import reading
from adplanning.store.tables.people import Person
from tests.imports.conftest import NOW, Take
from tests.workflows.test_person_erased import erase

Rows = Callable[..., list[Any]]
PEOPLE = "email,first_name,phone"
ASHA = "Asha@Example.in,Asha,098765 43210"
EVENTS = "visitor_id,occurred_at,event_type,email,page_url"
VIEW = "phone-of-asha-1,2026-11-01 10:00,page_view,asha@example.in,/sale"
ORDERS = "order_id,email,total,currency,placed_at"


@pytest.fixture
def erased(engine: Engine, take: Take, tmp_path: Path) -> str:
    """The id under which Asha was known, who ordered once, looked at one page, and was erased."""
    take("people", PEOPLE, ASHA)
    take("orders", ORDERS, "1,asha@example.in,500,INR,2026-11-02")
    take("events", EVENTS, VIEW)
    with reading(engine) as session:
        person_id = session.scalars(select(Person.id)).one()
    erase(engine, person_id, tmp_path / "runs")
    return person_id


def test_a_file_of_people_makes_no_erased_person_again(take: Take, rows: Rows, erased: str) -> None:
    summary = take("people", PEOPLE, "ASHA@example.in,Asha,", "other@b.co,Asha,+91 98765-43210", "ravi@b.co,Ravi,")
    assert (summary.received, summary.stored, summary.duplicates) == (3, 1, 2)
    assert "2 rows are of persons who were erased" in summary.warnings[0]
    assert "adplanning person allow EMAIL" in summary.warnings[0]
    assert rows("persons", "email") == [("ravi@b.co",)]


def test_an_order_of_an_erased_person_counts_once_and_is_nobodys(take: Take, rows: Rows, erased: str) -> None:
    known, fresh = "1,asha@example.in,500,INR,2026-11-02", "2,Asha@example.in,300,INR,2026-11-03"
    summary = take("orders", ORDERS, known, fresh, "3,asha@example.in,1,INR,2026-11-04")
    assert (summary.stored, summary.duplicates, len(summary.warnings)) == (2, 1, 1)
    orders = rows("conversions", "order_id", "person_id", "visitor_id")
    assert [(order, person) for order, person, _ in orders[1:]] == [("2", None), ("3", None)]
    visitors = [visitor for _, _, visitor in orders]
    assert visitors[1] == visitors[2] != visitors[0], "one buyer in this file, and nobody knows which"
    assert rows("persons", "id") == []


def test_known_events_of_an_erased_person_stay_duplicates_and_new_ones_are_nobodys(
    take: Take, rows: Rows, erased: str
) -> None:
    summary = take("events", EVENTS, VIEW, VIEW.replace("/sale", "/cart"))
    assert (summary.stored, summary.duplicates) == (1, 1)
    assert "1 rows are of persons" in summary.warnings[0]
    persons = dict(rows("journey_events", "page_url", "person_id"))
    assert persons["/cart"] is None
    assert rows("persons", "id") == []


def test_an_event_that_names_an_erased_person_by_id_is_not_refused(take: Take, rows: Rows, erased: str) -> None:
    summary = take("events", "visitor_id,occurred_at,event_type,person_id", f"v1,2026-11-05,page_view,{erased}")
    assert (summary.stored, summary.rejected) == (1, 0)
    assert (None,) in [(person,) for _, person in rows("journey_events", "visitor_id", "person_id")]
    assert erased not in str(rows("journey_events", "id", "person_id"))


def test_a_refused_row_of_an_erased_person_is_not_kept_as_it_stood(take: Take, rows: Rows, erased: str) -> None:
    take("orders", ORDERS, "4,asha@example.in,many,INR,2026-11-02", "5,ravi@b.co,many,INR,2026-11-02")
    refused = rows("rejected_rows", "line", "reason", "row")
    assert refused[0] == (2, "[erased]", dict.fromkeys(ORDERS.split(","), "[erased]"))
    assert refused[1][2]["email"] == "ravi@b.co"


def test_where_nobody_was_erased_an_import_asks_for_nothing(engine: Engine, take: Take) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    take("orders", ORDERS, "1,asha@example.in,500,INR,2026-11-02", now=NOW)
    assert [sql for sql in asked if "erased_contacts" in sql] == []
