"""Spend by day and by period, as one fact."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.store import facts
from adplanning.store.session import write_transaction
from adplanning.store.spend import spend_statement
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FIGURES = {"level": "campaign", "currency": "INR", "n_impressions": 0, "n_clicks": 0}
INDIA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    account = {"id": "acct_a", "platform": "meta", "platform_account_id": "1", "name": "A", "currency": "INR",
               "timezone": "Asia/Kolkata", "created_at": NOW}  # fmt: skip
    campaigns = [
        {
            "id": id_,
            "ad_account_id": "acct_a",
            "name": id_,
            "name_key": id_,
            "status": "ACTIVE",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for id_ in ("camp_a", "camp_b")
    ]
    with write_transaction(any_engine) as connection:
        insert_frame(connection, TABLES["ad_accounts"], pl.DataFrame([account]))
        insert_frame(connection, TABLES["campaigns"], pl.DataFrame(campaigns))
    return any_engine


def on_day(engine: Engine, campaign: str, on: date, minor: int) -> None:
    row = {"object_id": campaign, "campaign_id": campaign, "on": on, "spend_minor": minor} | FIGURES
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["daily_spend"], pl.DataFrame([row]))


def in_period(engine: Engine, campaign: str, first: date, last: date, minor: int) -> None:
    row = {"object_id": campaign, "campaign_id": campaign, "first_on": first, "last_on": last, "spend_minor": minor}
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["period_spend"], pl.DataFrame([row | FIGURES]))


def spent(engine: Engine, period: Period | None = None, **options: Any) -> list[tuple[str, str, int]]:
    columns = ["campaign_id", "day", "spend_minor"]
    [frame] = facts.read(engine, spend_statement(columns, period, zone=INDIA, **options))
    return sorted(frame.rows())


def test_days_and_periods_are_told_together(shop: Engine) -> None:
    on_day(shop, "camp_a", date(2026, 10, 1), 100)
    in_period(shop, "camp_b", date(2026, 10, 1), date(2026, 10, 31), 3000)
    both = [("camp_a", "2026-10-01", 100), ("camp_b", "2026-10-01/2026-10-31", 3000)]
    assert spent(shop) == both
    assert spent(shop, Period.of("2026-10-01", "2026-10-31", INDIA)) == both
    assert spent(shop, campaign_ids=["camp_b"]) == both[1:]


def test_a_period_counts_only_where_it_lies_wholly_in_what_is_asked_for(shop: Engine) -> None:
    in_period(shop, "camp_b", date(2026, 10, 1), date(2026, 10, 31), 3000)
    assert spent(shop, Period.of("2026-10-02", "2026-10-31", INDIA)) == []
    assert spent(shop, Period.of("2026-10-01", "2026-10-30", INDIA)) == []


def test_a_period_of_which_a_day_is_known_singly_does_not_say_its_money_again(shop: Engine) -> None:
    in_period(shop, "camp_b", date(2026, 10, 1), date(2026, 10, 31), 3000)
    on_day(shop, "camp_b", date(2026, 10, 31), 90)
    on_day(shop, "camp_a", date(2026, 10, 5), 70)
    assert spent(shop) == [("camp_a", "2026-10-05", 70), ("camp_b", "2026-10-31", 90)]


def test_an_unknown_column_is_named(engine: Engine) -> None:
    with pytest.raises(InvalidData, match="columns: unknown value 'import'"):
        spend_statement(["import"])
