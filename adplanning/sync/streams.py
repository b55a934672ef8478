"""How the synchronisation of one kind of facts went, kept in one row, and the rows of it that nobody could read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, null, or_, select, update

from adplanning.core.errors import AdplanningError, StoreUnavailable
from adplanning.core.vocabulary import Stream, StreamFault, StreamStatus
from adplanning.meta_ads.graph_errors import (
    GraphError,
    NeedsReauthorisation,
    PermissionMissing,
    Throttled,
    Transient,
)
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

_STREAMS, _QUARANTINE = TABLES["sync_streams"], TABLES["quarantined_rows"]
_FAULTS: Mapping[type[GraphError], StreamFault] = {
    Throttled: StreamFault.throttled,
    Transient: StreamFault.transient,
    NeedsReauthorisation: StreamFault.needs_reauthorisation,
    PermissionMissing: StreamFault.permission,
}


@dataclass
class StreamRun:
    """What whoever reads a stream fills in; the watermark, the cursor and the details begin as they were kept.

    `is_due` is false while the platform has put the stream off: then nothing is to be called. `missing` says, in
    sentences, what could not be read although the rest was. `is_whole` is false where only a part was asked for: what
    was last read whole stays so.
    """

    is_due: bool = True
    is_whole: bool = True
    n_read: int = 0
    n_stored: int = 0
    n_quarantined: int = 0
    watermark_on: date | None = None
    cursor_at: datetime | None = None
    missing: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@contextmanager
def stream(engine: Engine, scope: str, stream: Stream, *, now: Callable[[], datetime]) -> Iterator[StreamRun]:
    """Begin a stream, hand out what to fill in, and keep how it ended.

    It ends as ok; partial when rows went to quarantine, something is missing, or a fault came after rows were stored;
    throttled until the instant the platform names; failed otherwise. What the platform refuses is kept and goes no
    further, except a token that is no longer good: that concerns every other stream too, so it is raised.

    Parameters
    ----------
    engine : the store.
    scope : the account's id without `act_`, the page's id, or "meta" for the token.
    stream : the kind of facts.
    now : the clock.

    Raises
    ------
    NeedsReauthorisation : the token is refused; kept too.

    Example
    -------
    ::

        with stream(engine, "100", Stream.campaigns, now=now) as run:
            if run.is_due:
                run.n_read = read_campaigns(...)
    """
    run = _begun(engine, scope, stream, now())
    if not run.is_due:
        yield run
        return
    try:
        yield run
    except GraphError as fault:
        _end(engine, scope, stream, run, _after(fault, run) | {"finished_at": now()})
        if isinstance(fault, NeedsReauthorisation):
            raise
    except BaseException as fault:
        # Nothing of an unforeseen fault but its kind: its words may hold what a visitor has written.
        message = fault.message if isinstance(fault, AdplanningError) else f"stopped by {type(fault).__name__}"
        unforeseen = _ending(StreamStatus.failed, StreamFault.unexpected, message)
        with contextlib.suppress(StoreUnavailable):
            _end(engine, scope, stream, run, unforeseen | {"finished_at": now()})
        raise
    else:
        _end(engine, scope, stream, run, _done(run, now()) | {"finished_at": now()})


def keep_watermark(connection: Connection, scope: str, stream: Stream, watermark_on: date) -> None:
    """Say that every day up to this one has been read, in the transaction that stores these days."""
    connection.execute(_row(scope, stream).values(watermark_on=watermark_on))


def quarantine(
    connection: Connection,
    scope: str,
    stream: Stream,
    rejects: Sequence[tuple[date | None, str, dict[str, Any]]],
    *,
    now: datetime,
    replacing: Sequence[date | None] = (),
) -> None:
    """Keep rows that could not be read, as they came, with the reason.

    Parameters
    ----------
    rejects : the day a row is about (null for none), why it could not be read, and the row.
    replacing : the days that were read anew: what stood in quarantine for them goes. None stands for no day.
    """
    if replacing:
        c = _QUARANTINE.c
        on_days = c.on.in_([day for day in replacing if day is not None])
        on_none = [c.on.is_(None)] if None in replacing else []
        connection.execute(
            delete(_QUARANTINE).where(c.scope == scope, c.stream == stream.value, or_(on_days, *on_none))
        )
    if rejects:
        kept = {"scope": scope, "stream": stream.value, "seen_at": now}
        rows = [{"on": on, "reason": reason, "row": row, **kept} for on, reason, row in rejects]
        connection.execute(insert(_QUARANTINE), rows)


def _begun(engine: Engine, scope: str, stream: Stream, now: datetime) -> StreamRun:
    c = _STREAMS.c
    query = select(c.watermark_on, c.cursor_at, c.resume_at, c.details)
    with write_transaction(engine) as connection:
        kept = connection.execute(query.where(c.scope == scope, c.stream == stream.value)).one_or_none()
        if kept is not None and kept.resume_at is not None and kept.resume_at > now:
            connection.execute(_row(scope, stream).values(status=StreamStatus.throttled.value))
            return StreamRun(is_due=False, watermark_on=kept.watermark_on, cursor_at=kept.cursor_at)
        begun: dict[str, Any] = dict.fromkeys(("n_read", "n_stored", "n_quarantined"), 0)
        begun |= dict.fromkeys(("fault", "message", "resume_at", "finished_at"))
        begun |= {"status": StreamStatus.running.value, "started_at": now}
        if kept is None:
            connection.execute(insert(_STREAMS).values(scope=scope, stream=stream.value, **begun))
            return StreamRun()
        connection.execute(_row(scope, stream).values(begun))
        return StreamRun(watermark_on=kept.watermark_on, cursor_at=kept.cursor_at, details=dict(kept.details or {}))


def _after(fault: GraphError, run: StreamRun) -> dict[str, Any]:
    kind = next((word for error, word in _FAULTS.items() if isinstance(fault, error)), StreamFault.bad_request)
    if isinstance(fault, Throttled):
        return _ending(StreamStatus.throttled, kind, fault.message) | {"resume_at": fault.resume_at}
    is_partial = run.n_stored > 0 and not isinstance(fault, NeedsReauthorisation)
    return _ending(StreamStatus.partial if is_partial else StreamStatus.failed, kind, fault.message)


def _done(run: StreamRun, now: datetime) -> dict[str, Any]:
    sentences = list(run.missing)
    if run.n_quarantined:
        sentences.append(f"{run.n_quarantined:,} rows could not be read and are in quarantine, each with the reason")
    if not sentences:
        return {"status": StreamStatus.ok.value} | ({"succeeded_at": now} if run.is_whole else {})
    return _ending(StreamStatus.partial, StreamFault.rows, "; ".join(sentences))


def _ending(status: StreamStatus, fault: StreamFault, message: str) -> dict[str, Any]:
    return {"status": status.value, "fault": fault.value, "message": message}


def _end(engine: Engine, scope: str, stream: Stream, run: StreamRun, ending: Mapping[str, Any]) -> None:
    counts = {name: getattr(run, name) for name in ("n_read", "n_stored", "n_quarantined")}
    kept = {"watermark_on": run.watermark_on, "cursor_at": run.cursor_at, "details": run.details or null()}
    with write_transaction(engine) as connection:
        connection.execute(_row(scope, stream).values(**counts, **kept, **ending))


def _row(scope: str, stream: Stream) -> Any:
    return update(_STREAMS).where(_STREAMS.c.scope == scope, _STREAMS.c.stream == stream.value)
