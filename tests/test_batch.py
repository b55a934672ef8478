"""A batch run: refused before it starts, alone while it runs, and truthful when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from adplanning import batch
from adplanning.batch import NOTEBOOKS, Notebook, RunRecord, run_notebook
from adplanning.batch_contract import fault_of
from adplanning.batch_kernel import kernel_environment
from adplanning.batch_lease import Timing, begin_run
from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.settings import Settings
from adplanning.store.engine import make_engine
from adplanning.store.session import reading
from adplanning.store.tables.operations import BatchLease, BatchRun
from tests.notifications.receivers import webhook

FINISHED = "from adplanning.batch_contract import finished\nfinished('done')"
TEXT = "text: str = ''  # any text"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def write_notebook(path: Path, *cells: str, parameters: str = TEXT) -> None:
    tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[tagged, *map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def kernels() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if is_kernel(child)]


def is_kernel(process: psutil.Process) -> bool:
    """Whether it runs as a kernel; what has ended, and is only not yet asked for its end, does not."""
    try:
        return "ipykernel_launcher" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def run_rows(engine: Engine) -> list[BatchRun]:
    with reading(engine) as session:
        return list(session.scalars(select(BatchRun).order_by(BatchRun.started_at, BatchRun.id)))


def wait_for(what: Callable[[], bool]) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.1)
    pytest.fail("waited a minute in vain")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home {of} runs", admin_key="never-in-a-kernel-1", _env_file=None)


@pytest.fixture
def run(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RunRecord]:
    """Run a notebook of the given cells, and see that no kernel is left behind."""
    path = tmp_path / "job.ipynb"
    monkeypatch.setitem(NOTEBOOKS, "job", Notebook(str(path), "A job."))

    def run_cells(
        *cells: str, given: dict[str, str] | None = None, parameters: str = TEXT, name: str = "job", **options: Any
    ) -> RunRecord:
        write_notebook(path, *cells, parameters=parameters)
        options = {"now": lambda: datetime.now(UTC), "progress": lambda line, share: None} | options
        record = run_notebook(engine, name, given or {}, settings=settings, **options)
        assert kernels() == []
        return record

    return run_cells


def test_a_run_succeeds_when_every_cell_was_answered_and_the_last_one_says_finished(
    run: Callable[..., RunRecord], engine: Engine, settings: Settings
) -> None:
    told: list[tuple[str, float]] = []
    record = run(
        "print('half')\nprint('way')",
        "from adplanning.batch_contract import finished\nfinished('7 credits stored', n_credits=7)",
        progress=lambda line, share: told.append((line, share)),
    )
    assert (record.status, record.message) == ("succeeded", "7 credits stored")
    assert record.summary == {"message": "7 credits stored", "n_credits": 7}
    assert told == [(f"job begins as {record.id}", 0), ("half", 0.5), ("way", 0.5)]
    [row] = run_rows(engine)
    assert (row.id, row.status, row.message) == (record.id, "succeeded", "7 credits stored")
    assert row.output_path == str(settings.runs_folder.absolute() / f"{record.id}.ipynb")
    assert [path.name for path in settings.runs_folder.iterdir()] == [f"{record.id}.ipynb"]
    assert fault_of(nbformat.read(row.output_path, as_version=4)) is None


READ_OWN_ROW = """
import os, time
from sqlalchemy import select
from adplanning.batch_contract import finished
from adplanning.core.settings import load_settings
from adplanning.store.engine import make_engine
from adplanning.store.tables.operations import BatchRun

own = select(BatchRun.progress_share, BatchRun.progress_words).where(BatchRun.id == os.environ["ADPLANNING_RUN_ID"])
for _ in range(100):
    time.sleep(0.1)
    with make_engine(load_settings().url).connect() as connection:
        share, words = connection.execute(own).one()
    if share > 0.6:
        break
