"""A shop whose days rules can be held against by hand; days are those of Kolkata, and today is 29 November."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.alerts.checking_service import Asked
from adplanning.core.vocabulary import PublicRevenue
from tests.telling import ZONE, Tell, on, spent, teller

YESTERDAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)  # 3 in the morning of the 29th

_NOON = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
_DEFAULTS: dict[str, dict[str, Any]] = {
    "ad_accounts": {"platform": "meta", "currency": "INR", "timezone": "Asia/Kolkata", "created_at": _NOON},
    "campaigns": {"ad_account_id": "acc", "status": "ACTIVE", "created_at": _NOON, "updated_at": _NOON},
    "daily_spend": {"level": "campaign", "currency": "INR", "n_impressions": 100, "n_clicks": 10},
    "period_spend": {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "conversions": {
        "conversion_type": "purchase", "platform": "meta", "attribution_model": "last_click", "currency": "INR",
        "attribution_weight": 1.0, "visitor_id": "v1", "origin": "admin", "is_bot": False, "received_at": _NOON,
    },
    "attribution_credits": {
        "model": "last_click", "currency": "INR", "lookback_days": 30, "half_life_days": 7.0, "credit": 1.0,
    },
    "sync_streams": {
        "status": "ok", "n_read": 0, "n_stored": 0, "n_quarantined": 0, "started_at": NOW, "finished_at": NOW,
    },
    "batch_runs": {"status": "succeeded", "parameters": {}, "heartbeat_at": NOW},
}  # fmt: skip


def days_before(n_days: int) -> date:
    return YESTERDAY - timedelta(days=n_days)


def sold(id_: str, day: date, value_minor: int = 10_000, **more: Any) -> dict[str, Any]:
    return {"id": id_, "converted_at": on(day), "value_minor": value_minor, **more}


@pytest.fixture
def asked() -> Asked:
    return Asked(NOW, ZONE, PublicRevenue.counted)


@pytest.fixture
def tell(any_engine: Engine) -> Tell:
    """Store rows of one table; what is not said has a plain default."""
    return teller(any_engine, _DEFAULTS)


@pytest.fixture
def shop(tell: Tell, any_engine: Engine) -> Engine:
    """In the last week one campaign spent 12,400 for nothing, the other 3,500 for one purchase of 2,800."""
    tell("ad_accounts", {"id": "acc", "platform_account_id": "act_1", "name": "Shop India"})
    tell(
        "campaigns",
        {"id": "waste", "name": "Diwali Retarget", "name_key": "diwali retarget"},
        {"id": "works", "name": "Bedsheets", "name_key": "bedsheets"},
    )
    tell("daily_spend", spent("waste", YESTERDAY, 1_000_000), spent("waste", days_before(6), 240_000))
    tell("daily_spend", spent("waste", days_before(7), 5_000_000), spent("works", YESTERDAY, 350_000))
    tell("conversions", sold("c1", days_before(1), 280_000, ad_campaign_id="works"))
    tell("batch_runs", {"id": "run_1", "notebook": "attribute_conversions", "started_at": NOW, "finished_at": NOW})
    return any_engine
