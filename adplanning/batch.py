"""Runs a batch notebook in a kernel of its own and tells the truth about how it ended."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.reader import NotJSONError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine as PapermillEngine
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import execute_notebook
from sqlalchemy import Engine
from traitlets import default

from adplanning.batch_contract import Value, fault_of, parameter_values, parameters_of, read_notebook, result_of
from adplanning.batch_lease import Heartbeat, Timing, begin_run, end_run
from adplanning.core.errors import InvalidData, NotFound, RunFailed
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings
from adplanning.store.engine import is_sqlite

FOLDER = Path(__file__).parents[1] / "notebooks"
MAX_MESSAGE = 2000


@dataclass(frozen=True)
class Notebook:
    """A batch notebook: its file in `FOLDER` and what it does, in one sentence."""

    file: str
    help: str


NOTEBOOKS = {
    "attribute_conversions": Notebook(
        "attribute_conversions.ipynb", "Credit each conversion to the touchpoints before it, by every credit model."
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


def run_notebook(
    engine: Engine,
    name: str,
    parameters: Mapping[str, str],
    *,
    settings: Settings,
    now: Callable[[], datetime],
    progress: Callable[[str], None],
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
    progress : takes each line that the notebook prints.
    timing : heartbeat, lease and the longest time for one cell.

    Raises
    ------
    InvalidData : an unknown notebook or parameter, or a value that is not of its type; nothing has run.
    NotFound : the notebook's file is missing.
    Conflict : the same notebook is running.
    StoreUnavailable : the run cannot be recorded.
    """
    path = notebook_path(name)
    values = parameter_values(parameters_of(read_notebook(path)), parameters)
    run_id = new_id("run")
    begin_run(engine, run_id, name, values, now=now(), lease_s=timing.lease_s)
    progress(f"{name} begins as {run_id}")
    target = settings.runs_folder.absolute() / f"{run_id}.ipynb"
    environment = kernel_environment(engine, settings) | {"ADPLANNING_RUN_ID": run_id}
    try:
        with Heartbeat(engine, run_id, now, timing) as heartbeat:
            witness = _Witness(heartbeat, progress)
            fault, executed = _execute(
                path, target, values, environment=environment, cell_s=timing.cell_s, witness=witness
            )
    except BaseException as stop:
        message = f"the runner was stopped by {type(stop).__name__}"
        end_run(engine, run_id, status="failed", message=message, output_path=None, now=now())
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


def kernel_environment(engine: Engine, settings: Settings) -> dict[str, str]:
    """All that a batch kernel gets to know from outside: no key or token; of passwords only the store's, in its URL."""
    url = engine.url
    if is_sqlite(engine):
        url = url.set(database=str(Path(str(url.database)).absolute()))
    passed_on = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in passed_on if name in os.environ} | {
        "ADPLANNING_HOME": str(settings.home.absolute()),
        "ADPLANNING_DATABASE_URL": url.render_as_string(hide_password=False),
        "ADPLANNING_CURRENCY": settings.currency,
        "ADPLANNING_TIMEZONE": settings.timezone,
        "ADPLANNING_PUBLIC_REVENUE": settings.public_revenue.value,
        "ADPLANNING_LOG_LEVEL": settings.log_level,
    }


class _Witness:
    """Sees each cell begin, and hands on the lines that the notebook prints: a file in papermill's eyes."""

    def __init__(self, heartbeat: Heartbeat, progress: Callable[[str], None]) -> None:
        self.cell = 0
        self._heartbeat, self._progress, self._rest = heartbeat, progress, ""

    def cell_start(self, cell: NotebookNode, cell_index: int) -> None:
        if self._heartbeat.lost:
            raise RunFailed("another run has taken over: this one gave no sign of life for too long")
        self.cell += cell.cell_type == "code"

    def write(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._progress(line)

    def flush(self) -> None:
        """Every whole line has been handed on already."""


class _ThisInterpreter(AsyncKernelManager):
    """Starts kernels of the running interpreter, whatever kernels the user has installed elsewhere."""

    @default("kernel_spec_manager")
    def _no_other_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])

    @default("transport_encryption")
    def _encrypted_where_possible(self) -> str:
        return "auto" if zmq.has("curve") else "disabled"


class _OwnKernel(PapermillEngine):
    """papermill's usual way of execution, in an environment and a folder that the runner chooses."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: Any, **options: Any) -> None:
        witness = options["witness"]
        manager = _ThisInterpreter(kernel_name=kernel_name)
        client = PapermillNotebookClient(  # type: ignore[no-untyped-call]
            nb_man, km=manager, timeout=options["cell_s"], stdout_file=witness, on_cell_start=witness.cell_start
        )
        try:
            client.execute(  # type: ignore[no-untyped-call]
                env=options["environment"], cwd=options["folder"], cleanup_kc=True
            )
        finally:
            # An interrupt can break the client's own orderly shutdown.
            if isinstance(manager.provisioner, LocalProvisioner) and manager.provisioner.process:
                manager.provisioner.process.kill()
                manager.provisioner.process.wait()


papermill_engines.register("adplanning", _OwnKernel)  # type: ignore[no-untyped-call]


def _execute(
    path: Path,
    target: Path,
    values: Mapping[str, Value],
    *,
    environment: Mapping[str, str],
    cell_s: int,
    witness: _Witness,
) -> tuple[str | None, NotebookNode | None]:
    """Why it failed, None when it did not; and the executed notebook, None when none could be kept."""
    unfinished = target.with_name(f".{target.name}")
    fault = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="adplanning-") as folder:
            execute_notebook(  # type: ignore[no-untyped-call]
                _literally(path),
                _literally(unfinished),
                values,
                engine_name="adplanning",
                kernel_name="python3",
                language="python",
                progress_bar=False,
                environment={**environment, "IPYTHONDIR": folder},
                folder=folder,
                cell_s=cell_s,
                witness=witness,
            )
    except PapermillExecutionError as stop:
        fault = f"cell In [{witness.cell}] failed with {stop.ename}: {stop.evalue}"
    except DeadKernelError:
        fault = f"the kernel died in cell In [{witness.cell}]: it was killed, or ran out of memory"
    except CellTimeoutError:
        fault = f"cell In [{witness.cell}] took longer than {cell_s} seconds and was stopped"
    except (PapermillException, RunFailed, RuntimeError, OSError) as stop:
        fault = f"{type(stop).__name__}: {stop}"
    try:
        executed = _kept(unfinished, target)
    except (OSError, NotJSONError) as stop:
        return fault or f"the executed notebook could not be kept: {stop}", None
    return fault or fault_of(executed), executed


def _kept(unfinished: Path, target: Path) -> NotebookNode:
    """Give the executed notebook its name once it is whole and on the disk."""
    executed = read_notebook(unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.rename(target)
    return executed


def _literally(path: Path) -> str:
    """The path as papermill takes it: braces would be filled in otherwise."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _storable(message: str) -> str:
    return message.replace("\x00", "").encode(errors="replace").decode()[:MAX_MESSAGE]
