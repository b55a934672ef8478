"""What campaigns brought, as one fact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store import facts
from adplanning.store.campaign_results import campaign_results_statement
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL = Period(None, None)


def conversion(id_: str, **told: Any) -> dict[str, Any]:
    usual = {
        "id": id_, "conversion_type": "purchase", "ad_campaign_id": None, "platform": "meta", "visitor_id": "v",
        "attribution_model": "last_click", "attribution_weight": 1.0, "value_minor": 900, "currency": "INR",
        "origin": "admin", "confirmed_at": None, "is_bot": False, "converted_at": NOON, "received_at": NOON,
    }  # fmt: skip
    return usual | told


def touchpoint(id_: str, campaign: str | None) -> dict[str, Any]:
    return {
        "id": id_, "analytics_session_id": id_, "visitor_id": "v", "ad_campaign_id": campaign, "platform": "meta",
        "is_resolved": campaign is not None, "resolution_method": "exact_utm_match", "session_pageviews": 1,
        "is_bot": False, "session_started_at": NOON, "attributed_at": NOON,
    }  # fmt: skip


def credit(conversion_id: str, touchpoint_id: str | None, share: float, minor: int, **told: Any) -> dict[str, Any]:
    usual = {
        "model": "last_click", "conversion_id": conversion_id, "touchpoint_id": touchpoint_id, "credit": share,
        "value_minor": minor, "currency": "INR", "converted_at": NOON, "lookback_days": 30, "half_life_days": 7.0,
    }  # fmt: skip
    return usual | told


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    rows = {
        "conversions": [
            conversion("conv_named", ad_campaign_id="camp_a"),
            conversion("conv_credited"),
            conversion("conv_unattributed"),
            conversion("conv_later", ad_campaign_id="camp_a", converted_at=NOON + timedelta(days=2)),
            conversion("conv_cart", ad_campaign_id="camp_a", conversion_type="add_to_cart"),
            conversion("conv_lead", ad_campaign_id="camp_b", conversion_type="lead_form_submission", value_minor=None),
            conversion("conv_bot", ad_campaign_id="camp_a", is_bot=True),
            conversion("conv_claimed", ad_campaign_id="camp_b", origin="web", value_minor=50),
        ],
        "touchpoints": [touchpoint("t_b", "camp_b"), touchpoint("t_none", None)],
        "attribution_credits": [
            credit("conv_named", "t_b", 1.0, 900),
            credit("conv_credited", "t_b", 0.5, 450),
            credit("conv_credited", "t_none", 0.5, 450),
            credit("conv_credited", "t_b", 1.0, 900, model="linear"),
            credit("conv_unattributed", None, 1.0, 900),
        ],
    }
    with write_transaction(any_engine) as connection:
        for table, of_table in rows.items():
            insert_frame(connection, TABLES[table], pl.DataFrame(of_table, infer_schema_length=None))
    return any_engine


def brought(engine: Engine, period: Period = ALL, **options: Any) -> set[tuple[str, str, float, int | None]]:
    options = {"public_revenue": PublicRevenue.counted} | options
    frame = facts.read(engine, campaign_results_statement(period, **options))[0]
    rows = frame.select("campaign_id", "conversion_id", "share", "value_minor").rows()
    assert len(rows) == len(set(rows))
    return set(rows)


def test_a_conversion_is_of_the_campaign_it_names_and_else_of_those_credited_with_it(shop: Engine) -> None:
    assert brought(shop) == {
        ("camp_a", "conv_named", 1.0, 900),
        ("camp_a", "conv_later", 1.0, 900),
        ("camp_b", "conv_credited", 0.5, 450),
        ("camp_b", "conv_lead", 1.0, None),
        ("camp_b", "conv_claimed", 1.0, 50),
    }


def test_only_what_the_period_and_the_campaigns_hold_is_read(shop: Engine) -> None:
    until_noon = Period(None, NOON + timedelta(hours=1))
    assert brought(shop, until_noon, campaign_ids=["camp_a"]) == {("camp_a", "conv_named", 1.0, 900)}
    assert brought(shop, campaign_ids=[]) == set()


def test_what_few_campaigns_brought_is_looked_up_and_not_all_gone_through(engine: Engine) -> None:
    query = campaign_results_statement(ALL, public_revenue=PublicRevenue.counted, campaign_ids=["camp_a"])
    sql = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    used = [step.partition(" (")[0].rpartition(" ")[2] for step in plan if step.startswith("SEARCH")]
    assert used == [
        "ix_conversions_ad_campaign_id",
        "ix_touchpoints_ad_campaign_id",
        "ix_attribution_credits_touchpoint_id",
        "sqlite_autoindex_conversions_1",
    ]


def test_what_only_a_browser_has_claimed_counts_where_the_shop_says_so(shop: Engine) -> None:
    confirmed = brought(shop, public_revenue=PublicRevenue.confirmed_only)
    assert {row[1] for row in brought(shop) - confirmed} == {"conv_claimed"}
