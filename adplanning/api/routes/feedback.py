"""/admin/feedback: what customers say, and how they rate the shop."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Now, Page, Reading, StoreEngine
from adplanning.api.routes.sentiment import SentimentOut, sentiment_json
from adplanning.core.periods import isoformat
from adplanning.sentiment.analysing_service import analyse_text
from adplanning.sentiment.feedback_service import list_feedback
from adplanning.sentiment.fields import FeedbackFields, checked_feedback
from adplanning.store.session import writing
from adplanning.store.tables.opinions import Feedback
from adplanning.workflows.feedback_given import give_feedback

router = APIRouter(prefix="/admin/feedback", tags=["feedback"])


class FeedbackOut(BaseModel):
    """A feedback as the API shows one."""

    id: str
    person_id: str | None
    website_id: str | None
    content: str | None
    rating: int | None
    scale: str | None
    source_id: str | None
    given_at: str | None
    received_at: str | None


class FeedbackAnswer(BaseModel):
    """A feedback, how its text sounds, and what its rating makes of the person's NPS."""

    feedback: FeedbackOut
    sentiment: SentimentOut | None
    nps: dict[str, Any] | None


class FeedbacksAnswer(BaseModel):
    """A page of feedback."""

    feedback: list[FeedbackOut]
    count: int
    limit: int
    offset: int


def feedback_json(row: Feedback) -> FeedbackOut:
    """A feedback as the API shows one."""
    return FeedbackOut(
        id=row.id,
        person_id=row.person_id,
        website_id=row.website_id,
        content=row.content,
        rating=row.rating,
        scale=row.scale,
        source_id=row.source_id,
        given_at=isoformat(row.given_at),
        received_at=isoformat(row.received_at),
    )


@router.post(
    "", status_code=201, responses={200: {"description": "This `source_id` was known already; nothing changed."}}
)
def create(
    body: FeedbackFields, response: Response, engine: StoreEngine, settings: AppSettings, now: Now
) -> FeedbackAnswer:
    """Take feedback: its text is analysed, its rating counts in the NPS, and the person's scores follow.

    The same `source_id` again answers 200 with the first feedback and changes nothing.
    """
    content = checked_feedback(body).content
    analysis = None if content is None else analyse_text(content, settings)
    with writing(engine) as session:
        given = give_feedback(session, body, analysis=analysis, settings=settings, now=now)
        if not given.is_new:
            response.status_code = 200
        return FeedbackAnswer(
            feedback=feedback_json(given.feedback),
            sentiment=None if given.sentiment is None else sentiment_json(given.sentiment),
            nps=given.nps,
        )


@router.get("")
def list_(
    session: Reading, page: Page, period: GivenPeriod, person_id: Filter = None, website_id: Filter = None
) -> FeedbacksAnswer:
    """Feedback, newest first."""
    filters = {"person_id": person_id or None, "website_id": website_id or None}
    rows, count = list_feedback(session, filters, period, limit=page.limit, offset=page.offset)
    return FeedbacksAnswer(
        feedback=[feedback_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )
