"""/admin/meta-ads/leads and lead-forms: who left word below an ad, and how far that has come."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field

from adplanning.api.deps import AppSettings, Filter, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.batch import start_run
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, InstantText
from adplanning.core.money import to_major
from adplanning.core.periods import Period, isoformat, parse_instant
from adplanning.core.vocabulary import LeadStatus, Platform
from adplanning.leads import service
from adplanning.leads.arrivals import field_data
from adplanning.leads.fields import LeadChange
from adplanning.store.tables.leads import Lead, LeadForm
from adplanning.workflows.lead_changed import change_lead

router = APIRouter(prefix="/admin/meta-ads", tags=["leads"])

NOTEBOOK = "sync_meta_ads"
STREAMS = "lead_forms,leads"


class LeadOut(BaseModel):
    """A lead as the API shows one; `answers` by question, `field_data` the same in the form of Meta's API."""

    id: str
    platform: Platform
    platform_lead_id: str | None
    form_id: str | None
    form_name: str | None
    page_id: str | None
    ad_campaign_id: str | None
    ad_set_id: str | None
    ad_id: str | None
    campaign_name: str | None
    ad_set_name: str | None
    ad_name: str | None
    is_organic: bool | None
    full_name: str | None
    email: str | None
    phone: str | None
    answers: dict[str, list[str]]
    field_data: list[dict[str, Any]]
    status: LeadStatus
    notes: str | None
    assigned_to: str | None
    currency: str
    estimated_value: float | None
    actual_value: float | None
    person_id: str | None
    conversion_id: str | None
    submitted_at: str | None
    contacted_at: str | None
    qualified_at: str | None
    converted_at: str | None
    received_at: str | None
    updated_at: str | None


class StepOut(BaseModel):
    """One change of a lead's status."""

    before: LeadStatus
    after: LeadStatus
    at: str | None
    by: str | None


class LeadAnswer(BaseModel):
    """One lead, with the changes of its status from the first on."""

    lead: LeadOut
    steps: list[StepOut]


class LeadsAnswer(BaseModel):
    """A page of leads; `count` and `total` are all that match."""

    leads: list[LeadOut]
    count: int
    total: int
    limit: int
    offset: int


class FormOut(BaseModel):
    """A lead form as the API shows one."""

    id: str
    page_id: str | None
    name: str
    status: str | None
    locale: str | None
    questions: list[dict[str, Any]] | None
    leads_count: int | None
    updated_at: str | None


class FormsAnswer(BaseModel):
    """A page of lead forms."""

    lead_forms: list[FormOut]
    count: int
    total: int
    limit: int
    offset: int


class LeadSyncFields(Fields):
    """Which leads are to be read; the new ones of all forms when nothing is given."""

    form_id: Annotated[str, Field(pattern=r"^[0-9]{1,40}$", description="Meta's own id")] | None = None
    since: Annotated[InstantText | None, Field(description="those left since then once more")] = None


class SyncAnswer(BaseModel):
    """A sync that has begun; its run can be followed under its id."""

    run_id: str
    status: str
    message: str


def lead_json(lead: Lead) -> LeadOut:
    """A lead as the API shows one."""
    return LeadOut(
        id=lead.id,
        platform=Platform(lead.platform),
        platform_lead_id=lead.platform_lead_id,
        form_id=lead.form_id,
        form_name=lead.form_name,
        page_id=lead.page_id,
        ad_campaign_id=lead.ad_campaign_id,
        ad_set_id=lead.ad_set_id,
        ad_id=lead.ad_id,
        campaign_name=lead.campaign_name,
        ad_set_name=lead.ad_set_name,
        ad_name=lead.ad_name,
        is_organic=lead.is_organic,
        full_name=lead.full_name,
        email=lead.email,
        phone=lead.phone,
        answers=lead.answers,
        field_data=field_data(lead.answers),
        status=LeadStatus(lead.status),
        notes=lead.notes,
        assigned_to=lead.assigned_to,
        currency=lead.currency,
        estimated_value=_major(lead.estimated_value_minor, lead.currency),
        actual_value=_major(lead.actual_value_minor, lead.currency),
        person_id=lead.person_id,
        conversion_id=lead.conversion_id,
        submitted_at=isoformat(lead.submitted_at),
        contacted_at=isoformat(lead.contacted_at),
        qualified_at=isoformat(lead.qualified_at),
        converted_at=isoformat(lead.converted_at),
        received_at=isoformat(lead.received_at),
        updated_at=isoformat(lead.updated_at),
    )


