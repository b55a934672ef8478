"""A shop with three days in March that can be added up by hand; days are those of Kolkata."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from tests.telling import ZONE, Tell, on, spent, teller

MARCH = Period.of("2026-03-01", "2026-03-03", ZONE)
USUAL: dict[str, Any] = {"currency": "INR", "zone": ZONE, "public_revenue": PublicRevenue.counted}
FIRST, SECOND, THIRD, LATER = (date(2026, 3, day) for day in (1, 2, 3, 10))

_NOON = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
_DEFAULTS: dict[str, dict[str, Any]] = {
    "ad_accounts": {"platform": "meta", "currency": "INR", "timezone": "Asia/Kolkata", "created_at": _NOON},
    "campaigns": {"ad_account_id": "acc", "status": "ACTIVE", "created_at": _NOON, "updated_at": _NOON},
    "daily_spend": {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "period_spend": {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0},
    "currency_rates": {"in_currency": "INR"},
    "conversions": {
        "conversion_type": "purchase", "platform": "meta", "attribution_model": "last_click", "currency": "INR",
        "attribution_weight": 1.0, "visitor_id": "v1", "origin": "admin", "is_bot": False, "received_at": _NOON,
    },
    "attribution_credits": {
        "model": "last_click", "currency": "INR", "converted_at": _NOON, "lookback_days": 30, "half_life_days": 7.0,
    },
    "touchpoints": {
        "platform": "meta", "is_resolved": False, "resolution_method": "unresolved", "session_pageviews": 1,
        "is_bot": False, "attributed_at": _NOON,
    },
    "journey_events": {
        "event_type": "page_view", "stage": "awareness", "origin": "web", "is_bot": False, "received_at": _NOON,
    },
    "leads": {
        "platform": "meta", "answers": {}, "status": "new", "currency": "INR", "received_at": _NOON,
        "updated_at": _NOON,
    },
    "social_posts": {"platform": "facebook", "status": "posted", "created_at": _NOON, "updated_at": _NOON},
    "ad_sets": {},
    "sync_streams": {
        "stream": "campaign_insights", "scope": "1", "status": "complete", "n_read": 0, "n_stored": 0,
        "n_quarantined": 0, "started_at": _NOON,
    },
}  # fmt: skip


@pytest.fixture
def tell(any_engine: Engine) -> Tell:
    """Store rows of one table; what is not said has a plain default."""
    return teller(any_engine, _DEFAULTS)


@pytest.fixture
def shop(tell: Tell, any_engine: Engine) -> Engine:
    """Two campaigns and what came of them, with rows beside that must not count."""
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop"})
    tell(
        "campaigns", {"id": "a", "name": "Diwali", "name_key": "diwali"}, {"id": "b", "name": "Bed", "name_key": "bed"}
    )
    told = {"n_link_clicks": 12, "n_leads": 4.0, "n_purchases": 2.0, "purchase_value_minor": 120_000}
    tell(
        "daily_spend",
        spent("a", FIRST, 50_000, n_impressions=1000, n_clicks=20, **told),
        spent("a", SECOND, 30_000, n_impressions=500, n_clicks=10),
        spent("b", FIRST, 20_000, n_impressions=500, n_clicks=10, n_link_clicks=3),
        spent("b", LATER, 99_999),
    )
    tell(
        "conversions",
        # An hour after midnight in Kolkata, when it is still the first of March in UTC.
        {"id": "c1", "converted_at": on(SECOND, 1), "value_minor": 150_000, "ad_campaign_id": "a"},
        {"id": "c2", "converted_at": on(FIRST), "value_minor": 50_000, "visitor_id": "v2"},
        {"id": "c3", "converted_at": on(THIRD), "value_minor": 10_000, "conversion_type": "add_to_cart"},
        {"id": "robot", "converted_at": on(FIRST), "value_minor": 7, "is_bot": True},
        {"id": "cancelled", "converted_at": on(FIRST), "value_minor": 7, "cancelled_at": on(THIRD)},
        {"id": "earlier", "converted_at": on(date(2026, 2, 28), 23), "value_minor": 70_000},
    )
    tell(
        "touchpoints",
        *(
            {"id": id_, "analytics_session_id": id_, "visitor_id": "v2", "session_started_at": on(day), **more}
            for id_, day, more in (
                ("ta", FIRST, {"ad_campaign_id": "a", "is_resolved": True}),
                ("tb", FIRST, {"ad_campaign_id": "b", "is_resolved": True}),
                ("t1", FIRST, {}),
                ("t2", THIRD, {}),
                ("robot", FIRST, {"is_bot": True}),
            )
        ),
    )
    tell(
        "attribution_credits",
        {"conversion_id": "c2", "touchpoint_id": "ta", "credit": 0.6, "value_minor": 30_000},
        {"conversion_id": "c2", "touchpoint_id": "t1", "credit": 0.4, "value_minor": 20_000},
    )
    tell(
        "journey_events",
        {"id": "j1", "visitor_id": "v3", "occurred_at": on(SECOND)},
        {"id": "j2", "visitor_id": "v4", "occurred_at": on(SECOND)},
        {"id": "j3", "visitor_id": "robot", "occurred_at": on(SECOND), "is_bot": True},
        {"id": "j4", "visitor_id": None, "person_id": None, "occurred_at": on(SECOND)},
    )
    tell(
        "leads",
        {"id": "l1", "ad_campaign_id": "a", "submitted_at": on(FIRST)},
        {"id": "l2", "submitted_at": on(SECOND)},
        {"id": "l3", "ad_campaign_id": "a", "submitted_at": on(LATER)},
    )
    tell(
        "social_posts",
        {"id": "p1", "posted_at": on(SECOND)},
        {"id": "p2", "status": "scheduled", "scheduled_at": on(SECOND)},
        {"id": "p3", "posted_at": on(LATER)},
    )
    return any_engine
