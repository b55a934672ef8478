"""Campaigns, ad sets and ads: found, adopted, changed, missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from adplanning.core.vocabulary import RemoteState
from adplanning.meta_ads.ad_objects import AD, AD_SET, CAMPAIGN, Kind, object_rows
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.sync.accounts import Account
from adplanning.sync.objects import mark_missing, object_ids, store_objects
from tests.sync.synced import NOON, an_account


@pytest.fixture
def account(any_engine: Engine) -> Account:
    return an_account(any_engine)


def take(engine: Engine, account: Account, kind: Kind, *told: dict[str, Any], days_later: int = 0) -> int:
    rows, rejects = object_rows(kind, told, account.currency)
    assert rejects == []
    with write_transaction(engine) as connection:
        return store_objects(
            connection,
            account,
            kind,
            rows,
            remote_state=RemoteState.present,
            now=NOON + timedelta(days=days_later),
        )


def rows(engine: Engine, table: str, *columns: str) -> list[tuple[Any, ...]]:
    with reading(engine) as session:
        query = select(*(TABLES[table].c[name] for name in columns))
        return sorted((tuple(row) for row in session.execute(query)), key=repr)


def put(engine: Engine, table: str, **values: Any) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]).values(values))


def put_campaign(engine: Engine, account_id: str, name: str, key: str, platform_id: str | None = None) -> None:
    put(
        engine,
        "campaigns",
        id=f"camp_{name}",
        ad_account_id=account_id,
        platform_campaign_id=platform_id,
        name=name,
        name_key=key,
        status="UNKNOWN",
        created_at=NOON,
        updated_at=NOON,
    )


def put_file_account(engine: Engine, number: str = "imported") -> str:
    put(
        engine,
        "ad_accounts",
        id="acct_file",
        platform="meta",
        platform_account_id=number,
        name="imported",
        currency="INR",
        timezone="UTC",
        created_at=NOON,
    )
    return "acct_file"


def tree(engine: Engine, account: Account) -> None:
    take(engine, account, CAMPAIGN, {"id": "17", "name": "Sale"}, {"id": "18", "name": "Brand"})
    take(engine, account, AD_SET, {"id": "27", "name": "Women", "campaign_id": "17"})
    take(engine, account, AD_SET, {"id": "28", "name": "Men", "campaign_id": "18"})
    take(engine, account, AD, {"id": "37", "name": "Video", "adset_id": "27"})


def changes(engine: Engine) -> list[tuple[Any, ...]]:
    return rows(engine, "ad_changes", "what", "before", "after")


def test_the_same_listing_twice_is_the_same_objects(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    before = [rows(any_engine, name, "id", "name") for name in ("campaigns", "ad_sets", "ads")]
    tree(any_engine, account)
    assert [rows(any_engine, name, "id", "name") for name in ("campaigns", "ad_sets", "ads")] == before
    assert [len(found) for found in before] == [2, 2, 1]
    assert changes(any_engine) == []


def test_a_renamed_campaign_stays_itself_and_its_former_name_is_kept(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "Monsoon"}, days_later=1)
    named = rows(any_engine, "campaigns", "platform_campaign_id", "name", "name_key", "updated_at")
    assert named == [("17", "Monsoon", "monsoon", NOON + timedelta(days=1)), ("18", "Brand", "brand", NOON)]
    assert rows(any_engine, "campaign_aliases", "name_key", "name", "decision") == [("sale", "Sale", "former_name")]
    assert changes(any_engine) == [("name", "Sale", "Monsoon")]


def test_what_people_said_about_a_former_name_stays(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    campaign = rows(any_engine, "campaigns", "platform_campaign_id", "id")[0][1]
    put(
        any_engine,
        "campaign_aliases",
        name_key="sale",
        campaign_id=campaign,
        decision="refused",
        name="Sale",
        decided_at=NOON,
    )
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "Monsoon"})
    assert rows(any_engine, "campaign_aliases", "name_key", "decision") == [("sale", "refused")]


def test_another_spelling_is_no_former_name(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "SALE"})
    assert rows(any_engine, "campaign_aliases", "name") == []
    assert changes(any_engine) == [("name", "Sale", "SALE")]


def test_an_ad_that_moved_is_the_same_ad_elsewhere(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    sets = dict(rows(any_engine, "ad_sets", "platform_ad_set_id", "id"))
    ad = rows(any_engine, "ads", "id")
    take(any_engine, account, AD, {"id": "37", "adset_id": "28"})
    assert rows(any_engine, "ads", "id") == ad
    assert rows(any_engine, "ads", "name", "ad_set_id") == [("Video", sets["28"])]
    assert changes(any_engine) == [("ad_set", sets["27"], sets["28"])]


def test_a_field_that_is_left_out_changes_nothing(any_engine: Engine, account: Account) -> None:
    whole = {"id": "17", "name": "Sale", "status": "ACTIVE", "objective": "OUTCOME_SALES", "daily_budget": "5000"}
    take(any_engine, account, CAMPAIGN, whole)
    take(any_engine, account, CAMPAIGN, {"id": "17"})
    known = rows(any_engine, "campaigns", "name", "status", "objective", "daily_budget_minor")
    assert known == [("Sale", "ACTIVE", "OUTCOME_SALES", 5000)]
    assert changes(any_engine) == []


def test_a_new_status_and_budget_are_kept_with_what_they_were(any_engine: Engine, account: Account) -> None:
    told = {"id": "17", "name": "Sale", "status": "ACTIVE", "daily_budget": "5000", "lifetime_budget": "0"}
    take(any_engine, account, CAMPAIGN, told)
    take(
        any_engine,
        account,
        CAMPAIGN,
        told | {"status": "PAUSED", "daily_budget": "0", "lifetime_budget": "123450"},
    )
    assert rows(any_engine, "campaigns", "daily_budget_minor", "lifetime_budget_minor") == [(None, 123450)]
    assert changes(any_engine) == [
        ("daily_budget", "50.0 INR", None),
        ("lifetime_budget", None, "1234.5 INR"),
        ("status", "ACTIVE", "PAUSED"),
    ]


def test_a_campaign_without_a_name_is_called_by_its_number(any_engine: Engine, account: Account) -> None:
    take(any_engine, account, CAMPAIGN, {"id": "17"})
    assert rows(any_engine, "campaigns", "name", "name_key", "status") == [("17", "17", "UNKNOWN")]


def test_what_only_a_file_has_told_of_is_adopted_with_all_below_it(any_engine: Engine, account: Account) -> None:
    put_campaign(any_engine, put_file_account(any_engine), "summer_sale", "summer-sale")
    put(any_engine, "ad_sets", id="adset_file", campaign_id="camp_summer_sale", name="Women", created_at=NOON)
    put(any_engine, "ads", id="ad_file", ad_set_id="adset_file", name="Video", created_at=NOON)
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "Summer Sale"})
    take(any_engine, account, AD_SET, {"id": "27", "name": "Women", "campaign_id": "17"})
    take(any_engine, account, AD, {"id": "37", "name": "Video", "adset_id": "27"})
    adopted = rows(any_engine, "campaigns", "id", "ad_account_id", "platform_campaign_id", "name")
    assert adopted == [("camp_summer_sale", account.id, "17", "Summer Sale")]
    assert rows(any_engine, "ad_sets", "id", "platform_ad_set_id") == [("adset_file", "27")]
    assert rows(any_engine, "ads", "id", "platform_ad_id") == [("ad_file", "37")]
    assert changes(any_engine) == []


def test_a_campaign_that_a_file_has_numbered_is_adopted_by_its_number(any_engine: Engine, account: Account) -> None:
    put_campaign(any_engine, put_file_account(any_engine), "Old name", "old-name", "17")
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "New name"})
    assert rows(any_engine, "campaigns", "id", "ad_account_id", "name") == [("camp_Old name", account.id, "New name")]
    assert rows(any_engine, "campaign_aliases", "name") == [("Old name",)]


def test_a_campaign_of_another_account_of_metas_is_left_alone(any_engine: Engine, account: Account) -> None:
    put_campaign(any_engine, put_file_account(any_engine, "200"), "Sale", "sale")
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "Sale"})
    assert len(rows(any_engine, "campaigns", "id")) == 2


def test_of_two_campaigns_of_one_name_none_is_surely_the_one_of_the_file(any_engine: Engine, account: Account) -> None:
    put_campaign(any_engine, put_file_account(any_engine), "Sale", "sale")
    take(any_engine, account, CAMPAIGN, {"id": "17", "name": "Sale"}, {"id": "18", "name": "sale"})
    assert [key for _, key in rows(any_engine, "campaigns", "id", "platform_campaign_id")].count(None) == 1


def test_an_object_whose_parent_nobody_knows_is_left_out(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    assert take(any_engine, account, AD_SET, {"id": "29", "name": "Lost", "campaign_id": "99"}) == 0
    assert take(any_engine, account, AD_SET, {"id": "27", "name": "Women 2"}) == 1
    assert rows(any_engine, "ad_sets", "name") == [("Men",), ("Women 2",)]


def test_what_a_complete_listing_does_not_hold_is_missing_and_stays(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    with write_transaction(any_engine) as connection:
        mark_missing(connection, account, CAMPAIGN, ["17"])
    states = rows(any_engine, "campaigns", "platform_campaign_id", "remote_state")
    assert states == [("17", "present"), ("18", "missing")]
    take(any_engine, account, CAMPAIGN, {"id": "18"})
    assert rows(any_engine, "campaigns", "remote_state") == [("present",), ("present",)]


def test_each_kind_is_found_with_all_that_it_is_part_of(any_engine: Engine, account: Account) -> None:
    tree(any_engine, account)
    with reading(any_engine) as session:
        ads = object_ids(session.connection(), account, AD).row(0, named=True)
        campaigns = object_ids(session.connection(), account, CAMPAIGN)
    assert ads["platform_id"] == "37"
    assert None not in (ads["campaign_id"], ads["ad_set_id"], ads["ad_id"])
    assert sorted(campaigns["platform_id"]) == ["17", "18"]
    assert campaigns["ad_set_id"].null_count() == 2
