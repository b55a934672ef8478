"""Work on a lead, and what becomes of its conversion, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.conversions.fields import GoalFields
from adplanning.conversions.service import create_goal
from adplanning.core.errors import InvalidData
from adplanning.leads.fields import LeadChange
from adplanning.people.identity_queries import sightings
from adplanning.people.service import create_person
from adplanning.store import facts
from adplanning.store.session import writing
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.events import Conversion, GoalCompletion, JourneyEvent
from adplanning.store.tables.leads import Lead
from adplanning.workflows.lead_changed import change_lead
from tests.leads.arrived import ASHA, NOON, one, received, rows


def changed(engine: Engine, **fields: Any) -> Lead:
    lead_id = one(engine, Lead).id
    with writing(engine) as session:
        change_lead(session, lead_id, LeadChange.model_validate(fields), by=None, now=NOON)
    return one(engine, Lead)


def worth(engine: Engine) -> int | None:
    return one(engine, Conversion).value_minor


def test_a_converted_lead_gives_its_value_to_its_conversion_and_takes_it_back(any_engine: Engine) -> None:
    received(any_engine, ASHA)
    changed(any_engine, actual_value="4999.50", estimated_value="9000")
    assert worth(any_engine) is None
    assert changed(any_engine, status="converted").converted_at == NOON
    assert worth(any_engine) == 499_950
    changed(any_engine, actual_value=5000)
    assert worth(any_engine) == 500_000
    changed(any_engine, status="archived")
    assert worth(any_engine) == 500_000
    assert changed(any_engine, status="lost").actual_value_minor == 500_000
    assert worth(any_engine) is None
    changed(any_engine, status="converted", actual_value=None)
    assert worth(any_engine) is None


def test_the_goals_follow_the_value(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        big = GoalFields.model_validate({"name": "Big", "goal_type": "lead_form", "conditions": {"min_value": 500}})
        create_goal(session, big, currency="INR", now=NOON)
    received(any_engine, ASHA)
    assert rows(any_engine, GoalCompletion) == []
    changed(any_engine, status="converted", actual_value=500)
    assert one(any_engine, GoalCompletion).value_minor == 50_000
    changed(any_engine, status="qualified")
    assert rows(any_engine, GoalCompletion) == []


def test_what_was_paid_back_stays_out_of_the_value(engine: Engine) -> None:
    received(engine, ASHA)
    with writing(engine) as session:
        session.get_one(Conversion, one(engine, Conversion).id).refunded_minor = 10_000
    changed(engine, status="converted", actual_value=500)
    assert worth(engine) == 40_000


def test_a_value_that_somebody_gave_the_conversion_stays_while_the_lead_wins_nothing(engine: Engine) -> None:
    received(engine, ASHA)
    with writing(engine) as session:
        session.get_one(Conversion, one(engine, Conversion).id).value_minor = 700
    changed(engine, status="contacted", notes="called")
    assert worth(engine) == 700


def test_a_lead_without_its_conversion_can_still_be_worked_on(engine: Engine) -> None:
    received(engine, ASHA)
    with writing(engine) as session:
        session.delete(session.get_one(Conversion, one(engine, Conversion).id))
    assert changed(engine, status="converted", actual_value=500, person_id=None).conversion_id is None


def test_a_lead_that_is_given_to_another_person_takes_its_conversion_along_and_joins_nobody(
    any_engine: Engine,
) -> None:
    received(any_engine, ASHA)
    first = one(any_engine, Lead).person_id
    with writing(any_engine) as session:
        second = create_person(session, {"first_name": "Kabir"}, now=datetime(2026, 1, 1, tzinfo=UTC)).id
    assert changed(any_engine, person_id=second).person_id == second
    conversion, step, touchpoint = (one(any_engine, table) for table in (Conversion, JourneyEvent, Touchpoint))
    assert (conversion.person_id, step.person_id) == (second, second)
    assert {conversion.visitor_id, step.visitor_id, touchpoint.visitor_id} == {f"order:{second}"}
    seen = facts.read(any_engine, sightings())[0].select("visitor_id", "person_id").unique().rows()
    assert sorted(seen) == sorted([(f"order:{first}", first), (f"order:{second}", second)])
    lead = changed(any_engine, person_id=None)
    assert (lead.person_id, one(any_engine, Conversion).visitor_id) == (None, f"lead:{lead.id}")


def test_a_person_whom_nobody_knows_is_refused_and_nothing_changes(engine: Engine) -> None:
    received(engine, ASHA)
    with pytest.raises(InvalidData, match="person_id: there is no person 'person_x'"):
        changed(engine, person_id="person_x", notes="x")
    assert one(engine, Lead).notes is None
