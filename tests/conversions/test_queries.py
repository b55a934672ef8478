"""Which visitors are seen in a period, and which rows its totals are over, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from adplanning.conversions.queries import conversion_facts
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT: dict[str, dict[str, Any]] = {
    "conversions": {
        "conversion_type": "purchase",
        "platform": "meta",
        "attribution_model": "last_click",
        "attribution_weight": 1.0,
        "currency": "INR",
        "value_minor": 100,
        "origin": "web",
    },
    "journey_events": {"event_type": "page_view", "stage": "awareness", "utm_source": "fb", "origin": "web"},
}
ALL = Period(NOON - DAY, NOON + DAY)


def store(engine: Engine, table: str, *rows: dict[str, Any]) -> None:
    when = {"conversions": "converted_at", "journey_events": "occurred_at"}[table]
    usual = KEPT[table] | {"is_bot": False, "received_at": NOON, when: NOON}
    with write_transaction(engine) as connection:
        for number, row in enumerate(rows):
            connection.execute(insert(TABLES[table]).values(usual | {"id": f"{table}_{number}"} | row))


def n_visitors(engine: Engine, period: Period = ALL, public_revenue: Any = "counted", **filters: str | None) -> int:
    return conversion_facts(engine, period, filters, PublicRevenue(public_revenue))[2]


def test_a_visitor_who_came_and_bought_again_is_one_and_an_event_of_nobody_is_none(any_engine: Engine) -> None:
    store(any_engine, "conversions", {"visitor_id": "a"}, {"visitor_id": "a"}, {"visitor_id": "b"})
    store(any_engine, "journey_events", {"visitor_id": "a"}, {"visitor_id": "c"}, {"visitor_id": None})
    found, _, visitors = conversion_facts(any_engine, ALL, {}, PublicRevenue.counted)
    assert (found.height, visitors) == (3, 3)


def test_of_nothing_nobody_was_seen(any_engine: Engine) -> None:
    assert n_visitors(any_engine) == 0


@pytest.mark.parametrize("hidden", [{"is_bot": True}, {"is_internal": True}])
def test_bots_and_the_shops_own_people_are_no_visitors(any_engine: Engine, hidden: dict[str, bool]) -> None:
    store(any_engine, "conversions", {"visitor_id": "a", **hidden}, {"visitor_id": "b", "cancelled_at": NOON})
    store(any_engine, "journey_events", {"visitor_id": "c", **hidden})
    assert n_visitors(any_engine) == 0


def test_who_only_claimed_a_purchase_is_seen_only_where_claims_count(any_engine: Engine) -> None:
    store(any_engine, "conversions", {"visitor_id": "a"}, {"visitor_id": "b", "confirmed_at": NOON})
    assert n_visitors(any_engine) == 2
    assert n_visitors(any_engine, public_revenue="confirmed_only") == 1


def test_the_filters_hold_for_what_was_bought_and_for_what_was_seen(any_engine: Engine) -> None:
    ways = list(product(["w1", "w2"], ["camp_1", None], [("meta", "fb"), ("google", "google"), ("direct", None)]))
    told = [
        (f"v{number}", {"website_id": website, "ad_campaign_id": campaign}, platform, source)
        for number, (website, campaign, (platform, source)) in enumerate(ways)
    ]
    store(any_engine, "conversions", *({"visitor_id": who, "platform": p} | of for who, of, p, _ in told[:6]))
    store(any_engine, "journey_events", *({"visitor_id": who, "utm_source": s} | of for who, of, _, s in told[3:]))
    for website, campaign, platform in product(["w1", None], ["camp_1", None], ["meta", "google", "direct", None]):
        expected = sum(
            website in (None, of["website_id"]) and campaign in (None, of["ad_campaign_id"]) and platform in (None, p)
            for _, of, p, _ in told
        )
        given = {"website_id": website, "ad_campaign_id": campaign, "platform": platform}
        assert n_visitors(any_engine, **given) == expected, given


def test_only_what_happened_in_the_period_is_seen(any_engine: Engine) -> None:
    store(any_engine, "conversions", *({"visitor_id": f"v{n}", "converted_at": NOON + n * DAY} for n in range(3)))
    store(any_engine, "journey_events", *({"visitor_id": f"v{n}", "occurred_at": NOON + n * DAY} for n in range(4)))
    assert n_visitors(any_engine, Period(NOON + DAY, NOON + 3 * DAY)) == 2
    assert n_visitors(any_engine, Period()) == 4
