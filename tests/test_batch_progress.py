"""How far a run has come, as its row says."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adplanning.batch_lease import begin_run, end_run
from adplanning.batch_progress import EVERY_S, MAX_WORDS, ProgressNote, shown_words
from adplanning.core.errors import StoreUnavailable
from adplanning.core.texts import storable_text
from adplanning.store.session import reading
from adplanning.store.tables.operations import BatchRun

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def progress(engine: Engine) -> tuple[float | None, str | None]:
    with reading(engine) as session:
        run = session.get_one(BatchRun, "run_1")
        return run.progress_share, run.progress_words


def until(what: Callable[[], bool]) -> None:
    for _ in range(200):
        if what():
            return
        time.sleep(0.02)
    pytest.fail("waited four seconds in vain")


@pytest.fixture
def begun(any_engine: Engine) -> Engine:
    begin_run(any_engine, "run_1", "job", {}, now=NOON, lease_s=60)
    return any_engine


def test_what_is_told_stands_in_the_row_and_a_share_alone_keeps_the_words(begun: Engine) -> None:
    assert progress(begun) == (0.0, None)
    with ProgressNote(begun, "run_1") as note:
        note.tell(0.25, "reading orders")
        until(lambda: progress(begun) == (0.25, "reading orders"))
        note.tell(0.5)
        note.tell(0.5, "└────┘")
        until(lambda: progress(begun) == (0.5, "reading orders"))


def test_a_thousand_lines_are_few_writes_and_the_last_one_is_kept(
    begun: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_writes = 0
    write = ProgressNote._write

    def counted(note: ProgressNote) -> None:
        nonlocal n_writes
        n_writes += 1
        write(note)

    monkeypatch.setattr(ProgressNote, "_write", counted)
    with ProgressNote(begun, "run_1") as note:
        start = time.monotonic()
        for n in range(1000):
            note.tell(n / 1000, f"line {n}")
        until(lambda: progress(begun) == (0.999, "line 999"))
        assert n_writes <= 2 + (time.monotonic() - start) / EVERY_S


def test_a_store_that_is_busy_is_asked_again(begun: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter([True, True])
    write = ProgressNote._write

    def busy(note: ProgressNote) -> None:
        if next(refusals, False):
            raise StoreUnavailable("the database is busy")
        write(note)

    monkeypatch.setattr(ProgressNote, "_write", busy)
    monkeypatch.setattr("adplanning.batch_progress.EVERY_S", 0.02)
    with ProgressNote(begun, "run_1") as note:
        note.tell(0.5, "half way")
        until(lambda: progress(begun) == (0.5, "half way"))


@pytest.mark.parametrize(("status", "share"), [("succeeded", 1.0), ("failed", None)])
def test_at_the_end_the_share_is_whole_or_unknown_and_nothing_is_written_after(
    begun: Engine, status: str, share: float | None
) -> None:
    with ProgressNote(begun, "run_1") as note:
        note.tell(0.5, "half way")
        until(lambda: progress(begun)[0] == 0.5)
        end_run(begun, "run_1", status=status, message="done", output_path=None, now=NOON)
        note.tell(0.6, "too late")
        time.sleep(0.1)
    assert progress(begun) == (share, None)


@given(line=st.text(st.characters()))
def test_whatever_is_printed_its_words_fit_a_line_and_the_store(line: str) -> None:
    words = shown_words(line)
    assert words is None or (len(words) <= MAX_WORDS and "\n" not in words and storable_text(words))
