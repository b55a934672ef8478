"""Who outside is told that a run has failed, once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError

from adplanning.batch_runs import Run, untold_failures
from adplanning.core.errors import StoreUnavailable
from adplanning.core.settings import Settings
from adplanning.notifications.client import send
from adplanning.notifications.message import Message
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.operations import BatchRun

# Of what failed earlier nobody needs to be woken: a receiver that is set today would get the past at once.
NEWS = timedelta(days=2)
MAX_WORDS = 500
_BEING_TOLD = "is being told"

log = logging.getLogger(__name__)


def tell_failures(engine: Engine, settings: Settings, *, now: datetime) -> None:
    """Tell of each run of the last two days that has failed or gave no sign of life, and keep in its `notice` who was.

    Each is told once, whoever finds it first. Nothing that goes wrong here reaches a run: neither a receiver that does
    not answer nor a store that is lost.
    """
    try:
        with reading(engine) as session:
            failures = untold_failures(session, now=now, since=now - NEWS)
        for run in failures:
            if _note(engine, run.id, _BEING_TOLD, instead_of=None):
                sent = send(settings, failure_message(run, settings))
                if sent.faults:
                    log.warning("of the failed run %s: %s", run.id, sent.words)
                _note(engine, run.id, sent.words, instead_of=_BEING_TOLD)
    except (StoreUnavailable, SQLAlchemyError) as fault:
        log.warning("nobody was told of failed runs, since the store cannot be used (%s)", type(fault).__name__)


def failure_message(run: Run, settings: Settings) -> Message:
    """What is told of a failed run: which, since when, why, and where to look."""
    title = run.notebook.replace("_", " ").capitalize()
    started = f"{run.started_at.astimezone(settings.zone):%d %b %Y, %H:%M}"
    return Message(
        subject=f"{title} failed",
        text=f"The run of {started} ({settings.timezone}) failed: {(run.message or 'no reason is known')[:MAX_WORDS]}",
        kind="run_failed",
        facts={
            "run_id": run.id,
            "notebook": run.notebook,
            "started_at": run.started_at.isoformat(),
            "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        },
        link=f"{settings.public_url}/app/ad-planning/batch-runs/{run.id}" if settings.public_url else "",
    )


def _note(engine: Engine, run_id: str, words: str, *, instead_of: str | None) -> bool:
    found = update(BatchRun).where(BatchRun.id == run_id, BatchRun.notice.is_not_distinct_from(instead_of))
    with write_transaction(engine) as connection:
        return bool(connection.execute(found.values(notice=words)).rowcount)
