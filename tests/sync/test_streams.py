"""How a stream begins, ends and is kept."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.meta_ads.graph_errors import GraphError, NeedsReauthorisation, PermissionMissing, Throttled, Transient
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.syncing import QuarantinedRow, SyncStream
from adplanning.sync.streams import keep_watermark, quarantine, stream

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


def kept(engine: Engine, kind: Stream = Stream.leads) -> SyncStream:
    with reading(engine) as session:
        row = session.get_one(SyncStream, ("77", kind.value))
        session.expunge(row)
        return row


def ended_with(engine: Engine, fault: GraphError, *, n_stored: int = 0) -> SyncStream:
    with stream(engine, "77", Stream.leads, now=lambda: NOW) as run:
        run.n_stored = n_stored
        raise fault
    return kept(engine)


def test_a_stream_that_was_read_whole_is_ok_and_keeps_how_far_it_came(any_engine: Engine) -> None:
    with stream(any_engine, "77", Stream.leads, now=lambda: NOW) as run:
        assert kept(any_engine).status == StreamStatus.running
        run.n_read, run.n_stored, run.cursor_at, run.details = 3, 2, NOW, {"forms": 1}
    row = kept(any_engine)
    assert (row.status, row.fault, row.message) == (StreamStatus.ok, None, None)
    assert (row.n_read, row.n_stored, row.n_quarantined) == (3, 2, 0)
    assert (row.cursor_at, row.succeeded_at, row.details) == (NOW, NOW, {"forms": 1})
    with stream(any_engine, "77", Stream.leads, now=lambda: LATER) as run:
        assert (run.cursor_at, run.details, run.n_read) == (NOW, {"forms": 1}, 0)


def test_rows_in_quarantine_and_things_that_are_missing_make_it_partial(any_engine: Engine) -> None:
    with stream(any_engine, "77", Stream.leads, now=lambda: NOW) as run:
        run.n_quarantined = 1
        run.missing.append("the form 9 was not answered")
    row = kept(any_engine)
    assert (row.status, row.fault, row.succeeded_at) == (StreamStatus.partial, StreamFault.rows, None)
    assert "the form 9" in (row.message or "")
    assert "quarantine" in (row.message or "")


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Transient("it passes"), StreamFault.transient),
        (PermissionMissing("give it", ("ads_read",)), StreamFault.permission),
        (GraphError("no"), StreamFault.bad_request),
    ],
)
def test_what_meta_refuses_is_kept_and_goes_no_further(any_engine: Engine, fault: GraphError, word: str) -> None:
    row = ended_with(any_engine, fault)
    assert (row.status, row.fault, row.message) == (StreamStatus.failed, word, fault.message)
    assert ended_with(any_engine, fault, n_stored=5).status == StreamStatus.partial


def test_a_refused_token_is_kept_and_stops_the_others_too(any_engine: Engine) -> None:
    with pytest.raises(NeedsReauthorisation):
        ended_with(any_engine, NeedsReauthorisation("expired"), n_stored=5)
    row = kept(any_engine)
    assert (row.status, row.fault, row.n_stored) == (StreamStatus.failed, StreamFault.needs_reauthorisation, 5)


def test_a_throttled_stream_waits_for_its_instant_and_then_goes_on(any_engine: Engine) -> None:
    row = ended_with(any_engine, Throttled(LATER, "77"))
    assert (row.status, row.resume_at) == (StreamStatus.throttled, LATER)
    with stream(any_engine, "77", Stream.leads, now=lambda: LATER - timedelta(seconds=1)) as run:
        assert not run.is_due
    assert (kept(any_engine).status, kept(any_engine).resume_at) == (StreamStatus.throttled, LATER)
    with stream(any_engine, "77", Stream.leads, now=lambda: LATER) as run:
        assert run.is_due
    assert (kept(any_engine).status, kept(any_engine).resume_at) == (StreamStatus.ok, None)


def test_an_unforeseen_fault_is_raised_and_none_of_its_words_are_kept(any_engine: Engine) -> None:
    with (
        pytest.raises(ValueError, match="asha"),
        stream(any_engine, "77", Stream.leads, now=lambda: NOW),
    ):
        raise ValueError("asha@example.com")
    row = kept(any_engine)
    assert (row.status, row.fault, row.message) == (
        StreamStatus.failed,
        StreamFault.unexpected,
        "stopped by ValueError",
    )


def test_the_watermark_moves_with_the_transaction_that_stores_the_days(any_engine: Engine) -> None:
    with stream(any_engine, "77", Stream.ad_insights, now=lambda: NOW) as run:
        with contextlib.suppress(RuntimeError), write_transaction(any_engine) as connection:
            keep_watermark(connection, "77", Stream.ad_insights, date(2026, 11, 1))
            raise RuntimeError("the days could not be stored")
        assert kept(any_engine, Stream.ad_insights).watermark_on is None
        run.watermark_on = date(2026, 11, 2)
    assert kept(any_engine, Stream.ad_insights).watermark_on == date(2026, 11, 2)


def test_a_day_read_anew_replaces_its_rows_in_quarantine_and_no_others(any_engine: Engine) -> None:
    first, second = date(2026, 11, 1), date(2026, 11, 2)
    bad: dict[str, Any] = {"spend": "abc"}
    with write_transaction(any_engine) as connection:
        rejects = [(first, "a", bad), (second, "b", bad), (None, "c", bad)]
        quarantine(connection, "77", Stream.ad_insights, rejects, now=NOW)
        quarantine(connection, "78", Stream.ad_insights, rejects[:1], now=NOW)
        quarantine(connection, "77", Stream.ad_insights, [(first, "d", bad)], now=NOW, replacing=[first, None])
    with reading(any_engine) as session:
        rows = session.execute(select(QuarantinedRow.scope, QuarantinedRow.reason).order_by(QuarantinedRow.id)).all()
    assert [tuple(row) for row in rows] == [("77", "b"), ("78", "a"), ("77", "d")]
