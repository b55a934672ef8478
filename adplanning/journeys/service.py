"""What can be done with journey events."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.periods import Period
from adplanning.store import lists
from adplanning.store.tables.events import JourneyEvent


def list_events(
    session: Session, filters: Mapping[str, str | None], period: Period, *, limit: int, offset: int
) -> tuple[list[JourneyEvent], int]:
    """One page of journey events, newest first, and how many match in all."""
    query = select(JourneyEvent)
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(JourneyEvent, name) == value)
    if period.start is not None:
        query = query.where(JourneyEvent.occurred_at >= period.start)
    if period.end is not None:
        query = query.where(JourneyEvent.occurred_at < period.end)
    page = query.order_by(JourneyEvent.occurred_at.desc(), JourneyEvent.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)
