"""What the token reaches: accounts and pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.demo import graph_page_faults as page_faults
from tests.sync.synced import NOON, Synced, an_account, small, synced

ACCOUNTS = (("act_100", "INR", "Asia/Kolkata"), ("act_200", "JPY", "Asia/Tokyo"))


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine, small(accounts=ACCOUNTS)) as made:
        yield made


def accounts(meta: Synced) -> list[tuple[str, ...]]:
    return meta.rows("ad_accounts", "platform_account_id", "currency", "timezone", "status")


def test_accounts_are_kept_with_their_currency_and_zone_and_what_they_have_spent(meta: Synced) -> None:
    meta.sync(only=[Stream.posts])
    assert accounts(meta) == [("100", "INR", "Asia/Kolkata", "ACTIVE"), ("200", "JPY", "Asia/Tokyo", "ACTIVE")]
    data = meta.server.data
    spent = [int(data.delivery(number, "campaign").figures["spend"].sum()) for number in ("act_100", "act_200")]
    assert meta.rows("ad_accounts", "amount_spent_minor") == sorted([(minor,) for minor in spent], key=repr)


def test_an_account_that_is_known_keeps_its_id_and_what_is_left_out(meta: Synced) -> None:
    an_account(meta.engine, "100", "INR")
    meta.server.arm(page_faults.OmittedFields(where="adaccounts", fields=("name", "currency", "timezone_name")))
    meta.sync(only=[Stream.posts], accounts=["100"])
    kept = meta.rows("ad_accounts", "id", "name", "timezone", "created_at")
    assert kept == [("acct_100", "Account 100", "Asia/Kolkata", NOON)]


def test_an_account_whose_currency_nobody_tells_is_in_quarantine_and_the_others_are_read(meta: Synced) -> None:
    meta.server.data.accounts["act_200"].currency = "XYZ"
    meta.sync()
    assert [number for number, *_ in accounts(meta)] == ["100"]
    row = meta.stream(Stream.accounts, "meta")
    assert (row.status, row.n_quarantined) == (StreamStatus.partial, 1)
    assert "account 200: 'XYZ' is not an ISO 4217 currency code" in meta.rows("quarantined_rows", "reason")[0][0]
    assert meta.is_the_truth("act_100")


def test_one_that_the_settings_name_and_the_token_does_not_reach_is_told(meta: Synced) -> None:
    settings = meta.settings.model_copy(update={"meta_ad_accounts": "act_200, 300", "meta_page_ids": "55"})
    meta.sync(settings=settings)
    assert [number for number, *_ in accounts(meta)] == ["200"]
    message = meta.stream(Stream.accounts, "meta").message or ""
    assert "does not reach the ad account 300" in message
    assert "does not reach the page 55" in message


def test_without_the_permission_for_pages_the_accounts_are_read_all_the_same(meta: Synced) -> None:
    meta.server.arm(faults.PermissionMissing(where="accounts", permission="pages_show_list"))
    meta.sync()
    row = meta.stream(Stream.accounts, "meta")
    assert row.status == StreamStatus.partial
    assert "pages_show_list" in (row.message or "")
    assert meta.is_the_truth("act_100")


def test_a_page_without_a_token_of_its_own_is_told(meta: Synced) -> None:
    meta.server.arm(page_faults.OmittedFields(where="accounts", fields=("access_token",)))
    meta.sync(only=[Stream.posts])
    assert "but not its leads and posts" in (meta.stream(Stream.accounts, "meta").message or "")
    assert meta.rows("social_pages", "id") == []
