"""The process that carries out a run which another one has begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from adplanning.batch import run_begun
from adplanning.batch_kernel import kernel_environment
from adplanning.batch_lease import begin_run, end_run
from adplanning.batch_process import runner_command
from adplanning.batch_runs import Run, find_run
from adplanning.batch_worker import own_password_file
from adplanning.core.errors import Conflict
from adplanning.core.settings import Settings
from adplanning.store.session import reading


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, _env_file=None)


def found(engine: Engine) -> Run:
    with reading(engine) as session:
        return find_run(session, "run_1", now=datetime.now(UTC))


def test_a_request_to_stop_is_recorded_and_leaves_no_kernel(engine: Engine, settings: Settings) -> None:
    values = {"models": ["linear"], "lookback_days": 30, "half_life_days": 7.0}
    begin_run(engine, "run_1", "attribute_conversions", values, now=datetime.now(UTC), lease_s=60)
    with subprocess.Popen(runner_command("run_1"), env=kernel_environment(engine, settings)) as runner:
        process = psutil.Process(runner.pid)
        for _ in range(600):
            if kernels := [each for each in process.children() if "ipykernel_launcher" in each.cmdline()]:
                break
            time.sleep(0.05)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(30) == 128 + signal.SIGTERM
    assert (found(engine).status, found(engine).message) == ("failed", "the runner was stopped by SystemExit")
    assert kernels
    assert not any(kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE for kernel in kernels)


def test_a_run_that_has_ended_or_never_begun_is_not_carried_out(engine: Engine, settings: Settings) -> None:
    now = datetime.now(UTC)
    begin_run(engine, "run_1", "attribute_conversions", {}, now=now, lease_s=60)
    end_run(engine, "run_1", status="failed", message="died", output_path=None, now=now)
    for run_id in ("run_1", "run_2"):
        with pytest.raises(Conflict, match=f"run {run_id} does not wait to be carried out"):
            run_begun(engine, run_id, settings=settings, now=lambda: now, progress=lambda line, share: None)
    assert found(engine).message == "died"


def test_the_password_file_may_go_when_its_giver_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "pgpass"
    given.write_text("*:*:*:*:secret\n")
    monkeypatch.setenv("PGPASSFILE", str(given))
    read = (
        "import os, pathlib; file = pathlib.Path(os.environ['PGPASSFILE']); print(file, oct(file.stat().st_mode)[-3:])"
    )
    with own_password_file():
        given.unlink()
        said = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=True).stdout.split()
        copy = Path(said[0])
        assert (copy.read_text(), said[1]) == ("*:*:*:*:secret\n", "600")
    assert not copy.exists()


@pytest.mark.parametrize("given", [None, "", "no-such-file"])
def test_without_a_password_file_none_is_made(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSFILE", raising=False)
    if given is not None:
        monkeypatch.setenv("PGPASSFILE", given)
    with own_password_file():
        assert os.environ.get("PGPASSFILE") == given
