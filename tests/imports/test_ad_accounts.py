"""Which ad account a row belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from adplanning.core.names import name_key
from adplanning.core.vocabulary import RemoteState
from adplanning.meta_ads.ad_objects import CAMPAIGN, object_rows
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.sync.objects import store_objects
from tests.imports.conftest import NOW, Take
from tests.sync.synced import an_account

Rows = Callable[..., list[Any]]
Known = Callable[..., None]
ACCOUNTS = ("platform_account_id", "name")
META = "Campaign name,Day,Amount spent (INR)"


@pytest.fixture
def known(engine: Engine) -> Known:
    """An account as a synchronisation stores it: `known("123", "Shop", Brand="77")`."""

    def store(number: str, name: str, currency: str = "INR", **campaigns: str) -> None:
        account = {"id": f"acct_{number}", "platform": "meta", "platform_account_id": number, "name": name}
        with write_transaction(engine) as connection:
            connection.execute(
                insert(TABLES["ad_accounts"]), account | {"currency": currency, "timezone": "UTC", "created_at": NOW}
            )
            for title, platform_id in campaigns.items():
                campaign = {"id": f"camp_{platform_id}", "ad_account_id": account["id"], "name": title}
                connection.execute(
                    insert(TABLES["campaigns"]),
                    campaign
                    | {"name_key": name_key(title), "platform_campaign_id": platform_id, "status": "ACTIVE"}
                    | {"created_at": NOW, "updated_at": NOW, "remote_state": "present"},
                )

    return store


@pytest.fixture
def spent(engine: Engine) -> Callable[[], list[tuple[str, str, int]]]:
    """Account, campaign and amount of each day."""

    def of() -> list[tuple[str, str, int]]:
        accounts, campaigns, spend = TABLES["ad_accounts"], TABLES["campaigns"], TABLES["daily_spend"]
        query = (
            select(accounts.c.platform_account_id, campaigns.c.name, spend.c.spend_minor)
            .join_from(spend, campaigns, spend.c.campaign_id == campaigns.c.id)
            .join(accounts)
        )
        with engine.connect() as connection:
            return sorted(tuple(row) for row in connection.execute(query))

    return of


Spent = Callable[[], list[tuple[str, str, int]]]


def test_a_file_that_tells_no_account_is_of_the_only_one_that_there_is(take: Take, known: Known, spent: Spent) -> None:
    known("123", "Shop", Brand="77")
    take("meta-export", META, "brand,2026-01-01,5", "New,2026-01-01,7")
    assert spent() == [("123", "Brand", 500), ("123", "New", 700)]


def test_without_any_account_the_shops_own_is_made(take: Take, rows: Rows) -> None:
    take("meta-export", META, "c,2026-01-01,5")
    take("meta-export", META, "d,2026-01-01,5")
    assert rows("ad_accounts", *ACCOUNTS) == [("imported", "imported")]


def test_of_two_accounts_it_is_the_one_that_has_the_campaigns(take: Take, known: Known, spent: Spent) -> None:
    known("1", "One", Brand="77")
    known("2", "Two", Summer="88")
    take("meta-export", META, "Summer,2026-01-01,5", "New,2026-01-01,7")
    assert spent() == [("2", "New", 700), ("2", "Summer", 500)]


def test_the_platforms_id_decides_before_the_name(take: Take, known: Known, spent: Spent) -> None:
    known("1", "One", Brand="77")
    known("2", "Two", Summer="88")
    take("meta-export", "Campaign name,Campaign ID,Day,Amount spent (INR)", "Brand,88,2026-01-01,5")
    assert [(account, amount) for account, _, amount in spent()] == [("2", 500)]


def test_each_campaign_goes_where_it_is_known_and_a_new_one_to_neither(take: Take, known: Known, spent: Spent) -> None:
    known("1", "One", Brand="77", Both="78")
    known("2", "Two", Summer="88", both="89")
    take("meta-export", META, *(f"{name},2026-01-01,5" for name in ("Brand", "Summer", "Both", "New")))
    assert spent() == [("1", "Brand", 500), ("2", "Summer", 500), ("imported", "Both", 500), ("imported", "New", 500)]


def test_a_file_in_another_currency_is_not_of_that_account(take: Take, known: Known, spent: Spent) -> None:
    known("123", "Shop", "USD")
    take("meta-export", META, "c,2026-01-01,5")
    assert spent() == [("imported", "c", 500)]


def test_an_account_is_known_by_its_name_or_its_number(take: Take, known: Known, spent: Spent) -> None:
    known("123", "Shop")
    known("456", "Other", c="99")
    take("meta-export", "Account name," + META, "shop,c,2026-01-01,5")
    take("meta-export", "Account ID,Account name," + META, "act_456,Shop,c,2026-01-01,7")
    take("meta-export", "Account name," + META, "Third,c,2026-01-01,9")
    assert spent() == [("123", "c", 500), ("456", "c", 700), ("Third", "c", 900)]


def test_an_account_of_another_platform_is_none_of_these(take: Take, known: Known, spent: Spent) -> None:
    known("123", "Shop")
    take("google-export", "Campaign,Day,Cost,Impr.", "c,2026-01-01,5,1")
    assert spent() == [("imported", "c", 500)]


def test_a_file_taken_in_before_its_account_was_synchronised_is_not_doubled(
    engine: Engine, take: Take, spent: Spent
) -> None:
    """The synchronisation adopts what it finds by name, and later files follow it there."""
    take("meta-export", META, "Brand,2026-01-01,5", "Old,2026-01-01,6")
    account = an_account(engine, "123")
    listed, _ = object_rows(CAMPAIGN, [{"id": "77", "name": "BRAND"}], "INR")
    with write_transaction(engine) as connection:
        store_objects(connection, account, CAMPAIGN, listed, remote_state=RemoteState.present, now=NOW)
    summary = take("meta-export", META, "Brand,2026-01-01,5", "Old,2026-01-01,6", "Brand,2026-01-02,7")
    assert (summary.stored, summary.duplicates) == (1, 2)
    take("meta-export", "Campaign ID," + META, "77,Brand,2026-01-02,8")
    assert spent() == [("123", "BRAND", 500), ("123", "BRAND", 800), ("imported", "Old", 600)]


def test_a_campaign_that_was_renamed_is_found_by_the_name_that_it_had(take: Take, known: Known, spent: Spent) -> None:
    known("1", "One", Brand="77")
    known("2", "Two")
    take("meta-export", "Campaign ID," + META, "77,Brand new,2026-01-01,5")
    take("meta-export", META, "Brand,2026-01-02,6")
    assert spent() == [("1", "Brand new", 500), ("1", "Brand new", 600)]
