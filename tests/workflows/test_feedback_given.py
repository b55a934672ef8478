"""Feedback that is given, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.sentiment.analysis import analysis
from adplanning.sentiment.fields import FeedbackFields
from adplanning.store.session import reading, writing
from adplanning.store.tables.base import Base
from adplanning.store.tables.events import JourneyEvent
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.scores import CustomerScore, Rating
from adplanning.workflows.feedback_given import give_feedback

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)
WORDS = "The quilt is torn, and nobody answers. Terrible!"
GIVEN = FeedbackFields(person_id="person_1", content=WORDS, rating=2, scale="5", source_id="form-7")


def give(engine: Engine, fields: FeedbackFields = GIVEN) -> bool:
    told = None if fields.content is None else analysis(fields.content)
    with writing(engine) as session:
        return give_feedback(session, fields, analysis=told, settings=SETTINGS, now=NOON).is_new


def counts(engine: Engine) -> dict[str, int]:
    tables: tuple[type[Base], ...] = (Feedback, Sentiment, Rating, JourneyEvent)
    with reading(engine) as session:
        return {
            str(table.__tablename__): session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


ONCE = {"feedback": 1, "sentiments": 1, "ratings": 1, "journey_events": 1}


def test_everything_that_follows_is_stored_with_it(any_engine: Engine) -> None:
    assert give(any_engine)
    assert counts(any_engine) == ONCE
    with reading(any_engine) as session:
        sentiment = session.scalars(select(Sentiment)).one()
        assert (sentiment.sentiment_label, sentiment.person_id) == ("negative", "person_1")
        risk = session.scalars(select(CustomerScore).where(CustomerScore.score_type == "churn_risk")).one()
        # The text just given is the only one of the last thirty days, and it is negative.
        assert risk.details["contributing_factors"]["sentiment_risk"] == 100


def test_the_same_source_again_changes_nothing(any_engine: Engine) -> None:
    give(any_engine)
    assert not give(any_engine)
    assert counts(any_engine) == ONCE


def test_of_many_at_once_from_one_source_exactly_one_counts(any_engine: Engine) -> None:
    start, outcomes = threading.Barrier(4), []

    def contend() -> None:
        start.wait()
        outcomes.append(give(any_engine))

    threads = [threading.Thread(target=contend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]
    assert counts(any_engine) == ONCE


def test_a_rating_beyond_its_scale_leaves_nothing_behind(any_engine: Engine) -> None:
    with pytest.raises(InvalidData, match="rating"):
        give(any_engine, GIVEN.model_copy(update={"rating": 6}))
    assert not any(counts(any_engine).values())


def test_words_that_nobody_signs_are_no_step_of_anybody(any_engine: Engine) -> None:
    give(any_engine, FeedbackFields(content=WORDS))
    assert counts(any_engine) == {"feedback": 1, "sentiments": 1, "ratings": 0, "journey_events": 0}


def test_a_rating_that_no_column_holds_is_refused_before_anything_is_stored(any_engine: Engine) -> None:
    with pytest.raises(InvalidData, match="rating"):
        give(any_engine, GIVEN.model_copy(update={"rating": 10**17}))
    assert counts(any_engine) == dict.fromkeys(ONCE, 0)
