"""Whose leads these are, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.leads.contacts import Contact
from adplanning.people.service import create_person
from adplanning.store.session import reading, writing
from adplanning.store.tables.people import Person
from adplanning.workflows.lead_persons import persons_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEFT = datetime(2026, 11, 20, tzinfo=UTC)


def contact(full_name: str | None = None, email: str | None = None, phone: str | None = None) -> Contact:
    return Contact(full_name, email, phone)


def made(engine: Engine, **fields: Any) -> str:
    with writing(engine) as session:
        return create_person(session, fields, now=LEFT).id


def owners(engine: Engine, *contacts: Contact) -> list[str | None]:
    with writing(engine) as session:
        return persons_of(session, contacts, since=[LEFT] * len(contacts), now=NOON)


def person(engine: Engine, person_id: str | None) -> Person:
    with reading(engine) as session:
        found = session.get_one(Person, person_id)
        session.expunge_all()
    return found


def n_persons(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.scalars(select(Person)).all())


def test_an_e_mail_finds_its_person_in_whatever_case(any_engine: Engine) -> None:
    asha = made(any_engine, email="asha@example.in")
    assert owners(any_engine, contact(email="ASHA@Example.IN", phone="+919876543210")) == [asha]
    assert person(any_engine, asha).phone == "+919876543210"


@pytest.mark.parametrize(
    "spelling", ["98765-43210", "098765 43210", "+91 (98765) 43210", "0091.98765.43210", "919876543210"]
)
def test_a_phone_finds_its_person_however_it_is_written(any_engine: Engine, spelling: str) -> None:
    asha = made(any_engine, phone=spelling, first_name="Asha")
    assert owners(any_engine, contact("A. Rao", "new@example.in", "+919876543210")) == [asha]
    found = person(any_engine, asha)
    assert (found.first_name, found.last_name, found.email_key) == ("Asha", None, "new@example.in")


def test_a_phone_of_another_country_is_another_phone(any_engine: Engine) -> None:
    made(any_engine, phone="+1 987 654 3210")
    assert owners(any_engine, contact(phone="+919876543210")) != []
    assert n_persons(any_engine) == 2


def test_a_phone_that_two_persons_have_finds_neither(any_engine: Engine) -> None:
    both = {made(any_engine, phone="9876543210"), made(any_engine, phone="+919876543210")}
    [found] = owners(any_engine, contact(email="new@example.in", phone="+919876543210"))
    assert found not in both
    assert person(any_engine, found).email == "new@example.in"


def test_an_e_mail_goes_before_a_phone(any_engine: Engine) -> None:
    by_email, _ = made(any_engine, email="a@example.in"), made(any_engine, phone="9876543210")
    assert owners(any_engine, contact(email="a@example.in", phone="+919876543210")) == [by_email]


def test_without_e_mail_and_phone_there_is_no_person(engine: Engine) -> None:
    assert owners(engine, contact("Asha Rao")) == [None]
    assert n_persons(engine) == 0


def test_later_contacts_find_the_person_made_of_an_earlier_one(any_engine: Engine) -> None:
    found = owners(
        any_engine,
        contact("Asha Rao", "a@example.in", "+919876543210"),
        contact(email="A@EXAMPLE.IN"),
        contact(phone="+919876543210"),
        contact(email="b@example.in"),
    )
    assert found[0] == found[1] == found[2] != found[3]
    asha = person(any_engine, found[0])
    assert (asha.first_name, asha.last_name, asha.created_at, asha.updated_at) == ("Asha", "Rao", LEFT, NOON)


def test_a_known_person_who_gains_nothing_is_not_touched(engine: Engine) -> None:
    asha = made(engine, email="a@example.in", phone="1", first_name="Asha")
    assert owners(engine, contact("X Y", "a@example.in", "+919876543210")) == [asha]
    assert person(engine, asha).updated_at == LEFT
