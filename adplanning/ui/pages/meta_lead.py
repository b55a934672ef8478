"""One lead: who left it, what was answered, where it came from, and what has been done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.vocabulary import LeadStatus, Platform
from adplanning.leads import service
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.leads import Lead, LeadStep
from adplanning.store.tables.people import Person
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.pages.lead_form import LeadForm
from adplanning.ui.pages.lead_words import SLUG, amount, lead_name
from adplanning.ui.pages.person_words import person_name, way_address
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit


def lead_page(visit: Visit, lead_id: str) -> Sequence[Component]:
    """Everything that is known of it, and the form to go on with it."""
    with visit.reading() as session:
        lead = service.find_lead(session, lead_id)
        groups = _groups(visit, session, lead)
        visit.frame.title(lead_name(lead))

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            steps = service.steps_of(session, lead_id)
        found = steps[::-1] if query.descending else steps
        return [_step(visit, step) for step in found[query.offset : query.offset + query.limit]], len(steps)

    form = LeadForm(visit, lambda: visit.frame.go(address_of(SLUG, lead_id)))
    edit = Action("edit", "Change", "mdi-pencil-outline", lambda _: form.ask(lead_id))
    history = Table(
        visit,
        label="History",
        title="What has been done about it?",
        columns=[
            Column("at", "When", sortable=True, on_phone=True),
            Column("before", "From"),
            Column("after", "To", on_phone=True),
            Column("by", "By"),
        ],
        sort="at",
        fetch=fetch,
        empty="Its status has not been changed yet.",
    )
    return [Details(visit, groups, [edit] if visit.may_write else []), history, form.form]


def _step(visit: Visit, step: LeadStep) -> Row:
    before, after = (badges.LEAD_STATUSES[LeadStatus(status)] for status in (step.before, step.after))
    return Row(
        str(step.id),
        f"{before.words} to {after.words}",
        "",
        {
            "at": text(formats.moment(step.at, visit.settings.zone)),
            "before": before.cell(),
            "after": after.cell(),
            "by": text(step.by or "a program"),
        },
    )


def _groups(visit: Visit, session: Session, lead: Lead) -> Mapping[str, Mapping[str, Cell]]:
    def when(instant: datetime | None) -> Cell:
        return text(formats.moment(instant, visit.settings.zone))

    return {
        "Contact": {
            "Name": text(lead.full_name),
            "E-mail": text(lead.email),
            "Phone": text(lead.phone),
            "Person": _person(session, lead),
            "Submitted": when(lead.submitted_at),
        },
        "Status": {
            "Status": badges.LEAD_STATUSES[LeadStatus(lead.status)].cell(),
            "Contacted": when(lead.contacted_at),
            "Qualified": when(lead.qualified_at),
            "Converted": when(lead.converted_at),
            "Estimated value": _money(lead.estimated_value_minor, lead.currency),
            "Actual value": _money(lead.actual_value_minor, lead.currency),
            "Assigned to": text(lead.assigned_to),
            "Notes": text(lead.notes),
            "Conversion": _link(lead.conversion_id, "ad-planning/conversions", "Its conversion"),
        },
        "Answers": {question: text(", ".join(given) or None) for question, given in lead.answers.items()}
        or {"Answers": text("none")},
        "Where from": {
            "Platform": badges.PLATFORMS[Platform(lead.platform)].cell(),
            "Campaign": _campaign(session, lead),
            "Ad set": text(lead.ad_set_name or lead.ad_set_id),
            "Ad": text(lead.ad_name or lead.ad_id),
            "Organic": text(None) if lead.is_organic is None else (badges.YES if lead.is_organic else badges.NO).cell(),
            "Form": text(lead.form_name or lead.form_id),
            "Page": text(lead.page_id),
            "Number at the platform": text(lead.platform_lead_id),
            "Came in": when(lead.received_at),
            "Id": text(lead.id),
        },
    }


def _campaign(session: Session, lead: Lead) -> Cell:
    found = None if lead.ad_campaign_id is None else session.get(Campaign, lead.ad_campaign_id)
    return text(lead.campaign_name) if found is None else _link(found.id, "meta-ads/campaigns", found.name)


def _person(session: Session, lead: Lead) -> Cell:
    if lead.person_id is None:
        return text(None)
    person = session.get(Person, lead.person_id)
    name = lead.person_id if person is None else person_name(person)
    return text(name, href=way_address(lead.person_id), hint=lead.person_id)


def _link(record_id: str | None, slug: str, words: str) -> Cell:
    return text(None) if record_id is None else text(words, href=address_of(slug, record_id))


def _money(minor: int | None, currency: str) -> Cell:
    value = amount(minor, currency)
    return text(None if value is None else formats.money(value, currency))
