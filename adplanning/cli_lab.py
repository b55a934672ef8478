"""`adplanning lab`: JupyterLab with the tutorials, in a folder where they may be changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from sqlalchemy import Engine, exists, select

from adplanning.cli_store import opened_store, say
from adplanning.core.settings import Settings
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES

TUTORIALS = Path(__file__).parents[1] / "notebooks" / "tutorials"
FIRST = "from_clicks_to_roas.ipynb"
DELIVERED = ".delivered.json"
TOLD_OF = ("conversions", "touchpoints", "daily_spend")


def lab(
    port: Annotated[int, typer.Option(help="port to listen on; the next free one where it is taken")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="print the address, and open no browser")] = False,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="run as root, as some containers do")] = False,
) -> None:
    """Start JupyterLab on this machine, with the tutorials and the store at hand."""
    with opened_store() as (engine, settings):
        folder = settings.home.absolute() / "lab"
        for line in deliver(sorted(TUTORIALS.glob("*.ipynb")), folder):
            say(line)
        with reading(engine) as session:
            if not any(session.scalar(select(exists().select_from(TABLES[fact]))) for fact in TOLD_OF):
                say("The store is empty: adplanning demo fills it with a made-up shop, adplanning import with your own")
        environment = lab_environment(engine, settings)
    from jupyterlab.labapp import LabApp  # noqa: PLC0415 (takes a second, which no other command should wait for)

    for name in [name for name in os.environ if name.startswith("ADPLANNING_")]:
        del os.environ[name]
    # Kernels are of this interpreter, whatever another one has installed under the same name for this user.
    os.environ.update(environment, JUPYTER_PREFER_ENV_PATH="1")
    LabApp.launch_instance(
        [
            *lab_arguments(folder, port=port),
            f"--ServerApp.open_browser={not no_browser}",
            f"--ServerApp.allow_root={allow_root}",
        ]
    )


def lab_arguments(folder: Path, *, port: int) -> list[str]:
    """How JupyterLab is started: on this machine only, with its token, and without a word to the network."""
    return [
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def lab_environment(engine: Engine, settings: Settings) -> dict[str, str]:
    """What kernels of JupyterLab get to know, so that they find the store from any folder: all settings but secrets."""
    from adplanning.batch_kernel import kernel_environment  # noqa: PLC0415 (loads papermill, which no other command needs)

    plain = {name: value for name, value in settings if value is not None and not isinstance(value, SecretStr)}
    return {f"ADPLANNING_{name.upper()}": str(value) for name, value in plain.items()} | kernel_environment(
        engine, settings
    )


def deliver(notebooks: Iterable[Path], folder: Path) -> list[str]:
    """Copy notebooks to where they may be changed, and never over what somebody has made of them.

    A copy whose cells nobody has changed gives way to a newer version; beside one that was changed, the newer version
    is put under a name of its own, once.

    Returns
    -------
    A sentence about each file that was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / DELIVERED
    delivered: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    said = []
    for notebook in notebooks:
        version, target = _version(notebook), folder / notebook.name
        if not target.exists():
            said.append(f"{target.name}: new in {folder}")
        elif delivered.get(notebook.name) == version:
            continue
        elif _version(target) != delivered.get(notebook.name):
            target = folder / f"{notebook.stem}-{version[:6]}.ipynb"
            said.append(f"{target.name}: the newer version; yours stays as it is in {notebook.name}")
        else:
            said.append(f"{target.name}: brought up to this release")
        shutil.copyfile(notebook, target)
        delivered[notebook.name] = version
    record.write_text(json.dumps(delivered, indent=1))
    return said


def _version(notebook: Path) -> str:
    """What tells two versions apart: the text of the cells, not what came out of them."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        return "unreadable"
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
