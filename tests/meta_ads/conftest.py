"""A shop with few ads, each told by the test that needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DEFAULTS: dict[str, dict[str, Any]] = {
    "ad_accounts": {"platform": "meta", "currency": "INR", "timezone": "UTC", "created_at": NOON},
    "campaigns": {"ad_account_id": "acc", "status": "ACTIVE", "created_at": NOON, "updated_at": NOON},
    "ad_sets": {"created_at": NOON},
    "ads": {"created_at": NOON},
    "daily_spend": {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "period_spend": {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "currency_rates": {"in_currency": "INR"},
    "visitors": {"first_seen_at": NOON},
    "touchpoints": {
        "platform": "meta",
        "is_resolved": True,
        "resolution_method": "manual",
        "session_pageviews": 1,
        "is_bot": False,
        "attributed_at": NOON,
        "session_started_at": NOON,
    },
}

Tell = Callable[..., None]


@pytest.fixture
def tell(any_engine: Engine) -> Tell:
    """Store rows of one table: `tell("campaigns", {...}, {...})`; what is not said has a plain default."""

    def store(table: str, *rows: dict[str, Any]) -> None:
        with write_transaction(any_engine) as connection:
            for row in rows:
                connection.execute(TABLES[table].insert().values(**DEFAULTS[table] | row))

    return store
