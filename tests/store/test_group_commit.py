"""Rows of many callers, written together and answered after the commit."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text

from adplanning.core.errors import StoreUnavailable
from adplanning.store.group_commit import GroupCommit
from adplanning.store.session import write_transaction


@pytest.fixture
def noted(engine: Engine) -> Engine:
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE notes (word TEXT PRIMARY KEY)"))
    return engine


def write_notes(connection: Connection, words: Sequence[str]) -> list[str]:
    connection.exec_driver_sql("INSERT INTO notes VALUES (?)", [(word,) for word in words])
    return [word.upper() for word in words]


@contextmanager
def started(commits: GroupCommit[str, str]) -> Iterator[GroupCommit[str, str]]:
    commits.start()
    try:
        yield commits
    finally:
        commits.stop()


def notes(engine: Engine) -> set[str]:
    with sqlite3.connect(str(engine.url.database)) as other:
        return {word for (word,) in other.execute("SELECT word FROM notes")}


class Gate:
    """Holds the writer in its first transaction, so that what comes meanwhile has to gather."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.entered, self.opened = threading.Event(), threading.Event()

    def write(self, connection: Connection, words: Sequence[str]) -> list[str]:
        self.groups.append(list(words))
        self.entered.set()
        self.opened.wait()
        return write_notes(connection, words)


def test_rows_are_stored_when_their_caller_is_answered(noted: Engine) -> None:
    async def submit() -> None:
        assert await commits.submit(["b", "a"]) == ["B", "A"]
        assert notes(noted) == {"a", "b"}

    with started(GroupCommit(noted, write_notes)) as commits:
        asyncio.run(submit())


def test_what_gathers_during_a_commit_shares_the_next_one_and_everybody_gets_their_own_results(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> None:
        first = commits.submit(["first"])
        await asyncio.to_thread(gate.entered.wait)
        others = [commits.submit([f"{n}a", f"{n}b"]) for n in range(5)]
        gate.opened.set()
        assert await first == ["FIRST"]
        assert await asyncio.gather(*others) == [[f"{n}A", f"{n}B"] for n in range(5)]

    with started(GroupCommit(noted, gate.write)) as commits:
        asyncio.run(submit())
    assert [len(group) for group in gate.groups] == [1, 10]


def test_one_transaction_takes_no_more_rows_than_allowed_but_never_splits_a_submission(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> None:
        first = commits.submit(["first"])
        await asyncio.to_thread(gate.entered.wait)
        others = [commits.submit(list(words)) for words in ("ab", "cd", "efghij", "k")]
        gate.opened.set()
        await asyncio.gather(first, *others)

    with started(GroupCommit(noted, gate.write, max_group=4)) as commits:
        asyncio.run(submit())
    assert ["".join(group) for group in gate.groups] == ["first", "abcd", "efghij", "k"]


def test_rows_that_cannot_be_stored_fail_only_their_own_caller(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> list[object]:
        first = commits.submit(["first"])
        await asyncio.to_thread(gate.entered.wait)
        others = [commits.submit([word]) for word in ("a", "b", "first", "c", "d")]
        gate.opened.set()
        return list(await asyncio.gather(first, *others, return_exceptions=True))

    with started(GroupCommit(noted, gate.write)) as commits:
        outcomes = asyncio.run(submit())
    assert [outcome if isinstance(outcome, list) else type(outcome).__name__ for outcome in outcomes] == [
        ["FIRST"], ["A"], ["B"], "IntegrityError", ["C"], ["D"],
    ]  # fmt: skip
    assert notes(noted) == {"first", "a", "b", "c", "d"}


def test_a_full_queue_refuses_at_once(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> None:
        first = commits.submit(["first"])
        await asyncio.to_thread(gate.entered.wait)
        waiting = commits.submit(["a", "b"])
        with pytest.raises(StoreUnavailable, match="2 rows are waiting"):
            commits.submit(["c", "d"])
        gate.opened.set()
        await asyncio.gather(first, waiting)
        assert await commits.submit(["c", "d"]) == ["C", "D"]

    with started(GroupCommit(noted, gate.write, max_queue=3)) as commits:
        asyncio.run(submit())


def test_stopping_stores_what_waits_and_takes_nothing_more(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> None:
        answers = [commits.submit(["first"])]
        await asyncio.to_thread(gate.entered.wait)
        answers += [commits.submit([word]) for word in "abc"]
        stopping = asyncio.create_task(asyncio.to_thread(commits.stop))
        gate.opened.set()
        await stopping
        assert await asyncio.gather(*answers) == [["FIRST"], ["A"], ["B"], ["C"]]
        with pytest.raises(StoreUnavailable, match="stopping"):
            commits.submit(["late"])

    commits = GroupCommit(noted, gate.write)
    commits.start()
    asyncio.run(submit())
    assert notes(noted) == {"first", "a", "b", "c"}


def test_a_caller_that_no_longer_waits_harms_nobody(noted: Engine) -> None:
    gate = Gate()

    async def submit() -> None:
        first = commits.submit(["first"])
        await asyncio.to_thread(gate.entered.wait)
        gone, other = commits.submit(["gone"]), commits.submit(["other"])
        gone.cancel()
        gate.opened.set()
        assert await asyncio.gather(first, other) == [["FIRST"], ["OTHER"]]

    with started(GroupCommit(noted, gate.write)) as commits:
        asyncio.run(submit())


def test_an_event_loop_that_is_gone_harms_nobody(noted: Engine, caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate()

    async def leave() -> None:
        commits.submit(["left"])
        await asyncio.to_thread(gate.entered.wait)

    async def submit() -> list[str]:
        return list(await commits.submit(["after"]))

    with started(GroupCommit(noted, gate.write)) as commits:
        asyncio.run(leave())
        gate.opened.set()
        assert asyncio.run(submit()) == ["AFTER"]
    assert notes(noted) == {"left", "after"}
    assert "1 callers went away" in caplog.text


def test_a_lock_that_outlasts_the_patience_fails_all_who_wait_and_the_next_ones_are_stored(noted: Engine) -> None:
    with noted.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=200")
        # The pool has this one connection, and gives it to the writer.
    locker = sqlite3.connect(str(noted.url.database), isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")

    async def submit() -> None:
        outcomes = await asyncio.gather(*[commits.submit([word]) for word in "abc"], return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
        locker.execute("ROLLBACK")
        assert await commits.submit(["d"]) == ["D"]

    with started(GroupCommit(noted, write_notes)) as commits:
        asyncio.run(submit())
    locker.close()
    assert notes(noted) == {"d"}


def test_a_short_lock_is_waited_for(noted: Engine) -> None:
    locker = sqlite3.connect(str(noted.url.database), isolation_level=None, check_same_thread=False)
    locker.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.5, lambda: locker.execute("ROLLBACK"))

    async def submit() -> None:
        release.start()
        assert await commits.submit(["a"]) == ["A"]

    with started(GroupCommit(noted, write_notes)) as commits:
        asyncio.run(submit())
    release.join()
    locker.close()
