"""One synchronisation of an account at a time."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict
from adplanning.store.session import write_transaction
from adplanning.sync.leases import LEASE, Lease, lease

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def renew(engine: Engine, held: Lease) -> None:
    with write_transaction(engine) as connection:
        held.renew(connection)


def test_a_second_one_of_the_same_account_is_told_until_when_and_another_account_is_free(any_engine: Engine) -> None:
    with lease(any_engine, "100", now=lambda: NOW):
        with (
            pytest.raises(Conflict, match=r"account 100 is being synchronised already.*2026-11-21T12:10"),
            lease(any_engine, "100", now=lambda: NOW),
        ):
            pass
        with lease(any_engine, "200", now=lambda: NOW):
            pass


def test_it_is_free_again_at_the_end_and_after_a_fault(any_engine: Engine) -> None:
    with contextlib.suppress(ValueError), lease(any_engine, "100", now=lambda: NOW):
        raise ValueError
    with lease(any_engine, "100", now=lambda: NOW):
        pass


def test_one_that_has_died_is_taken_over_and_cannot_write_any_more(any_engine: Engine) -> None:
    clock = [NOW]
    with lease(any_engine, "100", now=lambda: clock[0]) as dead:
        clock[0] += LEASE
        with lease(any_engine, "100", now=lambda: clock[0]) as alive:
            renew(any_engine, alive)
            with pytest.raises(Conflict, match="has taken over"):
                renew(any_engine, dead)


def test_it_lasts_as_long_as_it_is_renewed(any_engine: Engine) -> None:
    clock = [NOW]
    with lease(any_engine, "100", now=lambda: clock[0]) as held:
        for _ in range(3):
            clock[0] += LEASE - timedelta(seconds=1)
            renew(any_engine, held)
        with pytest.raises(Conflict), lease(any_engine, "100", now=lambda: clock[0]):
            pass
