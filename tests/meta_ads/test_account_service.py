"""What ad accounts hold, page by page."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.meta_ads import account_service
from adplanning.store.session import reading
from tests.meta_ads.conftest import Tell

ZONE = ZoneInfo("UTC")


@pytest.fixture
def shop(tell: Tell) -> None:
    tell(
        "ad_accounts",
        {"id": "acc", "platform_account_id": "act_1", "name": "Shop"},
        {"id": "yen", "platform_account_id": "2", "name": "Export", "currency": "JPY", "platform": "google"},
    )
    tell(
        "campaigns",
        {"id": "a", "name": "a", "name_key": "a"},
        {"id": "b", "name": "b", "name_key": "b", "ad_account_id": "yen"},
    )
    tell("ad_sets", {"id": "as", "campaign_id": "a", "name": "2", "status": "ACTIVE", "effective_status": "PAUSED"})
    tell("ad_sets", {"id": "bs", "campaign_id": "b", "name": "1", "status": "ACTIVE"})
    tell("ads", {"id": "ax", "ad_set_id": "as", "name": "x"}, {"id": "bx", "ad_set_id": "bs", "name": "y"})
    tell("daily_spend", *({"object_id": "a", "campaign_id": "a", "on": on, "spend_minor": 1} for on in DAYS))
    tell(
        "daily_spend",
        {"object_id": "bx", "campaign_id": "b", "on": DAYS[1], "spend_minor": 1, "level": "ad"},
    )


DAYS = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def ids(found: tuple[list[Any], int]) -> tuple[list[str], int]:
    return [row.id for row in found[0]], found[1]


@pytest.mark.usefixtures("shop")
def test_accounts_ad_sets_and_ads_are_listed_by_name(any_engine: Engine) -> None:
    page: dict[str, Any] = {"limit": 50, "offset": 0}
    with reading(any_engine) as session:
        assert ids(account_service.list_accounts(session, **page)) == (["yen", "acc"], 2)
        assert ids(account_service.list_accounts(session, **page, platform="meta")) == (["acc"], 1)
        sets, n = account_service.list_ad_sets(session, {}, **page)
        assert ([(row.id, currency) for row, currency in sets], n) == ([("bs", "JPY"), ("as", "INR")], 2)
        paused, n = account_service.list_ad_sets(session, {"status": "paused", "campaign_id": None}, **page)
        assert ([row.id for row, _ in paused], n) == (["as"], 1)
        assert ids(account_service.list_ads(session, {}, limit=1, offset=1)) == (["bx"], 2)
        assert ids(account_service.list_ads(session, {"campaign_id": "a"}, **page)) == (["ax"], 1)
        assert ids(account_service.list_ads(session, {"ad_set_id": "bs"}, **page)) == (["bx"], 1)


@pytest.mark.usefixtures("shop")
def test_days_are_listed_latest_first_within_the_period(any_engine: Engine) -> None:
    def days(filters: dict[str, str], period: Period) -> list[tuple[str, date]]:
        with reading(any_engine) as session:
            rows, n = account_service.list_days(session, filters, period, zone=ZONE, limit=50, offset=0)
            assert n == len(rows)
            return [(row.object_id, row.on) for row in rows]

    assert days({}, Period()) == [("a", DAYS[2]), ("bx", DAYS[1]), ("a", DAYS[1]), ("a", DAYS[0])]
    assert days({"level": "campaign"}, Period.of(DAYS[0], DAYS[1], ZONE)) == [("a", DAYS[1]), ("a", DAYS[0])]
    assert days({"ad_account_id": "yen"}, Period()) == [("bx", DAYS[1])]
    assert days({"campaign_id": "b", "object_id": "bx"}, Period()) == [("bx", DAYS[1])]


@pytest.mark.usefixtures("shop")
def test_an_account_is_named_by_our_id_or_by_metas(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        assert [account_service.account_number(session, given) for given in ("acc", "act_1", "1", "77")] == [
            "1", "1", "1", "77",
        ]  # fmt: skip
        with pytest.raises(InvalidData, match="ad_account_id: Export is an account of google, not of meta"):
            account_service.account_number(session, "yen")
        with pytest.raises(InvalidData, match="ad_account_id: 'shop' is no account of Meta's"):
            account_service.account_number(session, "shop")
