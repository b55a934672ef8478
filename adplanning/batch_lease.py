"""Who may run a batch notebook now: one run at a time, known to live by its heartbeat."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, insert, select, update

from adplanning.core.errors import Conflict, StoreUnavailable
from adplanning.core.periods import isoformat
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import BatchLease, BatchRun
from adplanning.store.writing import insert_frame


@dataclass(frozen=True)
class Timing:
    """How often a run shows that it lives, how long it is believed without that, how long one cell may take."""

    heartbeat_s: float = 10
    lease_s: float = 60
    cell_s: int = 3600


def begin_run(
    engine: Engine, run_id: str, notebook: str, parameters: Mapping[str, Any], *, now: datetime, lease_s: float
) -> None:
    """Record the run as the only one of its notebook; one whose lease has expired is recorded as failed.

    Raises
    ------
    Conflict : another run holds the lease.
    """
    lease = {"notebook": notebook, "run_id": run_id, "lease_until": now + timedelta(seconds=lease_s)}
    with write_transaction(engine) as connection:
        if not insert_frame(connection, TABLES["batch_leases"], pl.DataFrame([lease]), on_conflict="ignore"):
            _end_expired(connection, notebook, run_id, now)
            connection.execute(update(BatchLease).where(BatchLease.notebook == notebook).values(lease))
        connection.execute(
            insert(BatchRun).values(
                id=run_id,
                notebook=notebook,
                parameters=dict(parameters),
                status="running",
                progress_share=0.0,
                started_at=now,
                heartbeat_at=now,
            )
        )


def adopt_run(engine: Engine, run_id: str, *, now: datetime, lease_s: float) -> tuple[str, dict[str, Any]]:
    """Take on a run that another process has begun for this one; answer its notebook and parameters.

    Raises
    ------
    Conflict : it has ended, or another run has taken its lease.
    """
    held = update(BatchLease).where(BatchLease.run_id == run_id).values(lease_until=now + timedelta(seconds=lease_s))
    running = update(BatchRun).where(BatchRun.id == run_id, BatchRun.status == "running").values(heartbeat_at=now)
    with write_transaction(engine) as connection:
        if not connection.execute(held).rowcount or not connection.execute(running).rowcount:
            raise Conflict(f"run {run_id} does not wait to be carried out: it has ended, or it was never begun")
        run = connection.execute(select(BatchRun.notebook, BatchRun.parameters).where(BatchRun.id == run_id)).one()
        return run.notebook, dict(run.parameters)


def end_run(
    engine: Engine, run_id: str, *, status: str, message: str, output_path: Path | None, now: datetime
) -> str | None:
    """Record how a run ended and give its lease back; answer what stands there already when another took over.

    Of its progress the share is kept when it succeeded, as 1; the words give way to the message.
    """
    progress = {"progress_share": 1.0 if status == "succeeded" else None, "progress_words": None}
    with write_transaction(engine) as connection:
        connection.execute(update(BatchLease).where(BatchLease.run_id == run_id).values(lease_until=now))
        kept = {"output_path": None if output_path is None else str(output_path), "finished_at": now}
        running = update(BatchRun).where(BatchRun.id == run_id, BatchRun.status == "running")
        if connection.execute(running.values(status=status, message=message, **kept, **progress)).rowcount:
            return None
        return connection.scalar(select(BatchRun.message).where(BatchRun.id == run_id))


class Heartbeat:
    """Renews the lease of a run from a thread while the block lasts; `lost` when another run has taken it."""

    def __init__(self, engine: Engine, run_id: str, now: Callable[[], datetime], timing: Timing) -> None:
        self.lost = False
        self._engine, self._run_id, self._now, self._timing = engine, run_id, now, timing
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {run_id}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self.lost and not self._over.wait(self._timing.heartbeat_s):
            # A store that is busy now is asked again at the next beat; the lease lasts for several.
            with contextlib.suppress(StoreUnavailable):
                self._renew(self._now())

    def _renew(self, now: datetime) -> None:
        until = now + timedelta(seconds=self._timing.lease_s)
        with write_transaction(self._engine) as connection:
            held = update(BatchLease).where(BatchLease.run_id == self._run_id)
            self.lost = connection.execute(held.values(lease_until=until)).rowcount == 0
            connection.execute(update(BatchRun).where(BatchRun.id == self._run_id).values(heartbeat_at=now))


def _end_expired(connection: Connection, notebook: str, successor: str, now: datetime) -> None:
    lease = connection.execute(
        select(BatchLease.run_id, BatchLease.lease_until).where(BatchLease.notebook == notebook).with_for_update()
    ).one()
    run = connection.execute(
        select(BatchRun.started_at, BatchRun.heartbeat_at).where(BatchRun.id == lease.run_id)
    ).one()
    if lease.lease_until > now:
        raise Conflict(
            f"{notebook} is running since {isoformat(run.started_at)} by run {lease.run_id}; wait for its end, "
            f"or until {isoformat(lease.lease_until)} if it has died"
        )
    connection.execute(
        update(BatchRun)
        .where(BatchRun.id == lease.run_id, BatchRun.status == "running")
        .values(
            status="failed",
            message=f"gave no sign of life after {isoformat(run.heartbeat_at)}; run {successor} has taken over",
            progress_share=None,
            progress_words=None,
            finished_at=now,
        )
    )
