"""Campaigns with their figures, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.periods import Period
from adplanning.meta_ads import service
from adplanning.meta_ads.figures import NO_FIGURES, CampaignTotals, Unconverted
from adplanning.meta_ads.queries import Filters
from adplanning.store.session import reading
from tests.meta_ads.conftest import Tell

UTC = ZoneInfo("UTC")
FIRST, SECOND, LATER = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)
MARCH = Period.of("2026-03-01", "2026-03-31", UTC)


@pytest.fixture
def shop(tell: Tell) -> None:
    """Two accounts; a is told by campaign, set and ads, b by ads alone, c by nobody, d in dollars."""
    tell(
        "ad_accounts",
        {"id": "acc", "platform_account_id": "1", "name": "Shop"},
        {"id": "usd", "platform_account_id": "2", "name": "Export", "currency": "USD", "platform": "google"},
    )
    tell(
        "campaigns",
        {"id": "a", "name": "Diwali Sale", "name_key": "diwali-sale", "daily_budget_minor": 500},
        {"id": "b", "name": "bedsheets", "name_key": "bedsheets", "effective_status": "PAUSED"},
        {"id": "c", "name": "Cotton 100%", "name_key": "cotton-100%", "platform_campaign_id": "777"},
        {"id": "d", "name": "Dollar", "name_key": "dollar", "ad_account_id": "usd", "status": "PAUSED"},
    )
    tell("ad_sets", *({"id": f"{c}s", "campaign_id": c, "name": f"Set {c}"} for c in "ab"))
    tell("ads", *({"id": f"{c}x{n}", "ad_set_id": f"{c}s", "name": f"Ad {n}"} for c in "ab" for n in (2, 1)))
    tell(
        "daily_spend",
        day("a", FIRST, 500, n_impressions=100, n_clicks=10, n_leads=2.0, n_reach=80),
        day("a", SECOND, 300, n_impressions=50, n_clicks=2),
        day("a", LATER, 9000),
        day("as", FIRST, 490, level="ad_set", campaign_id="a", ad_set_id="as"),
        day("ax1", FIRST, 470, level="ad", campaign_id="a", ad_set_id="as", ad_id="ax1"),
        day("bx1", FIRST, 1000, level="ad", campaign_id="b", ad_set_id="bs", ad_id="bx1", n_leads=1.0),
        day("bx2", FIRST, 200, level="ad", campaign_id="b", ad_set_id="bs", ad_id="bx2"),
        day("d", FIRST, 400, currency="USD", n_clicks=1),
    )


def day(object_id: str, on: date, spend_minor: int, **more: Any) -> dict[str, Any]:
    return {"object_id": object_id, "campaign_id": object_id, "on": on, "spend_minor": spend_minor, **more}


def listed(engine: Engine, filters: Filters | None = None, **options: Any) -> list[str]:
    asked = {"limit": 50, "offset": 0, "currency": "INR", "zone": UTC} | options
    period = asked.pop("period", MARCH)
    with reading(engine) as session:
        rows, _ = service.list_campaigns(engine, session, filters or {}, period, **asked)
        return [campaign.id for campaign, _, _ in rows]


def totals(engine: Engine, filters: Filters | None = None, period: Period | None = MARCH) -> CampaignTotals:
    return service.campaign_totals(engine, filters or {}, period, currency="INR", zone=UTC)


@pytest.mark.usefixtures("shop")
def test_each_campaign_stands_with_its_account_and_the_spend_of_the_period(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        rows, count = service.list_campaigns(
            any_engine, session, {}, MARCH, currency="INR", zone=UTC, limit=50, offset=0
        )
        found = [(campaign.id, account.name, figures.spend_minor) for campaign, account, figures in rows]
        assert rows[2][2] == NO_FIGURES, "a campaign that nobody told of is listed, with nothing"
    # a: 500 + 300 of the campaign, not its ads once more; b: 1000 + 200 of its ads; d has no rate from dollars.
    assert found == [("b", "Shop", 1200), ("a", "Shop", 800), ("c", "Shop", 0), ("d", "Export", None)]
    assert count == 4


@pytest.mark.usefixtures("shop")
def test_pages_follow_the_order_of_the_whole_list(any_engine: Engine) -> None:
    pages = [listed(any_engine, limit=1, offset=offset) for offset in range(5)]
    assert pages == [["b"], ["a"], ["c"], ["d"], []]


# In which order the campaigns come upwards and downwards.
ORDERS = {
    "spend": ("cabd", "bacd"),
    # Of a 2 leads, of b 1; of c and d nobody told.
    "leads": ("bacd", "abcd"),
    "cpc": ("abcd", "abcd"),
    # Texts as if A to Z were small; at equal values the later id leads downwards.
    "name": ("bcad", "dacb"),
    "status": ("acbd", "dbca"),
    "account": ("dabc", "cbad"),
    "daily_budget": ("abcd", "adcb"),
}


@pytest.mark.usefixtures("shop")
def test_a_list_is_sorted_by_any_column_with_the_unknown_last(any_engine: Engine) -> None:
    for sort, (ascending, descending) in ORDERS.items():
        assert "".join(listed(any_engine, sort=sort, descending=False)) == ascending, sort
        assert "".join(listed(any_engine, sort=sort, descending=True)) == descending, sort


CHOICES: list[tuple[Filters, str | None, str]] = [
    ({"ad_account_id": "usd"}, None, "d"),
    ({"platform": "google"}, None, "d"),
    ({"status": "paused"}, None, "bd"),
    ({"status": "ACTIVE", "platform": "meta"}, None, "ac"),
    ({"status": None}, "SALE", "a"),
    ({}, "100%", "c"),
    ({}, "777", "c"),
    ({}, "nowhere", ""),
]


@pytest.mark.usefixtures("shop")
def test_filters_and_search_hold_for_the_list_and_for_its_totals(any_engine: Engine) -> None:
    spend = {"a": 800, "b": 1200, "c": 0, "d": 0}
    for filters, search, expected in CHOICES:
        assert sorted(listed(any_engine, filters, search=search)) == list(expected)
        found = service.campaign_totals(any_engine, filters, MARCH, currency="INR", zone=UTC, search=search)
        assert (found.n_campaigns, found.spend_minor) == (len(expected), sum(spend[id_] for id_ in expected))


@pytest.mark.usefixtures("shop")
def test_totals_are_over_all_campaigns_and_name_what_has_no_rate(any_engine: Engine, tell: Tell) -> None:
    found = totals(any_engine)
    assert (found.spend_minor, found.n_campaigns) == (2000, 4)
    assert found.unconverted == (Unconverted("USD", 1, 400),)
    assert (found.figures.n_impressions, found.figures.n_clicks, found.figures.n_leads) == (150, 13, 3)
    tell("currency_rates", {"currency": "USD", "on": FIRST, "rate": 90.0})
    assert totals(any_engine).figures.spend_minor == 2000 + 36_000


@pytest.mark.usefixtures("shop")
def test_without_a_period_all_days_count(any_engine: Engine) -> None:
    assert totals(any_engine, {"id": "a"}, None).spend_minor == 500 + 300 + 9000


@pytest.mark.usefixtures("shop")
def test_reach_is_never_a_sum_of_days(any_engine: Engine) -> None:
    assert totals(any_engine, {"id": "a"}).n_reach is None
    assert totals(any_engine, {"id": "a"}, Period.of("2026-03-01", "2026-03-01", UTC)).n_reach == 80


@pytest.mark.usefixtures("shop")
def test_figures_of_several_days_count_where_all_of_them_are_asked_for(any_engine: Engine, tell: Tell) -> None:
    span = {"object_id": "c", "campaign_id": "c", "first_on": date(2026, 3, 10), "last_on": date(2026, 3, 20)}
    tell("period_spend", span | {"spend_minor": 70, "n_leads": 1.0})
    assert totals(any_engine, {"id": "c"}).spend_minor == 70
    assert totals(any_engine, {"id": "c"}, Period.of("2026-03-11", "2026-03-31", UTC)).spend_minor == 0
    days = service.daily_figures(any_engine, {"id": "c"}, MARCH, currency="INR", zone=UTC)
    assert days.is_empty(), "nobody knows on which day it was"


@pytest.mark.usefixtures("shop")
def test_days_are_told_once_and_in_order(any_engine: Engine) -> None:
    days = service.daily_figures(any_engine, {"ad_account_id": "acc"}, MARCH, currency="INR", zone=UTC)
    assert days.select("on", "spend_minor", "n_leads").rows() == [(FIRST, 1700, 3.0), (SECOND, 300, None)]
    assert days["spend_minor"].sum() == totals(any_engine, {"ad_account_id": "acc"}).spend_minor


@pytest.mark.usefixtures("shop")
def test_an_ad_set_tells_its_own_spend_else_that_of_its_ads(any_engine: Engine) -> None:
    def spent(campaign: str, level: str) -> dict[str, int | None]:
        parts = service.part_figures(any_engine, campaign, level, MARCH, currency="INR", zone=UTC)
        return {id_: figures.spend_minor for id_, figures in parts.items()}

    assert spent("a", "ad_set") == {"as": 490}
    assert spent("b", "ad_set") == {"bs": 1200}
    assert spent("a", "ad") == {"ax1": 470}
    assert spent("b", "ad") == {"bx1": 1000, "bx2": 200}
    with pytest.raises(InvalidData, match="level: unknown value 'campaign'"):
        spent("a", "campaign")


@pytest.mark.usefixtures("shop")
def test_the_parts_of_a_campaign_are_listed_by_name(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        assert [part.id for part in service.ad_sets_of(session, "a")] == ["as"]
        assert [part.id for part in service.ads_of(session, "a")] == ["ax1", "ax2"]
        assert service.account_of(session, service.find_campaign(session, "d")).id == "usd"


@pytest.mark.usefixtures("shop")
def test_what_is_not_there_is_said_in_words(any_engine: Engine) -> None:
    with reading(any_engine) as session, pytest.raises(NotFound, match="there is no campaign 'zz'"):
        service.find_campaign(session, "zz")
    with pytest.raises(InvalidData, match="sort: unknown value 'colour'"):
        listed(any_engine, sort="colour")
    with pytest.raises(InvalidData, match="filter: unknown value 'colour'"):
        listed(any_engine, {"colour": "red"})
