"""`adplanning export`: facts and numbers as a file, all rows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand

from adplanning.cli_store import opened_store, say


class ExportCommand(TyperCommand):
    """Names the kinds of files only in its help: to know them costs each command half a second."""

    def format_help(self, *given: Any, **named: Any) -> None:
        """Write the help, with what there is to choose from."""
        from adplanning.exports import EXPORTS  # noqa: PLC0415

        for param in self.params:
            if isinstance(param, TyperArgument) and param.name == "kind":
                param.help = "; ".join(f"{name}: {one.help}" for name, one in EXPORTS.items())
        super().format_help(*given, **named)


def export(
    kind: Annotated[str, typer.Argument()],
    file: Annotated[Path, typer.Argument(help="ends in .csv or .parquet")],
    from_date: Annotated[str | None, typer.Option("--from", help="first day, such as 2026-11-01")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="last day, included")] = None,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Write all rows of a kind into a file; amounts in major units, times in UTC."""
    from adplanning.exports import export_rows, refuse_target, write_rows  # noqa: PLC0415
    from adplanning.workspace import Workspace  # noqa: PLC0415

    with opened_store() as (engine, settings):
        refuse_target(file, force=force)
        rows = export_rows(Workspace(engine, settings), kind, from_date=from_date, to_date=to_date)
        write_rows(rows, file, force=force)
    say(f"{rows.height:,} rows of {rows.width} columns written: {file}")
