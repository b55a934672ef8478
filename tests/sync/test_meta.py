"""The whole synchronisation against the invented Graph API: what it comes to, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.sync.leases import lease
from adplanning.sync.meta import client_of
from tests.sync.synced import NOON, Synced, small, synced

TWO = (("act_100", "INR", "Asia/Kolkata"), ("act_200", "USD", "America/New_York"))


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        yield made


@pytest.fixture
def two(engine: Engine) -> Iterator[Synced]:
    """Two accounts; nothing here hangs on the database."""
    with synced(engine, small(accounts=TWO)) as made:
        yield made


def test_everything_that_was_delivered_is_stored_to_the_cent_and_twice_is_once(meta: Synced) -> None:
    assert meta.sync(only=()).status is StreamStatus.ok
    assert meta.is_the_truth()
    tables = ("daily_spend", "daily_actions", "campaigns", "ads", "leads", "social_posts", "ad_changes")
    before = [meta.rows(name, *(["object_id"] if name.startswith(("daily", "ad_ch")) else ["id"])) for name in tables]
    assert meta.sync(only=()).status is StreamStatus.ok
    assert before == [
        meta.rows(name, *(["object_id"] if name.startswith(("daily", "ad_ch")) else ["id"])) for name in tables
    ]


def test_the_outcome_tells_each_stream_and_the_share_grows_to_one(meta: Synced) -> None:
    outcome = meta.sync()
    assert [one.stream for one in outcome.streams] == [
        Stream.token,
        Stream.accounts,
        Stream.campaigns,
        Stream.ad_sets,
        Stream.ads,
        Stream.campaign_insights,
        Stream.ad_insights,
    ]
    assert outcome.in_words.startswith("7 of 7 streams read whole")
    shares = [share for _, share in meta.told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert "Account 100, ads: 7 of 20 days" in [words for words, _ in meta.told]


@pytest.mark.parametrize("currency", ["JPY", "HUF", "BHD", "USD"])
def test_money_is_exact_whatever_the_currency_calls_its_smallest_unit(engine: Engine, currency: str) -> None:
    with synced(engine, small(accounts=[("act_100", currency, "UTC")])) as meta:
        meta.sync()
        assert meta.is_the_truth()
        budgets = {"JPY": 5000, "HUF": 500000, "BHD": 50000, "USD": 5000}
        assert meta.rows("campaigns", "daily_budget_minor") == [(budgets[currency],), (None,)]


@pytest.mark.parametrize(("zone", "last"), [("Pacific/Auckland", 22), ("America/Los_Angeles", 21), ("UTC", 21)])
def test_today_is_the_day_of_the_accounts_own_calendar(engine: Engine, zone: str, last: int) -> None:
    with synced(engine, small(accounts=[("act_100", "INR", zone)])) as meta:
        meta.at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
        meta.sync()
        assert meta.stream(Stream.ad_insights).watermark_on == date(2026, 11, last)


def test_a_throttled_account_waits_with_its_watermark_where_it_was_and_the_others_go_on(two: Synced) -> None:
    two.server.arm(faults.Throttled(where="/act_100/insights", code=17, subcode=2446079, minutes=30, times=None))
    outcome = two.sync()
    assert outcome.status is StreamStatus.partial
    row = two.stream(Stream.campaign_insights)
    assert (row.status, row.fault, row.watermark_on) == (StreamStatus.throttled, StreamFault.throttled, None)
    assert row.resume_at is not None
    assert row.resume_at > two.at
    assert two.is_the_truth("act_200")
    n_calls = len(two.server.log)
    two.sync(only=[Stream.campaign_insights], accounts=["100"])
    assert [call.path for call in two.server.log[n_calls:] if "insights" in call.path] == []
    two.server.disarm()
    two.at = row.resume_at + timedelta(minutes=30)
    assert two.sync().status is StreamStatus.ok
    assert two.is_the_truth()


def test_a_limit_of_a_minute_is_waited_for(meta: Synced) -> None:
    meta.server.arm(faults.Throttled(where="ads", code=80004, minutes=1, times=2))
    assert meta.sync().status is StreamStatus.ok
    assert sum(meta.waited) >= 60
    assert len(meta.rows("ads", "id")) == 4


def test_a_token_that_ends_in_the_middle_stops_everything_and_what_was_committed_stays(two: Synced) -> None:
    two.server.arm(faults.TokenExpired(where="/act_100/insights", skip=3))
    outcome = two.sync()
    token = two.stream(Stream.token, "meta")
    assert (token.status, token.fault) == (StreamStatus.failed, StreamFault.needs_reauthorisation)
    assert "set ADPLANNING_META_ACCESS_TOKEN and restart" in (token.message or "")
    assert outcome.status is StreamStatus.partial
    row = two.stream(Stream.ad_insights)
    assert (row.status, row.fault) == (StreamStatus.failed, StreamFault.needs_reauthorisation)
    assert row.watermark_on is not None
    assert row.watermark_on < NOON.date()
    stored = two.stored_spend("act_100", "ad")
    truth = two.server.data.totals("act_100", "ad", date(2020, 1, 1), row.watermark_on)
    assert stored == truth.spend
    assert not [call for call in two.server.log if "act_200" in call.path]


def test_the_same_refused_token_is_not_tried_again_for_an_hour_but_another_one_is(meta: Synced) -> None:
    meta.server.arm(faults.TokenExpired())
    assert meta.sync().status is StreamStatus.failed
    n_calls = len(meta.server.log)
    meta.at += timedelta(minutes=59)
    assert meta.sync().status is StreamStatus.failed
    assert len(meta.server.log) == n_calls
    meta.server.disarm()
    meta.server.access_token = meta.token = "another-token"
    assert meta.sync().status is StreamStatus.ok
    meta.server.arm(faults.TokenExpired(times=1))
    meta.sync()
    meta.at += timedelta(minutes=61)
    assert meta.sync().status is StreamStatus.ok


def test_a_permission_that_lacks_for_leads_holds_nothing_else_back(meta: Synced) -> None:
    meta.server.arm(faults.PermissionMissing(where="leads"))
    outcome = meta.sync(only=())
    lacking = [(one.stream, one.status) for one in outcome.streams if one.status is not StreamStatus.ok]
    assert [stream for stream, _ in lacking] == [Stream.leads]
    assert "leads_retrieval" in outcome.in_words
    assert meta.is_the_truth()


def test_an_account_that_another_synchronisation_is_at_is_left_to_it(two: Synced) -> None:
    with lease(two.engine, "100", now=two.now):
        outcome = two.sync()
    told = [one.message for one in outcome.streams if one.owner == "Account 100"]
    assert len(told) == 1
    assert "is being synchronised already" in (told[0] or "")
    assert two.is_the_truth("act_200")
    assert two.stored_spend("act_100", "campaign") == 0


def test_only_what_is_asked_for_is_read(two: Synced) -> None:
    two.sync(only=[Stream.campaigns], accounts=["act_200"])
    paths = {call.path for call in two.server.log}
    assert "/v26.0/act_200/campaigns" in paths
    assert not [path for path in paths if "act_100" in path or "ads" in path.split("/") or "insights" in path]
    two.sync(include_insights=False)
    assert not [call for call in two.server.log if "insights" in call.path]


def test_without_a_token_nothing_is_called_and_the_setting_is_named() -> None:
    with pytest.raises(InvalidData, match="ADPLANNING_META_ACCESS_TOKEN"):
        client_of(Settings(_env_file=None), now=lambda: NOON)


def test_no_secret_is_kept(meta: Synced) -> None:
    meta.server.arm(faults.PermissionMissing(where="campaigns"))
    meta.sync(only=())
    kept: list[Any] = meta.rows("sync_streams", "message", "details")
    kept += meta.rows("social_pages", "id", "name")
    secrets = [meta.server.access_token, meta.server.app_secret]
    secrets += [page.access_token for page in meta.server.data.pages.values()]
    assert not [secret for secret in secrets if secret in str(kept)]
