"""Leads that come in, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from adplanning.conversions.fields import GoalFields
from adplanning.conversions.service import create_goal
from adplanning.leads.arrivals import NewLead
from adplanning.leads.fields import LeadChange
from adplanning.leads.link_service import link_leads
from adplanning.store.session import reading, writing
from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.events import Conversion, GoalCompletion, JourneyEvent
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person, Visitor
from adplanning.workflows.lead_changed import change_lead
from tests.leads.arrived import ASHA, LEFT, NOON, advertise, one, received, rows


def test_a_lead_becomes_a_person_a_step_a_touchpoint_and_a_conversion_without_value(any_engine: Engine) -> None:
    advertise(any_engine)
    assert received(any_engine, ASHA) == (1, 0, 0)
    lead, person = one(any_engine, Lead), one(any_engine, Person)
    assert (lead.full_name, lead.email, lead.phone) == ("Asha Rao", "Asha@Example.in", "+919876543210")
    assert (lead.status, lead.platform, lead.submitted_at, lead.received_at) == ("new", "meta", LEFT, NOON)
    assert lead.answers["q?"] == ["a", "b"]
    assert (lead.ad_campaign_id, lead.ad_set_id, lead.ad_id) == ("camp_1", "adset_1", "ad_1")
    assert (person.first_name, person.last_name, person.email_key, person.phone, person.created_at) == (
        "Asha", "Rao", "asha@example.in", "+919876543210", LEFT,
    )  # fmt: skip
    conversion, step = one(any_engine, Conversion), one(any_engine, JourneyEvent)
    assert (conversion.conversion_type, conversion.value_minor, conversion.currency) == (
        "lead_form_submission", None, "INR",
    )  # fmt: skip
    assert (conversion.lead_id, lead.conversion_id, conversion.converted_at) == (lead.id, conversion.id, LEFT)
    assert (conversion.platform, conversion.utm_source, conversion.utm_medium) == ("meta", "ig", "paid_social")
    assert (conversion.ad_campaign_id, conversion.ad_set_id, conversion.ad_id) == ("camp_1", "adset_1", "ad_1")
    assert (step.event_type, step.stage, step.channel) == ("lead_capture", "intent", "ad")
    assert (step.source_type, step.source_id, step.occurred_at) == ("lead", lead.id, LEFT)
    touchpoint, visitor = one(any_engine, Touchpoint), one(any_engine, Visitor)
    assert (touchpoint.kind, touchpoint.session_started_at) == ("lead", LEFT)
    assert (touchpoint.ad_campaign_id, touchpoint.ad_set_id, touchpoint.ad_id) == ("camp_1", "adset_1", "ad_1")
    assert {visitor.id, conversion.visitor_id, step.visitor_id, touchpoint.visitor_id} == {f"order:{person.id}"}
    assert {visitor.person_id, conversion.person_id, step.person_id, lead.person_id} == {person.id}


def test_the_same_lead_is_stored_once_however_often_it_comes(any_engine: Engine) -> None:
    assert received(any_engine, ASHA, ASHA) == (1, 1, 0)
    assert received(any_engine, ASHA) == (0, 1, 0)
    for table in (Lead, Conversion, JourneyEvent, Touchpoint, Person):
        one(any_engine, table)


def test_ten_at_once_are_one_lead_and_one_person(any_engine: Engine) -> None:
    leads = [replace(ASHA, platform_lead_id=str(n % 2)) for n in range(10)]
    with ThreadPoolExecutor(10) as threads:
        found = list(threads.map(lambda lead: received(any_engine, lead), leads))
    assert sum(each.n_new for each in found) == 2
    assert len(rows(any_engine, Lead)) == 2
    one(any_engine, Person)


def test_a_lead_without_a_number_is_known_by_its_answers(any_engine: Engine) -> None:
    nameless = replace(ASHA, platform_lead_id=None)
    assert received(any_engine, nameless, nameless) == (1, 1, 0)
    assert received(any_engine, nameless, replace(nameless, answers={"email": ["b@c.in"]})) == (1, 1, 0)


def test_a_known_lead_gains_what_was_unknown_and_loses_nothing(any_engine: Engine) -> None:
    advertise(any_engine)
    bare = NewLead(submitted_at=LEFT, platform_lead_id="71", source="ig")
    received(any_engine, bare)
    assert (one(any_engine, Lead).person_id, rows(any_engine, Person)) == (None, [])
    assert one(any_engine, Conversion).visitor_id == f"lead:{one(any_engine, Lead).id}"
    with writing(any_engine) as session:
        lead_id = one(any_engine, Lead).id
        change_lead(session, lead_id, LeadChange(status="contacted", notes="called"), by="ria", now=NOON)
    received(any_engine, ASHA)
    received(any_engine, bare)
    lead, person = one(any_engine, Lead), one(any_engine, Person)
    assert (lead.status, lead.notes, lead.full_name, lead.person_id) == ("contacted", "called", "Asha Rao", person.id)
    assert (lead.answers, lead.form_name, lead.campaign_name) == (dict(ASHA.answers), "Festive enquiry", "Diwali")
    assert (lead.ad_campaign_id, lead.ad_id) == ("camp_1", "ad_1")
    conversion, step, touchpoint = (one(any_engine, table) for table in (Conversion, JourneyEvent, Touchpoint))
    assert (conversion.ad_campaign_id, conversion.ad_id, step.ad_campaign_id) == ("camp_1", "ad_1", "camp_1")
    assert (touchpoint.ad_campaign_id, touchpoint.ad_id) == ("camp_1", "ad_1")
    assert {conversion.visitor_id, step.visitor_id, touchpoint.visitor_id} == {f"order:{person.id}"}
    assert {conversion.person_id, step.person_id} == {person.id}


def test_a_lead_whose_campaign_is_unknown_keeps_its_name_and_is_linked_once_it_is_known(any_engine: Engine) -> None:
    received(any_engine, ASHA)
    lead = one(any_engine, Lead)
    assert (lead.ad_campaign_id, lead.campaign_name) == (None, "Diwali")
    with writing(any_engine) as session:
        assert link_leads(session) == 0
    advertise(any_engine)
    with writing(any_engine) as session:
        assert link_leads(session) == 1
        assert link_leads(session) == 0
    for table in (Lead, Conversion, Touchpoint):
        linked: Any = one(any_engine, table)
        assert (linked.ad_campaign_id, linked.ad_set_id, linked.ad_id) == ("camp_1", "adset_1", "ad_1")
    assert one(any_engine, JourneyEvent).ad_campaign_id == "camp_1"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"platform_ad_id": "a1"}, ("camp_1", "adset_1", "ad_1")),
        ({"platform_ad_set_id": "s1", "platform_ad_id": "gone"}, ("camp_1", "adset_1", None)),
        ({"platform_campaign_id": "c1"}, ("camp_1", None, None)),
        ({"campaign_name": "DIWALI"}, ("camp_1", None, None)),
        # Another campaign of the same name: its number says that it is another.
        ({"platform_campaign_id": "c2", "campaign_name": "Diwali"}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_the_deepest_known_number_tells_the_campaign_and_a_name_only_without_one(
    engine: Engine, given: dict[str, str], place: tuple[str | None, ...]
) -> None:
    advertise(engine)
    received(engine, NewLead(submitted_at=LEFT, platform_lead_id="71", **given))
    lead = one(engine, Lead)
    assert (lead.ad_campaign_id, lead.ad_set_id, lead.ad_id) == place


def test_a_lead_completes_a_goal_for_lead_forms_once(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        fields = GoalFields.model_validate({"name": "Leads", "goal_type": "lead_form", "default_value": "50"})
        create_goal(session, fields, currency="INR", now=NOON)
    received(any_engine, ASHA)
    completion = one(any_engine, GoalCompletion)
    assert (completion.conversion_id, completion.value_minor) == (one(any_engine, Conversion).id, 5000)


def test_an_organic_lead_is_social_and_not_paid(any_engine: Engine) -> None:
    received(any_engine, NewLead(submitted_at=LEFT, platform_lead_id="71", source="fb", is_organic=True))
    conversion = one(any_engine, Conversion)
    assert (conversion.utm_source, conversion.utm_medium, conversion.platform) == ("fb", None, "meta")
    assert one(any_engine, JourneyEvent).channel == "social"


def test_what_nobody_told_of_a_leads_origin_is_unknown(engine: Engine) -> None:
    received(engine, NewLead(submitted_at=LEFT, platform_lead_id="71"))
    conversion = one(engine, Conversion)
    assert (conversion.utm_source, conversion.utm_medium, one(engine, JourneyEvent).channel) == ("meta", None, None)


def test_two_leads_of_one_person_are_one_visitor(any_engine: Engine) -> None:
    later = replace(
        ASHA, platform_lead_id="72", submitted_at=LEFT + timedelta(days=2), answers={"email": ["asha@example.in"]}
    )
    received(any_engine, ASHA, later)
    assert len(rows(any_engine, Lead)) == len(rows(any_engine, Touchpoint)) == 2
    one(any_engine, Person)
    one(any_engine, Visitor)


def test_no_lead_is_no_work(engine: Engine) -> None:
    assert received(engine) == (0, 0, 0)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 0
