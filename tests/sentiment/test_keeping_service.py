"""Texts that wait, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.settings import Settings
from adplanning.sentiment import keeping_service
from adplanning.sentiment.analysing_service import own_analyser
from adplanning.sentiment.keeping_service import keep_analyses, pending_texts
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.events import JourneyEvent
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.people import Visitor

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def step(id_: str, event_type: str, data: dict[str, Any] | None, **more: Any) -> JourneyEvent:
    return JourneyEvent(
        id=id_, event_type=event_type, stage="retention", event_data=data, origin="web", occurred_at=NOON,
        received_at=NOON, **{"is_bot": False, **more},
    )  # fmt: skip


@pytest.fixture
def store(any_engine: Engine) -> Engine:
    with writing(any_engine) as session:
        session.add(Visitor(id="vis_1", person_id="person_1", first_seen_at=NOON, linked_at=NOON))
        session.add_all(
            Feedback(id=f"feed_{n}", content=content, rating=9, given_at=NOON + timedelta(days=n), received_at=NOON)
            for n, content in enumerate(["I love it.", None, "bahut accha"])
        )
        session.add_all(
            [
                step("jour_1", "feedback", {"text": "Terrible quality.", "rating": 2}, visitor_id="vis_1"),
                step("jour_2", "form_submit", {"message": "When will it arrive?", "email": "asha@example.in"}),
                step("jour_3", "form_submit", {"email": "asha@example.in"}),
                step("jour_4", "page_view", {"text": "No opinion of anybody"}),
                step("jour_5", "feedback", {"text": "Great!"}, is_bot=True),
                step("jour_6", "feedback", {"text": "Mirror"}, source_type="feedback", source_id="feed_0"),
                step("jour_7", "feedback", None),
                step("jour_8", "feedback", {"text": {"a": 1}}),
            ]
        )
    return any_engine


def analyse(engine: Engine, *, now: datetime = NOON, **options: Any) -> int:
    n = 0
    for part in pending_texts(engine, **options).parts(None):
        with write_transaction(engine) as connection:
            n += keep_analyses(connection, part, now=now)
    return n


def kept(engine: Engine) -> dict[str, Sentiment]:
    with reading(engine) as session:
        rows = session.scalars(select(Sentiment)).all()
        session.expunge_all()
    return {row.source_id: row for row in rows}


def test_every_text_that_somebody_wrote_waits_once_and_nothing_else(store: Engine) -> None:
    assert sorted(pending_texts(store).texts["source_id"]) == ["feed_0", "feed_2", "jour_1", "jour_2"]


def test_what_was_analysed_is_kept_with_its_source_and_its_person(store: Engine) -> None:
    assert analyse(store) == 4
    rows = kept(store)
    assert (rows["jour_1"].source_type, rows["jour_1"].person_id) == ("feedback", "person_1")
    assert (rows["jour_2"].source_type, rows["jour_2"].text) == ("form_response", "When will it arrive?")
    assert (rows["feed_0"].sentiment_label, rows["feed_0"].said_at) == ("very_positive", NOON)
    assert (rows["feed_2"].sentiment_label, rows["feed_2"].language) == (None, "hi-Latn")
    assert rows["jour_1"].topics == ["quality"]


def test_analysing_again_finds_nothing_and_afresh_keeps_each_id(store: Engine) -> None:
    analyse(store)
    before = kept(store)
    assert analyse(store) == 0
    assert analyse(store, afresh=True, now=NOON + timedelta(days=1)) == 4
    after = kept(store)
    assert {one: row.id for one, row in after.items()} == {one: row.id for one, row in before.items()}
    assert {row.analysed_at for row in after.values()} == {NOON + timedelta(days=1)}


def test_only_what_was_said_since_waits(store: Engine) -> None:
    assert pending_texts(store, since=NOON + timedelta(hours=1)).texts["source_id"].to_list() == ["feed_2"]


def test_where_the_built_in_stood_in_an_own_analyser_is_asked_again(store: Engine) -> None:
    analyse(store)
    with writing(store) as session:
        session.scalars(select(Sentiment).where(Sentiment.source_id == "feed_0")).one().is_fallback = True
    assert pending_texts(store).texts.is_empty()
    assert pending_texts(store, has_own_analyser=True).texts["source_id"].to_list() == ["feed_0"]


def test_many_texts_are_kept_part_by_part(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_service, "TEXTS_A_PART", 3)
    assert [part.texts.height for part in pending_texts(store).parts(None)] == [3, 1]


def test_without_an_address_there_is_no_own_analyser() -> None:
    with own_analyser(Settings(_env_file=None)) as analyser:
        assert analyser is None
