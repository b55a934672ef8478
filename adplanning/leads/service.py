"""What can be done with leads and lead forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads import queries
from adplanning.leads.fields import LeadChange, lead_columns
from adplanning.leads.pipeline import STAMPS, stamped
from adplanning.store import lists
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.leads import Lead, LeadForm, LeadStep


def find_lead(session: Session, lead_id: str) -> Lead:
    """The lead of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Lead, lead_id)
    if found is None:
        raise NotFound(f"id: there is no lead {lead_id!r}; GET /admin/meta-ads/leads lists them")
    return found


def list_leads(
    session: Session,
    filters: Mapping[str, str | None],
    period: Period,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[Lead], int]:
    """One page of leads, and how many match in all.

    Parameters
    ----------
    filters : columns of a lead and the value that each must have; None asks for nothing.
    period : when they were left.
    limit, offset : which of the rows make the page.
    search : what one of name, e-mail, phone, form, campaign, notes or id must hold, in whatever case.
    sort, descending : an order of `queries.LEAD_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_leads(filters, period, search=search)
    return lists.page(
        session,
        query,
        queries.LEAD_ORDERS,
        sort=sort,
        usual="submitted_at",
        ties=Lead.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def lead_counts(session: Session, filters: Mapping[str, str | None], period: Period) -> dict[LeadStatus, int]:
    """How many of the leads of a list stand at each status, over all its pages."""
    matching = queries.matching_leads(filters, period).subquery()
    found = session.execute(select(matching.c.status, func.count()).group_by(matching.c.status))
    counted = {LeadStatus(status): n for status, n in found}
    return {status: counted.get(status, 0) for status in LeadStatus}


def leads_by_campaign(session: Session, period: Period) -> list[tuple[str | None, str | None, dict[LeadStatus, int]]]:
    """How many leads of each campaign stand at each status, the campaign with the most leads first.

    Returns
    -------
    The id and the name of each campaign; the id is null where only the platform's name is known yet, both are where no
    campaign brought the leads. Their sum is the number of leads of the period.
    """
    name = func.coalesce(Campaign.name, Lead.campaign_name).label("name")
    query = (
        select(Lead.ad_campaign_id, name, Lead.status, func.count())
        .outerjoin_from(Lead, Campaign, Campaign.id == Lead.ad_campaign_id)
        .where(*queries.in_period(period))
        .group_by(Lead.ad_campaign_id, name, Lead.status)
    )
    counted: dict[tuple[str | None, str | None], dict[LeadStatus, int]] = {}
    for campaign_id, campaign_name, status, n in session.execute(query):
        counted.setdefault((campaign_id, campaign_name), {})[LeadStatus(status)] = n
    most_first = sorted(counted.items(), key=lambda item: (-sum(item[1].values()), item[0][1] or "", item[0][0] or ""))
    return [(*campaign, by_status) for campaign, by_status in most_first]


def steps_of(session: Session, lead_id: str) -> list[LeadStep]:
    """The changes of a lead's status, oldest first."""
    return list(session.scalars(select(LeadStep).where(LeadStep.lead_id == lead_id).order_by(LeadStep.id)))


def list_forms(
    session: Session, filters: Mapping[str, str | None], *, limit: int, offset: int
) -> tuple[list[LeadForm], int]:
    """One page of lead forms, by name, and how many match in all."""
    query = select(LeadForm).where(*(getattr(LeadForm, name) == value for name, value in filters.items() if value))
    page = query.order_by(LeadForm.name, LeadForm.id).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)


def update_lead(session: Session, lead_id: str, change: LeadChange, *, by: str | None, now: datetime) -> Lead:
    """Change the given fields of a lead, and keep each change of its status as a step.

    Its conversion follows in `workflows.lead_changed.change_lead`, which is to be called instead.

    Parameters
    ----------
    by : who changes it.
    now : the time of the step.

    Raises
    ------
    NotFound : there is no such lead.
    InvalidData : a null status, or an amount that cannot be kept.
    """
    find_lead(session, lead_id)
    # Two at once take turns, so that each step begins where the one before has ended.
    lead = session.get_one(Lead, lead_id, with_for_update=True, populate_existing=True)
    columns = lead_columns(change, lead.currency)
    status = columns.pop("status", None)
    for name, value in columns.items():
        setattr(lead, name, value)
    if status is not None and status != lead.status:
        session.add(LeadStep(lead_id=lead.id, before=lead.status, after=str(status), at=now, by=by))
        for name, at in stamped(status, {name: getattr(lead, name) for name in STAMPS.values()}, now=now).items():
            setattr(lead, name, at)
        lead.status = str(status)
    lead.updated_at = now
    session.flush()
    return lead