finished("seen", share=share, words=words)
"""


def test_a_run_tells_in_its_row_how_far_it_is_until_it_ends(run: Callable[..., RunRecord], engine: Engine) -> None:
    record = run("print('half the way\\n')", READ_OWN_ROW)
    assert record.status == "succeeded", record.message
    assert (record.summary["share"], record.summary["words"]) == (0.75, "half the way")
    [row] = run_rows(engine)
    assert (row.progress_share, row.progress_words) == (1.0, None)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["raise ValueError('no spend')", FINISHED], "cell In [3] failed with ValueError: no spend"),
        (["import sys; sys.exit(0)", FINISHED], "cell In [3] failed with SystemExit: 0"),
        (
            [
                "from adplanning.core.errors import InvalidData",
                "raise InvalidData.at('limit', 'give 1 or more')",
                FINISHED,
            ],
            "limit: give 1 or more",
        ),
        (["1 + 1"], "the last cell did not call finished(...), so nothing says that the work is done"),
        ([FINISHED, "1 + 1"], "the last cell did not call finished(...), so nothing says that the work is done"),
        (["import os; os._exit(0)", FINISHED], "the kernel died in cell In [3]: it was killed, or ran out of memory"),
    ],
    ids=["exception", "sys.exit(0)", "refusal", "no sentinel", "sentinel too early", "quiet exit of the kernel"],
)
def test_a_run_that_did_not_come_to_its_end_has_failed_and_says_where(
    run: Callable[..., RunRecord], engine: Engine, cells: list[str], message: str
) -> None:
    record = run(*cells)
    [row] = run_rows(engine)
    assert (row.status, row.message) == ("failed", message)
    assert (record.status, record.message, record.summary) == ("failed", message, {})
    assert nbformat.read(row.output_path, as_version=4).cells, "a failed run keeps its notebook"


def test_a_killed_kernel_is_a_failed_run_though_papermill_calls_every_cell_completed(
    run: Callable[..., RunRecord], engine: Engine
) -> None:
    record = run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", FINISHED)
    assert record.status == run_rows(engine)[0].status == "failed"
    assert record.message == "the kernel died in cell In [3]: it was killed, or ran out of memory"
    executed = nbformat.read(record.output_path, as_version=4)
    claims = {cell.metadata.papermill.status for cell in executed.cells}
    assert (claims, executed.metadata.papermill.exception) == ({"completed"}, None)
    assert (fault_of(executed) or "").endswith("was not run")


def test_a_cell_that_never_ends_is_stopped(run: Callable[..., RunRecord]) -> None:
    record = run("while True: pass", FINISHED, timing=Timing(cell_s=2))
    assert (record.status, record.message) == ("failed", "cell In [3] took longer than 2 seconds and was stopped")


HOSTILE = {
    "quotes": '"""\nimport os; os._exit(1)\n"""',
    "newline": "1\nimport os",
    "statement": "'; raise SystemExit #",
    "backslash": '\\"); raise ValueError("',
    "unicode": "{braces} %s \u2028 é 🙏",
}


def test_a_parameter_stays_the_text_it_was(run: Callable[..., RunRecord]) -> None:
    declared = "\n".join(f"{name}: str = ''  # any text" for name in HOSTILE)
    echo = ", ".join(f"{name}={name}" for name in HOSTILE)
    cell = f"from adplanning.batch_contract import finished\nfinished('done', {echo})"
    record = run(cell, given=HOSTILE, parameters=declared)
    assert (record.status, record.summary) == ("succeeded", {"message": "done", **HOSTILE})


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        (
            "jobs",
            {},
            f"notebook: unknown value 'jobs'; choose one of: {', '.join(NOTEBOOKS)}, job. Did you mean 'job'?",
        ),
        ("job", {"txt": "a"}, "parameter: unknown value 'txt'; choose one of: text. Did you mean 'text'?"),
        ("job", {"text": "a\x00"}, "text: 'a\\x00' is not a text that can be stored"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_runs(
    run: Callable[..., RunRecord], engine: Engine, name: str, given: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidData) as refusal:
        run(FINISHED, given=given, name=name)
    assert refusal.value.message == message
    assert run_rows(engine) == []


def test_a_notebook_whose_file_is_missing_names_the_remedy(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "FOLDER", tmp_path / "nowhere")
    with pytest.raises(NotFound, match="pip install -e"):
        run_notebook(engine, "attribute_conversions", {}, settings=settings, now=lambda: NOON, progress=print)


def test_the_kernel_sees_no_key_of_the_deployment(
    run: Callable[..., RunRecord], engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ADPLANNING_ADMIN_KEY", "ADPLANNING_META_ACCESS_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "never-in-a-kernel-1")
    record = run(
        "import os",
        "from adplanning.batch_contract import finished\nfinished('seen', **os.environ)",
    )
    assert "never-in-a-kernel-1" not in record.summary.values()
    assert record.summary["ADPLANNING_RUN_ID"] == record.id
    assert make_engine(record.summary["ADPLANNING_DATABASE_URL"]).url.database == engine.url.database
    assert {name for name in record.summary if name.startswith("ADPLANNING_")} == {
        "ADPLANNING_RUN_ID",
        *(name for name in kernel_environment(engine, settings) if name.startswith("ADPLANNING_")),
    }


def test_the_kernel_knows_the_file_that_holds_the_stores_password(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSFILE", raising=False)
    assert "PGPASSFILE" not in kernel_environment(engine, settings)
    monkeypatch.setenv("PGPASSFILE", "pgpass")
    assert kernel_environment(engine, settings)["PGPASSFILE"] == "pgpass"


def test_a_run_that_fails_is_told_and_a_kernel_that_tells_nobody_knows_no_receiver(
    run: Callable[..., RunRecord], engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook(500, 500, 500) as hook:
        monkeypatch.setattr(settings, "notify_webhook_url", SecretStr(hook.url))
        record = run("import os\nraise ValueError(os.environ.get('ADPLANNING_SECRETS_DIR'))")
    assert (record.status, record.message) == ("failed", "cell In [3] failed with ValueError: None")
    assert len(hook.bodies) == 3
    [row] = run_rows(engine)
    assert row.notice == "nobody was told; not by webhook: it answered with status 500, in 3 tries"


def test_of_many_schedulers_that_start_at_once_exactly_one_runs(any_engine: Engine) -> None:
    start, outcomes = threading.Barrier(8), []

    def contend(number: int) -> None:
        own = make_engine(any_engine.url.render_as_string(hide_password=False))
        start.wait()
        try:
            begin_run(own, f"run_{number}", "job", {}, now=NOON, lease_s=60)
            outcomes.append("runs")
        except Conflict as refusal:
            outcomes.append(refusal.message[:42])
        own.dispose()

    threads = [threading.Thread(target=contend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["job is running since 2026-11-22T12:00:00+0"] * 7 + ["runs"]
    assert [row.status for row in run_rows(any_engine)] == ["running"]


def test_a_lease_is_respected_until_it_expires_and_then_taken_over(any_engine: Engine) -> None:
    begin_run(any_engine, "run_1", "job", {}, now=NOON, lease_s=60)
    with pytest.raises(Conflict, match=r"by run run_1; wait for its end, or until 2026-11-22T12:01:00"):
        begin_run(any_engine, "run_2", "job", {}, now=NOON + timedelta(seconds=59), lease_s=60)
    begin_run(any_engine, "run_2", "job", {}, now=NOON + timedelta(seconds=60), lease_s=60)
    dead, alive = run_rows(any_engine)
    assert (dead.status, dead.message) == (
        "failed",
        "gave no sign of life after 2026-11-22T12:00:00+00:00; run run_2 has taken over",
    )
    assert (alive.status, alive.message) == ("running", None)


def test_a_second_run_may_begin_as_soon_as_the_first_has_ended(run: Callable[..., RunRecord], engine: Engine) -> None:
    assert [run(FINISHED, now=lambda: NOON).status for _ in range(2)] == ["succeeded", "succeeded"]
    assert [row.status for row in run_rows(engine)] == ["succeeded", "succeeded"]


def test_a_long_run_keeps_its_lease_by_its_heartbeat(run: Callable[..., RunRecord], engine: Engine) -> None:
    ticks = iter(range(10_000))
    record = run(
        "import time\ntime.sleep(2)",
        FINISHED,
        now=lambda: NOON + timedelta(seconds=next(ticks)),
        timing=Timing(heartbeat_s=0.1, lease_s=60),
    )
    [row] = run_rows(engine)
    assert record.status == "succeeded"
    assert row.heartbeat_at > row.started_at


def test_a_run_that_was_taken_over_stops_and_never_reports_success(
    run: Callable[..., RunRecord], engine: Engine
) -> None:
    def take_over(line: str, _: float) -> None:
        if line == "asleep":
            begin_run(engine, "run_other", "job", {}, now=NOON + timedelta(seconds=61), lease_s=60)

    record = run(
        "print('asleep', flush=True)\nimport time\ntime.sleep(2)",
        FINISHED,
        now=lambda: NOON,
        progress=take_over,
        timing=Timing(heartbeat_s=0.1),
    )
    assert record.status == "failed"
    assert "run run_other has taken over" in record.message
    with reading(engine) as session:
        assert session.scalar(select(BatchLease.run_id)) == "run_other"
    assert {row.id: row.status for row in run_rows(engine)} == {record.id: "failed", "run_other": "running"}


RUNNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from adplanning.batch import NOTEBOOKS, Notebook, run_notebook
from adplanning.core.settings import Settings
from adplanning.store.upgrading import open_store

notebook, url, home = sys.argv[1:]
NOTEBOOKS["job"] = Notebook(notebook, "A job.")
run_notebook(
    open_store(url), "job", {}, settings=Settings(home=Path(home)), now=lambda: datetime.now(UTC),
    progress=lambda line, share: print(line, flush=True),
)
"""


