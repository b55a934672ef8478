"""Purchases of some currencies."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from adplanning.core.ids import new_id
from adplanning.store.session import writing
from adplanning.store.tables.events import Conversion

NOW = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)


def sell(
    engine: Engine, currency: str, at: datetime, n: int, *, value_minor: int = 100_00, is_bot: bool = False
) -> None:
    """So many purchases of one amount at one moment."""
    with writing(engine) as session:
        session.add_all(
            Conversion(
                id=new_id("conv"), conversion_type="purchase", platform="direct", attribution_model="last_click",
                attribution_weight=1.0, value_minor=value_minor, currency=currency, visitor_id="v1", origin="admin",
                is_bot=is_bot, converted_at=at, received_at=at,
            )
            for _ in range(n)
        )  # fmt: skip
