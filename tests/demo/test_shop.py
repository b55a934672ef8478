from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from adplanning.core.errors import InvalidData
from adplanning.core.names import name_key
from adplanning.demo.people import MAIL_DOMAINS
from adplanning.demo.shop import Shop, shop
from adplanning.store.tables.catalogue import TABLES

INDIA = ZoneInfo("Asia/Kolkata")
UNTIL = date(2026, 11, 21)


def test_the_same_arguments_give_the_same_rows_ids_included(small: Shop) -> None:
    again = shop(days=30, seed=3, until=UNTIL, size=0.2)
    for field in fields(Shop):
        assert_frame_equal(getattr(small, field.name), getattr(again, field.name))


def test_another_seed_is_another_shop(small: Shop) -> None:
    other = shop(days=30, seed=4, until=UNTIL, size=0.2)
    assert not small.conversions.equals(other.conversions)


def test_half_a_year_has_the_size_that_analyses_need(half_year: Shop) -> None:
    purchases = half_year.conversions.filter(pl.col("conversion_type") == "purchase")
    n_orders = purchases["person_id"].value_counts()["count"]
    assert 20_000 <= half_year.visitors.height <= 30_000
    assert 120_000 <= half_year.journey_events.height <= 200_000
    assert 35_000 <= half_year.touchpoints.height <= 50_000
    assert 4_000 <= purchases.height <= 6_000
    assert len(n_orders) >= 500
    assert (n_orders > 1).sum() >= 100


def test_everything_happened_within_the_days_of_the_shops_calendar(half_year: Shop) -> None:
    end = datetime(2026, 11, 22, tzinfo=INDIA).astimezone(UTC)
    start = end - timedelta(days=180)
    for frame, at in (
        (half_year.journey_events, "occurred_at"),
        (half_year.conversions, "converted_at"),
        (half_year.touchpoints, "session_started_at"),
        (half_year.visitors, "first_seen_at"),
    ):
        assert frame[at].min() >= start
        assert frame[at].max() < end
    assert half_year.daily_spend["on"].min() == UNTIL - timedelta(days=179)
    assert half_year.daily_spend["on"].max() == UNTIL


@pytest.mark.parametrize("table", sorted(set(TABLES) & {field.name for field in fields(Shop)}))
def test_ids_are_unique_and_sort_by_time(half_year: Shop, table: str) -> None:
    frame = getattr(half_year, table)
    if "id" in frame.columns:
        assert frame["id"].is_unique().all()
        assert frame["id"].is_sorted() or table in {"ad_accounts", "campaigns", "ad_sets", "ads"}


def test_what_one_row_names_is_there_in_another_table(half_year: Shop) -> None:
    visitors, persons = half_year.visitors["id"].implode(), half_year.persons["id"].implode()
    for frame in (half_year.conversions, half_year.journey_events, half_year.touchpoints):
        assert frame["visitor_id"].drop_nulls().is_in(visitors).all()
    for frame in (half_year.conversions, half_year.journey_events, half_year.visitors):
        assert frame["person_id"].drop_nulls().is_in(persons).all()


def test_campaigns_are_found_by_the_key_of_their_name(half_year: Shop) -> None:
    for name, key in half_year.campaigns.select("name", "name_key").iter_rows():
        assert key == name_key(name)


def test_no_address_can_reach_a_real_person(half_year: Shop) -> None:
    domains = half_year.persons["email"].str.split("@").list.last()
    assert set(domains) <= set(MAIL_DOMAINS)
    assert half_year.persons["phone"].str.starts_with("+91555").all()
    assert half_year.websites["domain"].str.ends_with(".example").all()


def test_people_who_tell_their_name_use_several_browsers(half_year: Shop) -> None:
    linked = half_year.visitors.drop_nulls("person_id")
    assert 1.3 <= linked.height / linked["person_id"].n_unique() <= 1.5
    assert (linked["linked_at"] >= linked["first_seen_at"]).all()


def test_no_machine_converts(half_year: Shop) -> None:
    machines = half_year.journey_events.filter("is_bot")["visitor_id"].unique()
    assert machines.len() > 100
    assert not half_year.conversions["is_bot"].any()
    assert not half_year.conversions["visitor_id"].is_in(machines.implode()).any()
    assert half_year.touchpoints["is_bot"].any()
    honest = half_year.journey_events.filter(~pl.col("is_bot"))
    assert not honest["visitor_id"].drop_nulls().is_in(machines.implode()).any()


def test_a_shop_of_a_week_is_refused() -> None:
    with pytest.raises(InvalidData, match="give 14 or more"):
        shop(days=7, until=UNTIL)


def test_a_shop_without_size_is_refused() -> None:
    with pytest.raises(InvalidData, match="makes no shop"):
        shop(days=30, until=UNTIL, size=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_tiny_shop_holds_together_too(seed: int) -> None:
    tiny = shop(days=14, seed=seed, until=UNTIL, size=0.01)
    assert tiny.causes.height == tiny.conversions.filter(pl.col("conversion_type") == "purchase").height
