"""What can be asked about websites and visitors."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from adplanning.tracking import queries
from adplanning.tracking.intent import Intent, purchase_intent


def website_domains(session: Session) -> dict[str, str]:
    """The domain of each website, by its id."""
    return queries.website_domains(session)


def intent_of(session: Session, visitor_id: str, *, window_hours: int, as_of: datetime) -> Intent:
    """How ready to buy a visitor looks by the hours before `as_of`; see `purchase_intent`."""
    since = as_of - timedelta(hours=window_hours)
    return purchase_intent(queries.behaviour_of(session, visitor_id, since=since))
