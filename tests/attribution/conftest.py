"""A shop with few facts, each told by the test that needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DEFAULTS: dict[str, dict[str, Any]] = {
    "ad_accounts": {
        "platform": "meta",
        "platform_account_id": "act_1",
        "name": "Shop",
        "currency": "INR",
        "timezone": "UTC",
        "created_at": NOON,
    },
    "campaigns": {"ad_account_id": "acc", "status": "active", "created_at": NOON, "updated_at": NOON},
    "ad_sets": {"created_at": NOON},
    "ads": {"created_at": NOON},
    "visitors": {"first_seen_at": NOON},
    "conversions": {
        "conversion_type": "purchase",
        "platform": "direct",
        "attribution_model": "last_click",
        "attribution_weight": 1.0,
        "currency": "INR",
        "origin": "admin",
        "is_bot": False,
        "received_at": NOON,
    },
    "touchpoints": {
        "platform": "meta",
        "is_resolved": False,
        "resolution_method": "unresolved",
        "session_pageviews": 1,
        "is_bot": False,
        "attributed_at": NOON,
    },
    "daily_spend": {"currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "currency_rates": {},
}

Tell = Callable[..., None]


@pytest.fixture
def tell(engine: Engine) -> Tell:
    """Store rows of one table: `tell("visitors", {...}, {...})`; what is not said has a plain default."""
    session = count()

    def store(table: str, *rows: dict[str, Any]) -> None:
        with write_transaction(engine) as connection:
            for row in rows:
                known = DEFAULTS[table] | row
                if table == "touchpoints":
                    known = {"analytics_session_id": f"session_{next(session)}"} | known
                connection.execute(TABLES[table].insert().values(**known))

    return store
