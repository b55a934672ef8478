"""Rows put into a store as they are, where what a test does not say has a plain default; days are those of Kolkata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

ZONE = ZoneInfo("Asia/Kolkata")
Tell = Callable[..., None]


def teller(engine: Engine, defaults: Mapping[str, Mapping[str, Any]]) -> Tell:
    """What stores rows of one table."""

    def store(table: str, *rows: dict[str, Any]) -> None:
        with write_transaction(engine) as connection:
            for row in rows:
                connection.execute(TABLES[table].insert().values(**{**defaults[table], **row}))

    return store


def on(day: date, hour: int = 12) -> datetime:
    """An hour of a day in Kolkata, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).astimezone(UTC)


def spent(campaign_id: str, day: date, spend_minor: int, **more: Any) -> dict[str, Any]:
    """What a campaign cost on a day."""
    return {"object_id": campaign_id, "campaign_id": campaign_id, "on": day, "spend_minor": spend_minor, **more}
