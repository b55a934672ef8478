"""How a notebook is executed: in a kernel of this interpreter, which knows no secrets and is gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import ensure_event_loop
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

from adplanning.batch_contract import Value, cell_fault, fault_of, read_notebook
from adplanning.batch_lease import Heartbeat
from adplanning.batch_progress import ProgressNote
from adplanning.core.errors import RunFailed
from adplanning.core.settings import SECRETS_DIR, Settings
from adplanning.store.engine import is_sqlite

PLATFORM_SECRETS = ("meta_access_token", "meta_app_secret")
ANALYSER_SECRETS = ("sentiment_token",)
NOTIFY_SECRETS = ("notify_webhook_url", "smtp_url")


def kernel_environment(engine: Engine, settings: Settings) -> dict[str, str]:
    """All that a batch kernel gets to know from outside: no key or token; of passwords only the store's.

    It stands in the URL, or in the file that PGPASSFILE names. See `secret_files` for what is called outside.
    """
    url = engine.url
    if is_sqlite(engine):
        url = url.set(database=str(Path(str(url.database)).absolute()))
    passed_on = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR", "SYSTEMROOT", "PGPASSFILE")
    return {name: os.environ[name] for name in passed_on if name in os.environ} | {
        "ADPLANNING_HOME": str(settings.home.absolute()),
        "ADPLANNING_DATABASE_URL": url.render_as_string(hide_password=False),
        "ADPLANNING_CURRENCY": settings.start_currency,
        "ADPLANNING_TIMEZONE": settings.start_timezone,
        "ADPLANNING_PUBLIC_REVENUE": settings.public_revenue.value,
        "ADPLANNING_LOG_LEVEL": settings.log_level,
        "ADPLANNING_META_AD_ACCOUNTS": settings.meta_ad_accounts,
        "ADPLANNING_META_PAGE_IDS": settings.meta_page_ids,
        "ADPLANNING_META_API_VERSION": settings.meta_api_version,
        "ADPLANNING_META_BASE_URL": settings.meta_base_url,
        "ADPLANNING_SENTIMENT_URL": settings.sentiment_url,
        "ADPLANNING_SENTIMENT_TIMEOUT_S": str(settings.sentiment_timeout_s),
        "ADPLANNING_PUBLIC_URL": settings.public_url,
        "ADPLANNING_NOTIFY_EMAIL": settings.notify_email,
        "ADPLANNING_SMTP_FROM": settings.smtp_from,
    }


@contextmanager
def secret_files(
    settings: Settings, names: Collection[str] = PLATFORM_SECRETS + ANALYSER_SECRETS + NOTIFY_SECRETS
) -> Iterator[dict[str, str]]:
    """What an environment needs so that `load_settings` finds these secrets of the settings.

    They stand in files that only this user may read, as long as the block lasts; the environment names their folder.
    """
    with tempfile.TemporaryDirectory(prefix="adplanning-") as folder:
        for name in names:
            secret = getattr(settings, name)
            if secret is not None:
                file = Path(folder) / f"ADPLANNING_{name.upper()}"
                file.touch(mode=0o600)
                file.write_text(secret.get_secret_value())
        yield {SECRETS_DIR: folder}


class Witness:
    """Sees each cell begin, and hands on the lines that the notebook prints: a file in papermill's eyes."""

    def __init__(
        self, heartbeat: Heartbeat, note: ProgressNote, progress: Callable[[str, float], None], n_cells: int
    ) -> None:
        self.cell = 0
        self.kernel: AsyncKernelManager | None = None
        self._heartbeat, self._note, self._progress, self._n_cells = heartbeat, note, progress, n_cells
        self._share, self._rest, self._stopped = 0.0, "", False

    def cell_start(self, cell: NotebookNode, cell_index: int) -> None:
        """Count the cell; raise RunFailed when the run must not go on."""
        if self._stopped:
            raise RunFailed("the runner was stopped")
        if self._heartbeat.lost:
            raise RunFailed("another run has taken over: this one gave no sign of life for too long")
        self.cell += cell.cell_type == "code"
        # The cell of the given values, which papermill puts in, comes on top of the notebook's own.
        self._share = cell_index / (self._n_cells + 1)
        self._note.tell(self._share)

    def stop(self) -> None:
        """End the kernel at once, or the notebook at its next cell when the kernel is about to start."""
        self._stopped = True
        if self.kernel and isinstance(self.kernel.provisioner, LocalProvisioner) and self.kernel.provisioner.process:
            self.kernel.provisioner.process.kill()

    def write(self, text: str) -> None:
        """Hand on the lines that have come to their end."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._note.tell(self._share, line)
            self._progress(line, self._share)

    def flush(self) -> None:
        """Nothing to do: every whole line has been handed on."""


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
        witness.kernel = _ThisInterpreter(kernel_name=kernel_name)
        client = PapermillNotebookClient(  # type: ignore[no-untyped-call]
            nb_man,
            km=witness.kernel,
            timeout=options["cell_s"],
            stdout_file=witness,
            on_cell_start=witness.cell_start,
        )
        try:
            client.execute(  # type: ignore[no-untyped-call]
                env=options["environment"], cwd=options["folder"], cleanup_kc=True
            )
        finally:
            ensure_event_loop().close()


papermill_engines.register("adplanning", _OwnKernel)  # type: ignore[no-untyped-call]


def execute(
    path: Path,
    target: Path,
    values: Mapping[str, Value],
    *,
    environment: Mapping[str, str],
    cell_s: int,
    witness: Witness,
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
        fault = cell_fault(witness.cell, stop.ename, stop.evalue)
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
