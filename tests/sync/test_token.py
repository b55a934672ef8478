"""The access token: when it ends, and what to do then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.demo import graph_faults as faults
from adplanning.sync.token import REFUSED_FOR, is_refused
from tests.sync.synced import NOON, Synced, synced

NOTHING_ELSE = (Stream.posts,)


@pytest.fixture
def meta(any_engine: Engine) -> Iterator[Synced]:
    with synced(any_engine) as made:
        yield made


def test_a_token_that_lasts_is_fine_and_its_end_is_kept(meta: Synced) -> None:
    meta.server.data.token_expires_at = NOON + timedelta(days=30)
    meta.sync(only=NOTHING_ELSE)
    row = meta.stream(Stream.token, "meta")
    assert row.status == StreamStatus.ok
    assert (row.details or {})["expires_at"].startswith("2026-12-21")


def test_one_that_ends_within_a_week_is_told_before(meta: Synced) -> None:
    meta.server.data.token_expires_at = NOON + timedelta(days=7)
    meta.sync(only=NOTHING_ELSE)
    row = meta.stream(Stream.token, "meta")
    assert row.status == StreamStatus.partial
    assert "expires on 2026-11-28; before that, open Meta Business Suite" in (row.message or "")


def test_one_that_has_ended_is_told_with_its_day(meta: Synced) -> None:
    meta.server.data.token_expires_at = NOON + timedelta(days=1)
    meta.sync(only=NOTHING_ELSE)
    meta.at += timedelta(days=2)
    meta.server.arm(faults.TokenExpired(where="adaccounts"))
    meta.sync(only=NOTHING_ELSE)
    assert "expired on 2026-11-22" in (meta.stream(Stream.token, "meta").message or "")


def test_one_whose_end_meta_does_not_tell_is_used(meta: Synced) -> None:
    meta.server.arm(faults.PermissionMissing(where="debug_token"))
    meta.sync(only=NOTHING_ELSE)
    assert meta.stream(Stream.token, "meta").status == StreamStatus.ok


def test_a_refusal_is_of_this_token_and_for_a_while(meta: Synced) -> None:
    token, other = SecretStr(meta.server.access_token), SecretStr("another")
    assert not is_refused(meta.engine, token, NOON)
    meta.server.arm(faults.TokenExpired())
    meta.sync(only=NOTHING_ELSE)
    assert is_refused(meta.engine, token, NOON + REFUSED_FOR - timedelta(seconds=1))
    assert not is_refused(meta.engine, token, NOON + REFUSED_FOR)
    assert not is_refused(meta.engine, other, NOON)
    assert meta.server.access_token not in str(meta.stream(Stream.token, "meta").details)
