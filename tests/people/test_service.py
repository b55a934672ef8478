"""Persons and websites in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import Conflict
from adplanning.people import service
from adplanning.store.session import reading, writing
from adplanning.store.tables.opinions import Feedback
from adplanning.store.tables.scores import CustomerScore, Rating
from adplanning.store.tables.segments import Segment, SegmentMember
from tests.people.held import fill

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


def test_a_person_who_is_removed_leaves_scores_segments_and_opinions(engine: Engine, tmp_path: Path) -> None:
    asha, ravi = fill(engine, tmp_path)
    with writing(engine) as session:
        service.delete_person(session, asha)
    with reading(engine) as session:
        assert session.scalars(select(CustomerScore.person_id)).all() == [ravi]
        assert session.scalars(select(SegmentMember.person_id)).all() == [ravi]
        assert session.scalars(select(Segment.customer_count)).all() == [1]
        assert session.scalars(select(Feedback.person_id).order_by(Feedback.id)).all() == [None, ravi]
        assert session.scalars(select(Rating.person_id)).all() == [None]
