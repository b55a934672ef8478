"""One account: its streams one after the other, each for itself, and by one synchronisation at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict
from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.sync.accounts import Account
from adplanning.sync.ads import STREAMS, sync_account
from adplanning.sync.leases import LEASE, lease
from adplanning.sync.meta import client_of
from tests.sync.synced import UNTIL, Synced, an_account, synced


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        yield made


@pytest.fixture
def account(meta: Synced) -> Account:
    return an_account(meta.engine)


def test_what_one_stream_lacks_holds_the_next_ones_not_back(meta: Synced) -> None:
    meta.server.arm(faults.PermissionMissing(where="campaigns", permission="ads_read"))
    meta.sync()
    statuses = [meta.stream(stream).status for stream in STREAMS]
    assert statuses == [StreamStatus.failed, *[StreamStatus.ok] * 4]
    assert meta.is_the_truth()


def test_one_that_lost_its_account_to_another_writes_nothing_more(meta: Synced, account: Account) -> None:
    account = replace(account, since=UNTIL - timedelta(days=9))
    with ExitStack() as other, client_of(meta.settings, now=meta.now, sleep=meta.wait) as client:

        def told(words: str, _: float) -> None:
            if words.endswith("campaigns: 7 of 10 days"):
                meta.at += LEASE
                other.enter_context(lease(meta.engine, "100", now=meta.now))

        with pytest.raises(Conflict, match="has taken over"):
            sync_account(meta.engine, client, account, streams=STREAMS, now=meta.now, told=told)
        watermark_on = meta.stream(Stream.campaign_insights).watermark_on
        assert watermark_on == UNTIL - timedelta(days=3)
        assert {on for (on,) in meta.rows("daily_spend", "on")} == {UNTIL - timedelta(days=n) for n in range(3, 10)}
        assert not [call for call in meta.server.log if call.params.get("level") == "ad"]


def test_the_account_is_free_when_it_ends(meta: Synced) -> None:
    meta.sync()
    assert meta.rows("sync_leases", "scope") == []
