"""What happens when somebody works on a lead: its conversion follows in value and person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from adplanning.conversions.service import hold_against_goals
from adplanning.core.errors import InvalidData
from adplanning.leads.fields import LeadChange
from adplanning.leads.link_service import hand_over
from adplanning.leads.service import find_lead, update_lead
from adplanning.store.tables.events import Conversion
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.people import Person


def change_lead(session: Session, lead_id: str, change: LeadChange, *, by: str | None, now: datetime) -> Lead:
    """Change the given fields of a lead.

    While the lead has converted, its conversion has the lead's actual value and completes goals with it; taking either
    back leaves the conversion without a value. See `leads.pipeline.stamped` for when a lead has converted.

    Parameters
    ----------
    session : one that writes.
    by : who changes it.
    now : when a stage that it comes to is reached.

    Raises
    ------
    NotFound : there is no such lead.
    InvalidData : a null status, an amount that cannot be kept, or a person whom nobody knows.
    """
    lead = find_lead(session, lead_id)
    value_before, person_before = _won_minor(lead), lead.person_id
    if change.person_id is not None and session.get(Person, change.person_id) is None:
        raise InvalidData.at("person_id", f"there is no person {change.person_id!r}; GET /admin/persons lists them")
    update_lead(session, lead_id, change, by=by, now=now)
    if lead.person_id != person_before:
        hand_over(session, lead, lead.person_id)
    if _won_minor(lead) != value_before:
        _value_conversion(session, lead)
    return lead


def _won_minor(lead: Lead) -> int | None:
    return None if lead.converted_at is None else lead.actual_value_minor


def _value_conversion(session: Session, lead: Lead) -> None:
    conversion = None if lead.conversion_id is None else session.get(Conversion, lead.conversion_id)
    if conversion is None:
        return
    won = _won_minor(lead)
    conversion.value_minor = None if won is None else max(won - conversion.refunded_minor, 0)
    session.flush()
    hold_against_goals(session, [conversion])
