"""Persons and websites in the store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict
from adplanning.people import service
from adplanning.store.session import reading, writing

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_refused_change_leaves_the_person_as_it_was(engine: Engine) -> None:
    with writing(engine) as session:
        service.create_person(session, {"email": "asha@example.in"}, now=NOW)
        ravi = service.create_person(session, {"email": "ravi@example.in", "city": "Pune"}, now=NOW).id
    with pytest.raises(Conflict), writing(engine) as session:
        service.change_person(session, ravi, {"city": "Goa", "email": "ASHA@example.in"}, now=NOW)
    with reading(engine) as session:
        assert service.find_person(session, ravi).city == "Pune"


def test_an_e_mail_given_up_can_be_taken(engine: Engine) -> None:
    with writing(engine) as session:
        asha = service.create_person(session, {"email": "asha@example.in"}, now=NOW)
        service.change_person(session, asha.id, {"email": None}, now=NOW)
        service.create_person(session, {"email": "Asha@example.in"}, now=NOW)
        assert service.list_persons(session, limit=10, offset=0)[1] == 2


def test_a_second_person_may_have_no_e_mail_either(engine: Engine) -> None:
    with writing(engine) as session:
        for name in ("Asha", "Ravi"):
            service.create_person(session, {"first_name": name}, now=NOW)
        assert service.list_persons(session, limit=10, offset=0)[1] == 2
