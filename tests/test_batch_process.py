"""A run in a process of its own: it outlives who started it, and its death is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from adplanning import batch_process
from adplanning.batch import parameters_of_notebook, start_run
from adplanning.batch_html import executed_html
from adplanning.batch_lease import begin_run
from adplanning.batch_runs import Run, find_run, list_runs
from adplanning.core.errors import Conflict, InvalidData, RunFailed
from adplanning.core.settings import Settings
from adplanning.store.session import reading
from tests.notebooks.conftest import with_shop


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, timezone="Asia/Kolkata", _env_file=None)


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let another program stand in for the runner."""

    def replace(*command: str) -> None:
        monkeypatch.setattr(batch_process, "runner_command", lambda run_id: list(command))

    return replace


def found(engine: Engine, run_id: str) -> Run:
    with reading(engine) as session:
        return find_run(session, run_id, now=datetime.now(UTC))


def ended(engine: Engine, run_id: str) -> Run:
    for _ in range(600):
        run = found(engine, run_id)
        if run.status != "running":
            return run
        time.sleep(0.1)
    pytest.fail("waited a minute in vain")


def runs(engine: Engine) -> list[Run]:
    with reading(engine) as session:
        return list_runs(session, now=datetime.now(UTC), limit=50, offset=0)[0]


STARTER = """
import sys
from pathlib import Path
from adplanning.batch import start_run
from adplanning.core.settings import Settings
from adplanning.store.engine import make_engine

url, home = sys.argv[1:]
settings = Settings(home=Path(home), timezone="Asia/Kolkata", _env_file=None)
print(start_run("attribute_conversions", {"models": "linear"}, settings=settings, engine=make_engine(url)))
"""


def test_a_run_goes_on_when_the_one_who_started_it_has_ended_and_can_be_read_as_a_page(
    any_engine: Engine, settings: Settings
) -> None:
    url = with_shop(any_engine).url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", STARTER, url, str(settings.home)]
    starter = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True)
    run_id = starter.stdout.strip()
    assert found(any_engine, run_id).status == "running"
    told = set()
    while (run := found(any_engine, run_id)).status == "running":
        told.add((run.progress_share, run.progress_words))
        time.sleep(0.1)
    assert (run.status, run.progress_share, run.parameters["models"]) == ("succeeded", 1.0, ["linear"])
    assert any(share and 0 < share < 1 and words for share, words in told)
    assert (settings.runs_folder / f"{run_id}.log").exists()
    page = executed_html(any_engine, run_id)
    assert '<img src="data:image/svg+xml;base64,' in page
    assert f">{run.message}</p>" in page


def zombies() -> set[int]:
    return {child.pid for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE}


def test_a_runner_that_dies_without_a_word_is_told_and_leaves_no_zombie(
    engine: Engine, settings: Settings, instead: Callable[..., None]
) -> None:
    instead(sys.executable, "-c", "raise SystemExit('no such module')")
    before = zombies()
    run_id = start_run("attribute_conversions", {}, settings=settings, engine=engine)
    run = ended(engine, run_id)
    log = settings.runs_folder / f"{run_id}.log"
    assert run.message == f"the runner ended with code 1 before the run came to its end; what it said is in {log}"
    assert log.read_text() == "no such module\n"
    assert zombies() <= before
    again = start_run("attribute_conversions", {}, settings=settings, engine=engine)
    assert ended(engine, again).status == "failed"


def test_a_runner_that_cannot_be_started_is_refused_and_recorded(
    engine: Engine, settings: Settings, instead: Callable[..., None]
) -> None:
    instead(str(settings.home / "no-such-program"))
    with pytest.raises(RunFailed, match=r"the runner cannot be started: .*No such file"):
        start_run("attribute_conversions", {}, settings=settings, engine=engine)
    assert [(run.status, (run.message or "")[:27]) for run in runs(engine)] == [
        ("failed", "the runner cannot be starte")
    ]


def test_the_runner_has_the_callers_environment_the_settings_and_a_session_of_its_own(
    engine: Engine, settings: Settings, instead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", "/somewhere/pgpass")
    monkeypatch.setenv("ADPLANNING_HOME", "/elsewhere")
    instead(sys.executable, "-c", "import json, os; print(json.dumps([os.getsid(0), os.getpid(), dict(os.environ)]))")
    run_id = start_run("attribute_conversions", {}, settings=settings, engine=engine)
    ended(engine, run_id)
    session_id, process_id, environment = json.loads((settings.runs_folder / f"{run_id}.log").read_text())
    assert session_id == process_id != os.getsid(0)
    assert environment["PGPASSFILE"] == "/somewhere/pgpass"
    assert environment["ADPLANNING_HOME"] == str(settings.home)
    assert environment["ADPLANNING_DATABASE_URL"] == str(engine.url)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("attribute", {}, "notebook: unknown value 'attribute'; choose one of: attribute_conversions"),
        ("attribute_conversions", {"lookback": "7"}, "Did you mean 'lookback_days'?"),
        ("attribute_conversions", {"lookback_days": "abc"}, "lookback_days: 'abc' is not a whole number"),
        ("attribute_conversions", {"as_of": "2026-02-30"}, "as_of: '2026-02-30' is not a date that exists"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_started(
    engine: Engine, settings: Settings, name: str, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidData) as refusal:
        start_run(name, parameters, settings=settings, engine=engine)
    assert message in refusal.value.message
    assert runs(engine) == []
    assert not settings.runs_folder.exists()


def test_a_notebook_that_is_running_is_not_started_again(engine: Engine, settings: Settings) -> None:
    begin_run(engine, "run_1", "attribute_conversions", {}, now=datetime.now(UTC), lease_s=60)
    with pytest.raises(Conflict, match=r"attribute_conversions is running since .* by run run_1; wait for its end"):
        start_run("attribute_conversions", {}, settings=settings, engine=engine)
    assert [run.id for run in runs(engine)] == ["run_1"]
    assert not settings.runs_folder.exists()


def test_a_form_knows_the_parameters_of_a_notebook() -> None:
    declared = parameters_of_notebook("attribute_conversions")
    lookback = declared["lookback_days"]
    assert (lookback.type, lookback.default) == ("int", 30)
    assert all(parameter.help for parameter in declared.values())
    with pytest.raises(InvalidData, match="choose one of: attribute_conversions"):
        parameters_of_notebook("attribute")
