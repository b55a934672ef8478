"""Runs a batch notebook in a kernel of its own and tells the truth about how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from adplanning.batch_contract import Parameter, Value, parameter_values, parameters_of, read_notebook, result_of
from adplanning.batch_kernel import (
    ANALYSER_SECRETS,
    NOTIFY_SECRETS,
    PLATFORM_SECRETS,
    Witness,
    execute,
    kernel_environment,
    secret_files,
)
from adplanning.batch_lease import Heartbeat, Timing, adopt_run, begin_run, end_run
from adplanning.batch_notice import tell_failures
from adplanning.batch_process import start_process
from adplanning.batch_progress import ProgressNote
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings

FOLDER = Path(__file__).parents[1] / "notebooks"
MAX_MESSAGE = 2000


@dataclass(frozen=True)
class Notebook:
    """A batch notebook: its file in `FOLDER` and what it does, in one sentence; whom it calls outside."""

    file: str
    help: str
    calls_platform: bool = False
    calls_analyser: bool = False
    notifies: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The settings that only such a kernel gets to know."""
        asked = {
            PLATFORM_SECRETS: self.calls_platform,
            ANALYSER_SECRETS: self.calls_analyser,
            NOTIFY_SECRETS: self.notifies,
        }
        return tuple(name for names, is_called in asked.items() if is_called for name in names)


NOTEBOOKS = {
    "attribute_conversions": Notebook(
        "attribute_conversions.ipynb", "Credit each conversion to the touchpoints before it, by every credit model."
    ),
    "analyze_sentiment": Notebook(
        "analyze_sentiment.ipynb",
        "Tell how the texts sound that customers have left, as far as they were not analysed.",
        calls_analyser=True,
    ),
    "check_alerts": Notebook(
        "check_alerts.ipynb", "Hold every rule against the last full days, and tell of what is new.", notifies=True
    ),
    "forecast_budget": Notebook(
        "forecast_budget.ipynb",
        "Forecast every campaign, fit how results follow spend, and split today's budget best.",
    ),
    "rebuild_segments": Notebook(
        "rebuild_segments.ipynb", "Make the members of each segment those who match its criteria now."
    ),
    "resolve_attribution": Notebook(
        "resolve_attribution.ipynb", "Link touchpoints to the campaign, ad set and ad that their tags surely mean."
    ),
    "score_customers": Notebook(
        "score_customers.ipynb", "Score every customer by engagement, lifetime value, churn risk and NPS."
    ),
    "sync_meta_ads": Notebook(
        "sync_meta_ads.ipynb",
        "Read campaigns, ads, their figures, leads and posts from Meta, as far as they are due.",
        calls_platform=True,
    ),
    "update_experiments": Notebook(
        "update_experiments.ipynb", "Count the running experiments anew, and end those that are decided."
    ),
    "weekly_report": Notebook(
        "weekly_report.ipynb", "Write a report of the last whole week, as HTML and where a browser is installed as PDF."
    ),
}


@dataclass(frozen=True)
class RunRecord:
    """How a run ended; `summary` is what the notebook handed to `finished`."""

    id: str
    notebook: str
    parameters: dict[str, Value]
    status: str
    message: str
    output_path: Path | None
    summary: dict[str, Any]


def notebook_path(name: str) -> Path:
    """The file of a notebook of `NOTEBOOKS`.

    Raises
    ------
    InvalidData : no such name.
    NotFound : no such file, as in an installation without the checkout.
    """
    if name not in NOTEBOOKS:
        raise InvalidData.unknown_choice("notebook", name, NOTEBOOKS)
    path = FOLDER / NOTEBOOKS[name].file
    if not path.exists():
        raise NotFound(f"the notebook {path} is missing; install from a checkout, with `pip install -e .`")
    return path


def parameters_of_notebook(name: str) -> dict[str, Parameter]:
    """The parameters of a notebook of `NOTEBOOKS`, each with its type, default and meaning.

    Raises
    ------
    InvalidData : no such name.
    NotFound : its file is missing.
    """
    return parameters_of(read_notebook(notebook_path(name)))


def run_notebook(
    engine: Engine,
    name: str,
    parameters: Mapping[str, str],
    *,
    settings: Settings,
    now: Callable[[], datetime],
    progress: Callable[[str, float], None],
    timing: Timing = Timing(),  # noqa: B008 - frozen
) -> RunRecord:
    """Run a notebook of `NOTEBOOKS`; the executed copy is kept in the folder of runs, whole or not at all.

    It has succeeded only when every cell was answered without an error and the last one called `finished`.

    Parameters
    ----------
    engine : the store that the run is recorded in and that the notebook opens.
    name, parameters : what to run, with texts for the notebook's own parameters.
    settings : the folder of runs, and what holds in the notebook too (reporting currency, time zone …).
    now : the clock.
    progress : takes each line that the notebook prints, with the share of cells begun.
    timing : heartbeat, lease and the longest time for one cell.

    Raises
    ------
    InvalidData : an unknown notebook or parameter, or a value that is not of its type; nothing has run.
    NotFound : the notebook's file is missing.
    Conflict : the same notebook is running.
    StoreUnavailable : the run cannot be recorded.
    """
    values = _values(name, parameters)
    run_id = new_id("run")
    begin_run(engine, run_id, name, values, now=now(), lease_s=timing.lease_s)
    return _carry_out(engine, run_id, name, values, settings=settings, now=now, progress=progress, timing=timing)


