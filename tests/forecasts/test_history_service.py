"""The days of campaigns as the store tells them, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.forecasts.history_service import campaign_histories, history_of
from tests.forecasts.told import AS_OF, MADE, USUAL, advertised, conversion_row, spend_row, told

FIGURES = ["on", "spend_minor", "n_conversions", "revenue_minor"]
LATE = datetime(2026, 11, 19, 20, tzinfo=UTC)  # the 20th in Kolkata


def day(ago: int) -> date:
    return AS_OF - timedelta(days=ago)


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Two campaigns of one account, of which the last day has not come in."""
    advertised(any_engine, "camp_a", "camp_b")
    told(
        any_engine,
        {
            "daily_spend": [
                spend_row("camp_a", day(3), 500),
                spend_row("ad_1", day(3), 480, level="ad", campaign_id="camp_a"),
                spend_row("camp_b", day(1), 300),
                spend_row("camp_a", day(-1), 999),
            ],
            "conversions": [
                conversion_row("c_first", "camp_a", LATE - timedelta(days=9), 900),
                conversion_row("c_late", "camp_a", LATE, 700),
                conversion_row("c_today", "camp_a", LATE + timedelta(days=1), 800),
                conversion_row("c_cart", "camp_a", LATE, 5, conversion_type="add_to_cart"),
                conversion_row("c_claimed", "camp_a", LATE, 50, origin="web"),
                conversion_row("c_bot", "camp_a", LATE, 60, is_bot=True),
            ],
        },
    )
    return any_engine


def rows(engine: Engine, campaign_id: str = "camp_a", days: int = 4, **options: Any) -> list[Any]:
    frame = campaign_histories(engine, **{**USUAL, **options}, days=days)
    return frame.filter(pl.col("campaign_id") == campaign_id).select(FIGURES).rows()


def test_spend_counts_once_results_on_their_day_and_today_not_at_all(shop: Engine) -> None:
    assert rows(shop) == [
        (day(3), 500, 0.0, 0),
        (day(2), None, 0.0, 0),
        (day(1), 0, 0.0, 0),
        (day(0), None, 2.0, 750),
    ]


def test_what_only_a_browser_has_claimed_counts_as_the_setting_says(shop: Engine) -> None:
    assert rows(shop, public_revenue=PublicRevenue.confirmed_only)[-1][2:] == (1.0, 700)


def test_days_that_the_synchronisation_has_read_are_known(shop: Engine) -> None:
    stream = {
        "scope": "1", "stream": "campaign_insights", "status": "ok", "n_read": 1, "n_stored": 1, "n_quarantined": 0,
        "watermark_on": day(0), "started_at": MADE,
    }  # fmt: skip
    refused = {
        "scope": "1", "stream": "campaign_insights", "on": day(2), "reason": "spend", "row": "{}", "seen_at": MADE,
    }  # fmt: skip
    told(shop, {"sync_streams": [stream]})
    assert [row[1] for row in rows(shop)] == [500, 0, 0, 0]
    told(shop, {"quarantined_rows": [refused]})
    assert [row[1] for row in rows(shop)] == [500, None, 0, 0]


def test_results_wait_for_their_credit(shop: Engine) -> None:
    visit = {
        "id": "t", "analytics_session_id": "t", "visitor_id": "v", "ad_campaign_id": "camp_b", "platform": "meta",
        "is_resolved": True, "resolution_method": "manual", "session_pageviews": 1, "is_bot": False,
        "is_internal": False, "session_started_at": MADE, "attributed_at": MADE,
    }  # fmt: skip
    credited = LATE - timedelta(days=2)
    credit = {
        "model": "last_click", "conversion_id": "c_credited", "touchpoint_id": "t", "credit": 1.0, "value_minor": 40,
        "currency": "INR", "converted_at": credited, "lookback_days": 30, "half_life_days": 7.0,
    }  # fmt: skip
    told(shop, {"touchpoints": [visit], "conversions": [conversion_row("c_credited", None, credited, 40)]})
    told(shop, {"attribution_credits": [credit]})
    assert rows(shop, "camp_b") == [(day(2), None, 1.0, 40), (day(1), 300, 0.0, 0), (day(0), None, 0.0, 0)]
    told(shop, {"conversions": [conversion_row("c_waits", None, LATE - timedelta(days=1), 40)]})
    assert [row[2] for row in rows(shop, "camp_b")] == [1.0, None, None]


def test_one_campaign_or_all_together(shop: Engine) -> None:
    one = history_of(shop, "camp_b", **USUAL)
    assert one.select(FIGURES).rows() == [(day(1), 300, 0.0, 0), (day(0), None, 0.0, 0)]
    both = history_of(shop, None, **USUAL, days=4)
    assert both.select(FIGURES).rows()[-2:] == [(day(1), 300, 0.0, 0), (day(0), None, 2.0, 750)]


def test_an_empty_store_has_no_days(engine: Engine) -> None:
    assert campaign_histories(engine, **USUAL).is_empty()
