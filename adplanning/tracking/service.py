"""What can be asked about a visitor."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from adplanning.tracking.intent import Intent, purchase_intent
from adplanning.tracking.queries import behaviour_of


def intent_of(session: Session, visitor_id: str, *, window_hours: int, as_of: datetime) -> Intent:
    """How ready to buy a visitor looks by the hours before `as_of`; see `purchase_intent`."""
    since = as_of - timedelta(hours=window_hours)
    return purchase_intent(behaviour_of(session, visitor_id, since=since))
