"""What all commands share: where they print, the store that they open, and batch notebooks with their progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from adplanning.core.errors import AdplanningError
from adplanning.core.settings import Settings, load_settings
from adplanning.store import upgrading
from adplanning.store.preferences import with_preferences

if TYPE_CHECKING:
    from adplanning.batch import RunRecord

out = Console()
err = Console(stderr=True)


def say(words: str) -> None:
    """Print a line as it is: nothing in it is markup, and no line is broken."""
    out.print(words, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def answering_errors() -> Iterator[None]:
    """End the command with a sentence and the code 2 in place of a traceback."""
    try:
        yield
    except AdplanningError as fault:
        err.print(f"[red]error:[/red] {fault.message}", highlight=False, markup=True)
        raise typer.Exit(2) from None


@contextmanager
def opened_store() -> Iterator[tuple[Engine, Settings]]:
    """The store that the settings name, upgraded, with faults answered as `answering_errors` does."""
    with answering_errors():
        settings = load_settings()
        engine = upgrading.open_store(settings.url)
        try:
            yield engine, with_preferences(engine, settings)
        finally:
            engine.dispose()


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show how far something is, on the console of errors, so that what is printed can be redirected."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=err) as progress:
        progress.add_task(title, total=1.0)
        yield progress


def report(progress: Progress, words: str, share: float) -> None:
    """Tell the bar what is being done, and which share of it is."""
    progress.update(progress.task_ids[0], description=words, completed=share)


def run_reported(engine: Engine, settings: Settings, notebook: str, parameters: dict[str, str]) -> RunRecord:
    """Run a batch notebook, show how far it is, and say how it ended; all but a success ends the command."""
    from adplanning.batch import run_notebook  # noqa: PLC0415
    from adplanning.batch_runs import reports_of  # noqa: PLC0415

    with progress_bar(f"Running {notebook}") as progress:
        record = run_notebook(
            engine,
            notebook,
            parameters,
            settings=settings,
            now=lambda: datetime.now(UTC),
            progress=lambda words, share: report(progress, words, share),
        )
        if record.status == "succeeded":
            report(progress, notebook, 1.0)
    say(f"{record.notebook} {record.status}: {record.message}")
    if record.output_path is not None:
        say(f"executed notebook: {record.output_path}")
    for kind, file in reports_of(record.id, record.output_path).items():
        say(f"report, {kind}: {file}")
    if record.status != "succeeded":
        raise typer.Exit(1)
    return record