def test_a_killed_runner_leaves_no_success_and_no_kernel_and_the_next_run_takes_over(
    run: Callable[..., RunRecord], engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "slow.ipynb"
    write_notebook(path, "import os, time\nprint('kernel', os.getpid(), flush=True)\ntime.sleep(600)", FINISHED)
    command = [sys.executable, "-c", RUNNER, str(path), str(engine.url), str(settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        kernel = psutil.Process(next(int(line.split()[1]) for line in runner.stdout if line.startswith("kernel")))
        os.kill(runner.pid, signal.SIGKILL)
        wait_for(lambda: not kernel.is_running())
    [dead] = run_rows(engine)
    assert dead.status == "running"
    with pytest.raises(Conflict, match=f"by run {dead.id}"):
        run(FINISHED)
    later = dead.heartbeat_at + timedelta(seconds=60)
    assert run(FINISHED, now=lambda: later).status == "succeeded"
    assert sorted(row.status for row in run_rows(engine)) == ["failed", "succeeded"]
    assert not (settings.runs_folder / f"{dead.id}.ipynb").exists()


def test_an_interrupted_runner_records_the_failure_and_lets_go(run: Callable[..., RunRecord], engine: Engine) -> None:
    def interrupt(line: str, _: float) -> None:
        if line == "asleep":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    # A test process that was started in the background ignores Ctrl-C; this one listens.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run("print('asleep', flush=True)\nimport time\ntime.sleep(600)", FINISHED, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    [row] = run_rows(engine)
    assert (row.status, row.message) == ("failed", "the runner was stopped by KeyboardInterrupt")
    assert kernels() == []
    assert run(FINISHED).status == "succeeded"


def test_an_executed_notebook_that_cannot_be_kept_is_no_success(
    run: Callable[..., RunRecord], engine: Engine, settings: Settings
) -> None:
    settings.home.mkdir()
    settings.runs_folder.write_text("a file where the folder should be")
    record = run(FINISHED)
    assert (record.status, record.output_path) == ("failed", None)
    assert record.message.startswith("FileExistsError")
