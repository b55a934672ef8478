"""Leads as lists, and the work on them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads import service
from adplanning.leads.fields import LeadChange
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import Lead, LeadForm
from tests.leads.arrived import ASHA, LEFT, NOON, advertise, one, received, rows

EVER = Period()


def three(engine: Engine) -> list[str]:
    """Three leads, a day apart: two of a campaign that is known, one of none."""
    advertise(engine)
    received(
        engine,
        ASHA,
        replace(ASHA, platform_lead_id="72", submitted_at=LEFT + timedelta(days=1), answers={"full_name": ["Kabir"]}),
        replace(
            ASHA, platform_lead_id="73", submitted_at=LEFT + timedelta(days=2), answers={}, form_id="7",
            platform_campaign_id=None, platform_ad_set_id=None, platform_ad_id=None, campaign_name=None,
        ),
    )  # fmt: skip
    return [lead.id for lead in sorted(rows(engine, Lead), key=lambda lead: lead.submitted_at)]


def changed(engine: Engine, lead_id: str, at: datetime = NOON, **fields: object) -> Lead:
    with writing(engine) as session:
        lead = service.update_lead(session, lead_id, LeadChange.model_validate(fields), by="ria", now=at)
        session.expunge(lead)
    return lead


def test_a_list_is_newest_first_and_counts_all_matches(any_engine: Engine) -> None:
    first, second, third = three(any_engine)
    with reading(any_engine) as session:
        leads, count = service.list_leads(session, {}, EVER, limit=2, offset=0)
        assert ([lead.id for lead in leads], count) == ([third, second], 3)
        leads, count = service.list_leads(session, {"form_id": "6", "status": None}, EVER, limit=9, offset=0)
        assert ([lead.id for lead in leads], count) == ([second, first], 2)
        by_name, _ = service.list_leads(session, {}, EVER, limit=9, offset=0, sort="full_name")
        assert [lead.id for lead in by_name] == [first, second, third]


@pytest.mark.parametrize("search", ["asha", "EXAMPLE.IN", "98765", "71"])
def test_a_lead_is_found_by_what_people_know_it_by(engine: Engine, search: str) -> None:
    first, *_ = three(engine)
    with reading(engine) as session:
        leads, count = service.list_leads(session, {}, EVER, limit=9, offset=0, search=search)
    assert ([lead.id for lead in leads], count) == ([first], 1)


def test_a_period_is_of_the_time_when_leads_were_left(engine: Engine) -> None:
    _, second, _ = three(engine)
    period = Period(LEFT + timedelta(hours=1), LEFT + timedelta(days=2))
    with reading(engine) as session:
        leads, _ = service.list_leads(session, {}, period, limit=9, offset=0)
        assert [lead.id for lead in leads] == [second]
        assert sum(service.lead_counts(session, {}, period).values()) == 1


def test_every_status_is_counted_and_the_counts_are_all_leads(any_engine: Engine) -> None:
    first, *_ = three(any_engine)
    changed(any_engine, first, status="qualified")
    with reading(any_engine) as session:
        counts = service.lead_counts(session, {}, EVER)
    assert counts == dict.fromkeys(LeadStatus, 0) | {LeadStatus.new: 2, LeadStatus.qualified: 1}


def test_leads_by_campaign_add_up_to_all_and_the_most_come_first(any_engine: Engine) -> None:
    first, *_ = three(any_engine)
    changed(any_engine, first, status="lost")
    received(
        any_engine,
        replace(
            ASHA,
            platform_lead_id="74",
            platform_campaign_id="c9",
            platform_ad_set_id=None,
            platform_ad_id=None,
            campaign_name="New",
        ),
    )
    with reading(any_engine) as session:
        found = service.leads_by_campaign(session, EVER)
    assert found == [
        ("camp_1", "Diwali", {LeadStatus.new: 1, LeadStatus.lost: 1}),
        (None, None, {LeadStatus.new: 1}),
        (None, "New", {LeadStatus.new: 1}),
    ]


def test_each_change_of_status_is_a_step_and_no_change_is_none(any_engine: Engine) -> None:
    lead_id = three(any_engine)[0]
    changed(any_engine, lead_id, status="contacted")
    changed(any_engine, lead_id, status="contacted", notes="called twice")
    lead = changed(any_engine, lead_id, at=NOON + timedelta(hours=1), status="new")
    assert (lead.status, lead.notes, lead.contacted_at) == ("new", "called twice", None)
    with reading(any_engine) as session:
        steps = [(step.before, step.after, step.at, step.by) for step in service.steps_of(session, lead_id)]
    assert steps == [("new", "contacted", NOON, "ria"), ("contacted", "new", NOON + timedelta(hours=1), "ria")]


def test_only_the_fields_that_are_given_change(engine: Engine) -> None:
    lead_id = three(engine)[0]
    changed(engine, lead_id, notes="x", assigned_to="ria", estimated_value="499.50")
    lead = changed(engine, lead_id, notes=None)
    assert (lead.notes, lead.assigned_to, lead.estimated_value_minor, lead.full_name) == (
        None,
        "ria",
        49_950,
        "Asha Rao",
    )


def test_an_unknown_lead_and_a_null_status_are_refused(engine: Engine) -> None:
    with pytest.raises(NotFound, match="there is no lead 'lead_x'"):
        changed(engine, "lead_x", status="new")
    lead_id = three(engine)[0]
    with pytest.raises(InvalidData, match="status: must not be null"):
        changed(engine, lead_id, status=None)


def test_forms_are_listed_by_name(engine: Engine) -> None:
    with writing(engine) as session:
        for form_id, name in (("6", "b"), ("7", "a")):
            session.add(LeadForm(id=form_id, page_id="5", name=name, updated_at=datetime(2026, 11, 22, tzinfo=UTC)))
    with reading(engine) as session:
        forms, count = service.list_forms(session, {"page_id": "5", "status": None}, limit=1, offset=0)
        assert ([form.name for form in forms], count) == (["a"], 2)
        assert service.list_forms(session, {"page_id": "6"}, limit=9, offset=0) == ([], 0)


def test_one_lead_is_found_by_its_id(engine: Engine) -> None:
    received(engine, ASHA)
    with reading(engine) as session:
        assert service.find_lead(session, one(engine, Lead).id).platform_lead_id == "71"