def form_json(form: LeadForm) -> FormOut:
    """A lead form as the API shows one."""
    return FormOut(
        id=form.id,
        page_id=form.page_id,
        name=form.name,
        status=form.status,
        locale=form.locale,
        questions=form.questions,
        leads_count=form.n_leads,
        updated_at=isoformat(form.updated_at),
    )


def _left_between(settings: AppSettings, since: Filter = None, until: Filter = None) -> Period:
    """The period of the bounds that this list has, inclusive; a bare date is that whole day."""
    try:
        return Period.of(since or None, until or None, settings.zone)
    except InvalidData as fault:
        named = fault.message.replace("from_date", "since").replace("to_date", "until")
        path, _, message = named.partition(": ")
        raise InvalidData.at(path, message) from None


LeftBetween = Annotated[Period, Depends(_left_between)]


@router.get("/leads")
def list_(
    session: Reading,
    page: Page,
    period: LeftBetween,
    status: LeadStatus | None = None,
    campaign_id: Filter = None,
    form_id: Filter = None,
    q: Filter = None,
) -> LeadsAnswer:
    """Leads, newest first; `q` looks into name, e-mail, phone, form, campaign, notes and ids."""
    filters = {"status": status, "ad_campaign_id": campaign_id or None, "form_id": form_id or None}
    leads, count = service.list_leads(session, filters, period, limit=page.limit, offset=page.offset, search=q)
    return LeadsAnswer(
        leads=[lead_json(lead) for lead in leads], count=count, total=count, limit=page.limit, offset=page.offset
    )


@router.post("/leads/sync", status_code=202)
def sync(
    body: Annotated[LeadSyncFields, Body(default_factory=LeadSyncFields)], engine: StoreEngine, settings: AppSettings
) -> SyncAnswer:
    """Read new leads from Meta in the background, of one form or of all; 409 while a sync runs."""
    since = None if body.since is None else isoformat(parse_instant(body.since, settings.zone, field="since"))
    if settings.meta_access_token is None:
        raise InvalidData.at(
            "ADPLANNING_META_ACCESS_TOKEN", "is not set, so nothing can be read from Meta; set it, or import a file"
        )
    asked = {"only": STREAMS, "form_id": body.form_id, "since": since}
    given = {name: value for name, value in asked.items() if value is not None}
    run_id = start_run(NOTEBOOK, given, settings=settings, engine=engine)
    forms = "all forms" if body.form_id is None else f"form {body.form_id}"
    once_more = "" if since is None else f", and those left since {since} once more"
    message = f"The sync of leads has begun as {run_id}; it reads {forms}, each since its latest lead{once_more}."
    return SyncAnswer(run_id=run_id, status="running", message=message)


@router.get("/leads/{lead_id}")
def read(lead_id: Id, session: Reading) -> LeadAnswer:
    """One lead."""
    return _answer(session, service.find_lead(session, lead_id))


@router.patch("/leads/{lead_id}")
@router.put("/leads/{lead_id}")
def change(lead_id: Id, body: LeadChange, session: Writing, now: Now) -> LeadAnswer:
    """Change the fields that are sent; its conversion is worth the actual value while the lead has converted."""
    return _answer(session, change_lead(session, lead_id, body, by=None, now=now))


@router.get("/lead-forms")
def list_forms(session: Reading, page: Page, page_id: Filter = None, status: Filter = None) -> FormsAnswer:
    """Lead forms by name."""
    filters = {"page_id": page_id, "status": status}
    forms, count = service.list_forms(session, filters, limit=page.limit, offset=page.offset)
    return FormsAnswer(
        lead_forms=[form_json(form) for form in forms], count=count, total=count, limit=page.limit, offset=page.offset
    )


def _answer(session: Reading, lead: Lead) -> LeadAnswer:
    steps = [
        StepOut(before=LeadStatus(step.before), after=LeadStatus(step.after), at=isoformat(step.at), by=step.by)
        for step in service.steps_of(session, lead.id)
    ]
    return LeadAnswer(lead=lead_json(lead), steps=steps)


def _major(minor: int | None, currency: str) -> float | None:
    return None if minor is None else to_major(minor, currency)
