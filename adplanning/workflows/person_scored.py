"""What happens to scores when somebody has done something: those that are kept of this person are computed anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from adplanning.core.settings import Settings
from adplanning.scores.scoring_service import refresh_existing_scores
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.people import Visitor


def score_anew(session: Session, event: Conversion | JourneyEvent, settings: Settings, *, now: datetime) -> None:
    """Compute the scores of whom an event is of anew, in its own transaction; persons without scores get none.

    Parameters
    ----------
    event : stored, changed or taken away; a visitor's is also that of whoever signed in there last.
    settings : the reporting currency and zone, and which purchases count.
    now : when the scores are.
    """
    visitor = None if event.visitor_id is None else session.get(Visitor, event.visitor_id)
    person_ids = {event.person_id, None if visitor is None else visitor.person_id}
    refresh_existing_scores(
        session,
        sorted(one for one in person_ids if one is not None),
        as_of=now,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
    )
