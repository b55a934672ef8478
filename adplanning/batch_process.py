"""A run in a process of its own, which goes on when the one that started it ends."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from adplanning.batch_lease import end_run
from adplanning.core.errors import RunFailed, StoreUnavailable


def runner_command(run_id: str) -> list[str]:
    """What carries out a run that has begun; `-P` keeps it from importing what lies in the current folder."""
    return [sys.executable, "-P", "-m", "adplanning.batch_worker", run_id]


def start_process(
    engine: Engine,
    run_id: str,
    *,
    environment: Mapping[str, str],
    log: Path,
    now: Callable[[], datetime],
    then: Callable[[], None],
) -> None:
    """Start the process of a run, in a session that no signal to ours reaches.

    A thread waits for its end, so that no zombie is left; should the process die before it has said how the run ended,
    the thread says so, and calls `then`. When we end before, the lease of the run does: it expires.

    Raises
    ------
    RunFailed : it cannot be started; the run is recorded as failed.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as said:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, with an id that we made
                runner_command(run_id),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**os.environ, **environment},
                start_new_session=True,
            )
    except OSError as fault:
        message = f"the runner cannot be started: {fault}"
        end_run(engine, run_id, status="failed", message=message, output_path=None, now=now())
        raise RunFailed(message) from fault
    threading.Thread(
        target=_see_it_end,
        args=(process, engine, run_id),
        kwargs={"log": log, "now": now, "then": then},
        name=f"end of {run_id}",
        daemon=True,
    ).start()


def _see_it_end(
    process: subprocess.Popen[bytes],
    engine: Engine,
    run_id: str,
    *,
    log: Path,
    now: Callable[[], datetime],
    then: Callable[[], None],
) -> None:
    code = process.wait()
    message = f"the runner ended with code {code} before the run came to its end; what it said is in {log}"
    # Where the runner has recorded the end itself this changes nothing.
    with contextlib.suppress(StoreUnavailable, SQLAlchemyError):
        end_run(engine, run_id, status="failed", message=message, output_path=None, now=now())
    then()
