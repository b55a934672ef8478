"""Customers of a shop, put into a store by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from adplanning.core.ids import new_id
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import reading, writing
from adplanning.store.tables.base import Base
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.opinions import Sentiment
from adplanning.store.tables.people import Person, Visitor
from adplanning.store.tables.scores import CustomerScore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
USUAL: dict[str, Any] = {
    "currency": "INR",
    "zone": ZoneInfo("Asia/Kolkata"),
    "public_revenue": PublicRevenue.counted,
}


def days_ago(n: float) -> datetime:
    return NOW - timedelta(days=n)


def person(person_id: str, **columns: Any) -> Person:
    return Person(id=person_id, created_at=days_ago(400), updated_at=days_ago(400), **columns)


def visitor(visitor_id: str, person_id: str) -> Visitor:
    return Visitor(id=visitor_id, person_id=person_id, linked_at=days_ago(300), first_seen_at=days_ago(300))


def step(event_type: str, ago: float, **columns: Any) -> JourneyEvent:
    at = days_ago(ago)
    usual = {"id": new_id("jour"), "stage": "awareness", "origin": "admin", "is_bot": False, "received_at": at}
    return JourneyEvent(event_type=event_type, occurred_at=at, **{**usual, **columns})


def conversion(conversion_type: str, ago: float, value_minor: int | None = None, **columns: Any) -> Conversion:
    at = days_ago(ago)
    usual = {
        "id": new_id("conv"),
        "visitor_id": "somewhere",
        "platform": "direct",
        "attribution_model": "last_click",
        "attribution_weight": 1.0,
        "currency": "INR",
        "origin": "admin",
        "is_bot": False,
        "received_at": at,
    }
    given = {"conversion_type": conversion_type, "value_minor": value_minor, "converted_at": at}
    return Conversion(**given, **{**usual, **columns})


def sentiment(person_id: str, label: str, ago: float) -> Sentiment:
    return Sentiment(
        id=new_id("sent"),
        source_type="review",
        source_id=new_id("review"),
        person_id=person_id,
        text="…",
        sentiment_label=label,
        keywords=[],
        entities=[],
        emotions={},
        topics=[],
        analyser="by hand",
        is_fallback=False,
        said_at=days_ago(ago),
        analysed_at=NOW,
    )


def put(engine: Engine, *rows: Base) -> None:
    with writing(engine) as session:
        session.add_all(rows)


def stored(engine: Engine) -> dict[tuple[str, str], CustomerScore]:
    """All scores by person and type."""
    with reading(engine) as session:
        return {(row.person_id, row.score_type): row for row in session.scalars(select(CustomerScore))}
