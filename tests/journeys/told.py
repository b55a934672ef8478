"""What the tests of journeys share: steps as a formula gets them, and rows as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Engine

from adplanning.journeys.stages import stage_of_event
from adplanning.store.session import writing
from adplanning.store.tables.base import Base
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.people import Visitor

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STEP = {
    "path_key": pl.String,
    "occurred_at": pl.Datetime("us", "UTC"),
    "event_type": pl.String,
    "stage": pl.String,
}


def steps(*told: tuple[str | None, float, str]) -> pl.LazyFrame:
    """Steps of customers: whose, how many days after `AT`, and the type, at the stage of its type."""
    rows = [(key, AT + day * DAY, event_type, stage_of_event(event_type).value) for key, day, event_type in told]
    return pl.LazyFrame(rows, schema=STEP, orient="row")


def step(
    name: str, visitor_id: str | None, event_type: str = "page_view", day: float = 0, **fields: Any
) -> JourneyEvent:
    at = AT + day * DAY
    return JourneyEvent(
        **{"stage": stage_of_event(event_type).value, "origin": "web", "is_bot": False} | fields,
        id=f"jour_{name}",
        visitor_id=visitor_id,
        event_type=event_type,
        occurred_at=at,
        received_at=at,
    )


def conversion(
    name: str, visitor_id: str, conversion_type: str = "purchase", day: float = 0, **fields: Any
) -> Conversion:
    at = AT + day * DAY
    usual = {"platform": "direct", "attribution_model": "last_click", "attribution_weight": 1.0, "currency": "INR"}
    return Conversion(
        **usual | {"origin": "admin", "is_bot": False} | fields,
        id=f"conv_{name}",
        visitor_id=visitor_id,
        conversion_type=conversion_type,
        converted_at=at,
        received_at=at,
    )


def of_person(visitor_id: str, person_id: str) -> Visitor:
    """A browser that somebody signed in on."""
    return Visitor(id=visitor_id, person_id=person_id, linked_at=AT, first_seen_at=AT)


def stored(engine: Engine, *rows: Base) -> None:
    with writing(engine) as session:
        session.add_all(rows)
