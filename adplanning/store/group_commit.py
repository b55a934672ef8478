"""Many small writes, one transaction: each is answered only after the commit that holds it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from adplanning.core.errors import StoreUnavailable
from adplanning.store.session import write_transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
_Answer = asyncio.Future[Any]
_Tell = Callable[[_Answer, Any], None]


class _Submission(NamedTuple):
    """Rows that one caller waits for."""

    rows: Sequence[Any]
    answer: asyncio.Future[Sequence[Any]]
    loop: asyncio.AbstractEventLoop


class GroupCommit(Generic[T, R]):
    """One thread that writes what has gathered since its last commit, all in one transaction.

    Parameters
    ----------
    engine : the store.
    write : writes rows inside a transaction and answers one result a row, in their order. It may be called again with
        a part of the same rows after a failed transaction.
    max_queue : how many rows may wait; beyond it a submission is refused at once.
    max_group : how many rows one transaction takes; bounds how long other writers wait.
    """

    def __init__(
        self,
        engine: Engine,
        write: Callable[[Connection, Sequence[T]], Sequence[R]],
        *,
        max_queue: int = 50_000,
        max_group: int = 5_000,
    ) -> None:
        self._engine = engine
        self._write = write
        self._max_queue = max_queue
        self._max_group = max_group
        self._queue: deque[_Submission] = deque()
        self._n_waiting = 0
        self._changed = threading.Condition()
        self._stopping = True
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def submit(self, rows: Sequence[T]) -> asyncio.Future[Sequence[R]]:
        """Queue rows, from within an event loop; the future has their results once they are committed, all or none.

        Raises
        ------
        StoreUnavailable : too many rows wait already, or the writer has stopped. The future raises it when the
            database is lost, locked or full; nothing of these rows was stored then.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[R]] = loop.create_future()
        with self._changed:
            if self._stopping:
                raise StoreUnavailable("this server is stopping and stores nothing any more; try again shortly")
            if self._n_waiting and self._n_waiting + len(rows) > self._max_queue:
                raise StoreUnavailable(f"{self._n_waiting} rows are waiting to be stored already; try again shortly")
            self._queue.append(_Submission(rows, answer, loop))
            self._n_waiting += len(rows)
            self._changed.notify()
        return answer

    def _run(self) -> None:
        while group := self._next_group():
            self._commit(group)

    def _next_group(self) -> list[_Submission]:
        with self._changed:
            while not self._queue and not self._stopping:
                self._changed.wait()
            group: list[_Submission] = []
            n_rows = 0
            while self._queue and (not group or n_rows + len(self._queue[0].rows) <= self._max_group):
                submission = self._queue.popleft()
                n_rows += len(submission.rows)
                group.append(submission)
            self._n_waiting -= n_rows
            return group

    def _commit(self, group: list[_Submission]) -> None:
        rows = [row for submission in group for row in submission.rows]
        try:
            with write_transaction(self._engine) as connection:
                results = self._write(connection, rows)
        except StoreUnavailable as fault:
            # Those behind would only wait for the same again, each group as long as this one did.
            _fail([*group, *self._all_waiting()], fault)
        except Exception as fault:  # noqa: BLE001  whatever is wrong with one's rows must not end the thread for all
            self._commit_apart(group, fault)
        else:
            _resolve(group, results)

    def _commit_apart(self, group: list[_Submission], fault: Exception) -> None:
        """Halve a group until what is wrong stands alone, so that it fails nobody else."""
        if len(group) == 1:
            log.error("rows that could not be stored", exc_info=fault)
            _fail(group, fault)
        else:
            middle = len(group) // 2
            self._commit(group[:middle])
            self._commit(group[middle:])

    def _all_waiting(self) -> list[_Submission]:
        with self._changed:
            waiting = list(self._queue)
            self._queue.clear()
            self._n_waiting = 0
            return waiting


def _resolve(group: list[_Submission], results: Sequence[Any]) -> None:
    answers: list[tuple[_Submission, Any]] = []
    start = 0
    for submission in group:
        end = start + len(submission.rows)
        answers.append((submission, results[start:end]))
        start = end
    _tell(answers, asyncio.Future.set_result)


def _fail(group: list[_Submission], fault: Exception) -> None:
    _tell([(submission, fault) for submission in group], asyncio.Future.set_exception)


def _tell(answers: list[tuple[_Submission, Any]], tell: _Tell) -> None:
    """Wake each event loop once for all of its futures."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Answer, Any]]] = {}
    for submission, outcome in answers:
        by_loop.setdefault(submission.loop, []).append((submission.answer, outcome))
    for loop, outcomes in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell_all, outcomes, tell)
        except RuntimeError:
            log.warning("%d callers went away before their rows were stored", len(outcomes))


def _tell_all(outcomes: list[tuple[_Answer, Any]], tell: _Tell) -> None:
    for future, outcome in outcomes:
        if not future.done():
            tell(future, outcome)
