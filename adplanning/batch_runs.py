"""Which runs there were, how each ended, and how far the running one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.periods import isoformat
from adplanning.store import lists
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import BatchLease, BatchRun

STATUSES = ("running", "succeeded", "failed")
REPORTS = ("HTML", "PDF")
RUN_ORDERS = ("started_at", "finished_at", "notebook", "status")


@dataclass(frozen=True)
class Run:
    """A run as it stands; `progress_share` is 0–1, and 1 once it has succeeded; `notice` says who was told it failed.

    A run whose lease has expired while its row says that it is running has failed: the next run of its notebook will
    write that down, and until then it is said here.
    """

    id: str
    notebook: str
    parameters: Mapping[str, Any]
    status: str
    message: str | None
    progress_share: float | None
    progress_words: str | None
    output_path: str | None
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    notice: str | None


def list_runs(
    session: Session,
    *,
    now: datetime,
    limit: int,
    offset: int,
    notebook: str | None = None,
    status: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[Run], int]:
    """One page of runs, and how many match in all.

    Parameters
    ----------
    now : when a lease must still hold for a run to be alive.
    limit, offset : which of the rows make the page.
    notebook, status : what each must be; a status is one of `STATUSES`.
    sort, descending : one of `RUN_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown status or order.
    """
    if status is not None and status not in STATUSES:
        raise InvalidData.unknown_choice("status", status, STATUSES)
    query = _runs(now)
    if notebook is not None:
        query = query.where(BatchRun.notebook == notebook)
    if status is not None:
        query = query.where(_status(now) == status)
    order, down = ("started_at", True) if sort is None else (sort, descending)
    runs = TABLES["batch_runs"].c
    orders: lists.Orders = {name: [_status(now) if name == "status" else runs[name]] for name in RUN_ORDERS}
    page = lists.in_order(query, orders, order, ties=BatchRun.id, descending=down).limit(limit).offset(offset)
    return [_run(*row) for row in session.execute(page)], lists.total(session, query)


def find_run(session: Session, run_id: str, *, now: datetime) -> Run:
    """The run of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.execute(_runs(now).where(BatchRun.id == run_id)).one_or_none()
    if found is None:
        raise NotFound(f"id: there is no run {run_id!r}; `adplanning status` shows the latest")
    return _run(*found)


def reports_of(run_id: str, output_path: str | Path | None) -> dict[str, Path]:
    """The reports that a run has written beside its executed notebook, by their kind: HTML, PDF."""
    notebook = Path(output_path or "")
    # The store says where; only what the runner names like this run is shown.
    if notebook.name != f"{run_id}.ipynb":
        return {}
    files = {kind: notebook.with_suffix(f".{kind.lower()}") for kind in REPORTS}
    return {kind: file for kind, file in files.items() if file.is_file() and not file.is_symlink()}


def untold_failures(session: Session, *, now: datetime, since: datetime) -> list[Run]:
    """The runs that began after `since`, have failed, and of which nobody outside was told; the oldest first."""
    untold = _runs(now).where(_status(now) == "failed", BatchRun.notice.is_(None), BatchRun.started_at > since)
    return [_run(*row) for row in session.execute(untold.order_by(BatchRun.started_at, BatchRun.id))]


def _runs(now: datetime) -> Select[BatchRun, bool]:
    return select(BatchRun, _is_lost(now))


def _is_lost(now: datetime) -> ColumnElement[bool]:
    held = select(BatchLease.run_id).where(BatchLease.run_id == BatchRun.id, BatchLease.lease_until > now)
    return and_(BatchRun.status == "running", ~held.exists())


def _status(now: datetime) -> ColumnElement[str]:
    return case((_is_lost(now), "failed"), else_=BatchRun.status)


def _run(row: BatchRun, is_lost: bool) -> Run:
    sign = isoformat(row.heartbeat_at)
    lost = f"gave no sign of life after {sign}: it was killed, or its machine went down; start it again"
    return Run(
        id=row.id,
        notebook=row.notebook,
        parameters=row.parameters,
        status="failed" if is_lost else row.status,
        message=lost if is_lost else row.message,
        progress_share=None if is_lost else row.progress_share,
        progress_words=None if is_lost else row.progress_words,
        output_path=row.output_path,
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        finished_at=row.finished_at,
        notice=row.notice,
    )
