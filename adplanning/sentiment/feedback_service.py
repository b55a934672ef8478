"""What can be done with feedback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.core.periods import Period
from adplanning.sentiment.fields import FeedbackFields
from adplanning.store import lists
from adplanning.store.tables.opinions import Feedback


def add_feedback(session: Session, fields: FeedbackFields, *, now: datetime) -> tuple[Feedback, bool]:
    """Store what somebody has given; answer it, and whether it is new: the same `source_id` again is the first one.

    What follows from it is done in `workflows.feedback_given.give_feedback`, which is to be called instead.
    """
    found = _of_source(session, fields.source_id)
    if found is not None:
        return found, False
    given = Feedback(
        id=new_id("feed"),
        person_id=fields.person_id,
        website_id=fields.website_id,
        content=fields.content,
        rating=fields.rating,
        scale=None if fields.rating is None else fields.scale,
        source_id=fields.source_id,
        given_at=now,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(given)
    except IntegrityError:
        # Somebody else has stored the same source since we looked.
        found = _of_source(session, fields.source_id)
        if found is None:
            raise
        return found, False
    return given, True


def list_feedback(
    session: Session, filters: Mapping[str, str | None], period: Period, *, limit: int, offset: int
) -> tuple[list[Feedback], int]:
    """One page of feedback, newest first, and how many match in all.

    Parameters
    ----------
    filters : columns and the value that each must have; None asks for nothing.
    period : when it was given.
    """
    query = select(Feedback).where(
        *(getattr(Feedback, name) == value for name, value in filters.items() if value is not None)
    )
    if period.start is not None:
        query = query.where(Feedback.given_at >= period.start)
    if period.end is not None:
        query = query.where(Feedback.given_at < period.end)
    page = query.order_by(Feedback.given_at.desc(), Feedback.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), lists.total(session, query)


def _of_source(session: Session, source_id: str | None) -> Feedback | None:
    if source_id is None:
        return None
    return session.scalar(select(Feedback).where(Feedback.source_id == source_id))
