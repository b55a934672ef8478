"""What happens when somebody gives feedback: it is a step on their way, a text that was analysed, and a rating.

All of it in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.conversions.service import goal_rules
from adplanning.core.fields import json_text
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import JourneyEventType, Origin, ScoreType, TextSource
from adplanning.journeys.stages import stage_of_event
from adplanning.people.erasure_service import refuse_erased
from adplanning.scores.nps import rated
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import refresh_scores
from adplanning.sentiment.analysis import Analysis
from adplanning.sentiment.feedback_service import add_feedback
from adplanning.sentiment.fields import FeedbackFields, SentimentFields, checked_feedback
from adplanning.sentiment.service import keep_analysis, sentiment_of
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.scores import CustomerScore
from adplanning.tracking.events import NewJourneyEvent
from adplanning.workflows.event_tracked import track

SOURCE: Final = "feedback"
"""The source of the step and of the rating that a feedback brings about; their `source_id` is its id."""


@dataclass(frozen=True)
class FeedbackGiven:
    """A feedback with how its text sounds and what its rating makes of the person's NPS; null without either.

    `is_new` is false when the same source had given it before; then nothing has changed.
    """

    feedback: Feedback
    sentiment: Sentiment | None
    nps: dict[str, Any] | None
    is_new: bool


def give_feedback(
    session: Session, fields: FeedbackFields, *, analysis: Analysis | None, settings: Settings, now: datetime
) -> FeedbackGiven:
    """Store feedback once, and all that follows from it.

    Parameters
    ----------
    session : one that writes.
    analysis : what was told of the content, before the transaction began (an own analyser takes its time); None without
        content.
    settings : the reporting currency and zone, and which revenue counts in the person's scores.
    now : when it is given.

    Raises
    ------
    InvalidData : neither content nor rating, a rating beyond its scale, or a person who was erased.
    """
    checked_feedback(fields)
    if fields.rating is not None:
        rated(fields.rating, fields.scale)
    refuse_erased(session, fields.person_id)
    feedback, is_new = add_feedback(session, fields, now=now)
    if not is_new:
        return _given_before(session, feedback)
    if feedback.person_id is not None:
        _take_step(session, feedback, settings, now)
    sentiment = None if analysis is None else _keep_text(session, feedback, analysis, settings, now)
    nps = (
        None
        if feedback.rating is None
        else record_rating(
            session,
            person_id=feedback.person_id,
            rating=feedback.rating,
            scale=fields.scale,
            source_type=SOURCE,
            source_id=feedback.id,
            now=now,
        )
    )
    if feedback.person_id is not None:
        refresh_scores(
            session,
            [feedback.person_id],
            as_of=now,
            currency=settings.currency,
            zone=settings.zone,
            public_revenue=settings.public_revenue,
        )
    return FeedbackGiven(feedback, sentiment, nps, is_new=True)


def _given_before(session: Session, feedback: Feedback) -> FeedbackGiven:
    sentiment = sentiment_of(session, TextSource.feedback, feedback.id)
    if feedback.rating is None or feedback.scale is None:
        return FeedbackGiven(feedback, sentiment, None, is_new=False)
    nps_value, category = rated(feedback.rating, feedback.scale)
    score = session.scalar(
        select(CustomerScore).where(
            CustomerScore.person_id == feedback.person_id, CustomerScore.score_type == ScoreType.nps
        )
    )
    said = {"person_id": feedback.person_id, "nps_value": nps_value, "category": category, "is_new": False}
    return FeedbackGiven(feedback, sentiment, (score.details if score else {}) | said, is_new=False)


def _take_step(session: Session, feedback: Feedback, settings: Settings, now: datetime) -> None:
    """Its text stays where it is: a step tells that there was feedback, and how it was rated."""
    rating = None if feedback.rating is None else {"rating": feedback.rating, "scale": feedback.scale}
    step = NewJourneyEvent(
        id=new_id("jour"),
        person_id=feedback.person_id,
        visitor_id=None,
        website_id=feedback.website_id,
        session_id=None,
        event_type=JourneyEventType.feedback,
        event_name=None,
        stage=stage_of_event(JourneyEventType.feedback),
        channel=None,
        page_url=None,
        utm_source=None,
        utm_medium=None,
        utm_campaign=None,
        utm_term=None,
        utm_content=None,
        ad_campaign_id=None,
        source_type=SOURCE,
        source_id=feedback.id,
        event_data=json_text(rating),
        event_id=None,
        origin=Origin.admin,
        is_bot=False,
        occurred_at=to_micros(now),
        received_at=to_micros(now),
    )
    track(session.connection(), [step], goals=goal_rules(session), passed=settings.passed_domains)


def _keep_text(
    session: Session, feedback: Feedback, analysis: Analysis, settings: Settings, now: datetime
) -> Sentiment:
    text = SentimentFields(
        text=feedback.content or "",
        source_type=TextSource.feedback,
        source_id=feedback.id,
        person_id=feedback.person_id,
        website_id=feedback.website_id,
    )
    return keep_analysis(session, text, analysis, zone=settings.zone, now=now)