def start_run(name: str, parameters: Mapping[str, str], *, settings: Settings, engine: Engine) -> str:
    """Begin a run and have a process of its own carry it out, which goes on when this one ends; answer the run's id.

    Its row is there already: `batch_runs.find_run` follows it. What the process itself says is kept beside the
    executed notebook, in a file that ends in `.log`.

    Raises
    ------
    InvalidData, NotFound, Conflict, StoreUnavailable : as `run_notebook`; nothing has been started.
    RunFailed : the process cannot be started.
    """
    values = _values(name, parameters)
    run_id = new_id("run")
    begin_run(engine, run_id, name, values, now=_clock(), lease_s=Timing().lease_s)
    log = settings.runs_folder.absolute() / f"{run_id}.log"
    start_process(
        engine,
        run_id,
        environment=kernel_environment(engine, settings),
        log=log,
        now=_clock,
        then=lambda: tell_failures(engine, settings, now=_clock()),
    )
    return run_id


def run_begun(
    engine: Engine,
    run_id: str,
    *,
    settings: Settings,
    now: Callable[[], datetime],
    progress: Callable[[str, float], None],
    timing: Timing = Timing(),  # noqa: B008 - frozen
) -> RunRecord:
    """Carry out a run that `start_run` has begun; see `run_notebook`.

    Raises
    ------
    Conflict : the run has ended already, or another has taken its place.
    """
    name, values = adopt_run(engine, run_id, now=now(), lease_s=timing.lease_s)
    return _carry_out(engine, run_id, name, values, settings=settings, now=now, progress=progress, timing=timing)


def _carry_out(
    engine: Engine,
    run_id: str,
    name: str,
    values: dict[str, Value],
    *,
    settings: Settings,
    now: Callable[[], datetime],
    progress: Callable[[str, float], None],
    timing: Timing,
) -> RunRecord:
    try:
        return _seen_to_its_end(
            engine, run_id, name, values, settings=settings, now=now, progress=progress, timing=timing
        )
    finally:
        tell_failures(engine, settings, now=now())


def _seen_to_its_end(
    engine: Engine,
    run_id: str,
    name: str,
    values: dict[str, Value],
    *,
    settings: Settings,
    now: Callable[[], datetime],
    progress: Callable[[str, float], None],
    timing: Timing,
) -> RunRecord:
    target = settings.runs_folder.absolute() / f"{run_id}.ipynb"
    environment = kernel_environment(engine, settings) | {"ADPLANNING_RUN_ID": run_id}
    try:
        path = notebook_path(name)
        n_cells = len(read_notebook(path).cells)
        progress(f"{name} begins as {run_id}", 0)
        # In a thread, because an interrupt that hits papermill's event loop would leave the kernel behind.
        with (
            _secrets(name, settings) as secrets,
            Heartbeat(engine, run_id, now, timing) as heartbeat,
            ProgressNote(engine, run_id) as note,
            ThreadPoolExecutor(1) as thread,
        ):
            witness = Witness(heartbeat, note, progress, n_cells=n_cells)
            execution = thread.submit(
                execute, path, target, values, environment=environment | secrets, cell_s=timing.cell_s, witness=witness
            )
            try:
                fault, executed = execution.result()
            except BaseException:
                witness.stop()
                raise
    except BaseException as stop:
        message = f"the runner was stopped by {type(stop).__name__}"
        kept = target if target.exists() else None
        end_run(engine, run_id, status="failed", message=message, output_path=kept, now=now())
        raise
    summary = (not fault and executed and result_of(executed)) or {}
    record = RunRecord(
        id=run_id,
        notebook=name,
        parameters=values,
        status="failed" if fault else "succeeded",
        message=_storable(fault or summary["message"]),
        output_path=target if executed else None,
        summary=summary,
    )
    overtaken = end_run(
        engine, run_id, status=record.status, message=record.message, output_path=record.output_path, now=now()
    )
    return replace(record, status="failed", message=overtaken) if overtaken else record


def _secrets(name: str, settings: Settings) -> AbstractContextManager[dict[str, str]]:
    needed = NOTEBOOKS[name].secrets
    return secret_files(settings, needed) if needed else nullcontext({})


def _values(name: str, parameters: Mapping[str, str]) -> dict[str, Value]:
    return parameter_values(parameters_of_notebook(name), parameters)


def _clock() -> datetime:
    return datetime.now(UTC)


def _storable(message: str) -> str:
    return message.replace("\x00", "").encode(errors="replace").decode()[:MAX_MESSAGE]
