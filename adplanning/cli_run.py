"""`adplanning run`: batch notebooks, one or several after one another."""

from __future__ import annotations

from typing import Annotated

import typer

from adplanning.cli_store import answering_errors, opened_store, run_reported, say

_OPTIONS = ("-p", "--parameter")


def run(
    words: Annotated[
        list[str],
        typer.Argument(metavar="NOTEBOOK... [-p NAME VALUE]...", help="such as attribute_conversions -p models linear"),
    ],
) -> None:
    """Run batch notebooks in their order; ends with an error code unless all of them ran.

    One that fails does not keep those after it from running. Parameters go to a single notebook.
    """
    start = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    notebooks, parameters = words[:start], _named_values(words[start:])
    if not notebooks or (parameters and len(notebooks) > 1):
        raise typer.BadParameter("parameters are of one notebook; name exactly one before -p")
    with opened_store() as (engine, settings):
        codes = {}
        for notebook in notebooks:
            try:
                with answering_errors():
                    run_reported(engine, settings, notebook, parameters)
            except typer.Exit as end:
                codes[notebook] = end.exit_code
    if len(notebooks) > 1 and codes:
        say(f"{len(codes)} of {len(notebooks)} notebooks did not succeed: {', '.join(codes)}")
    if codes:
        raise typer.Exit(max(codes.values()))


def _named_values(words: list[str]) -> dict[str, str]:
    """Read `-p NAME VALUE`, as papermill does: typer has no option that takes two values several times."""
    triples = [tuple(words[at : at + 3]) for at in range(0, len(words), 3)]
    for triple in triples:
        if len(triple) != 3 or triple[0] not in _OPTIONS:
            raise typer.BadParameter(f"{' '.join(triple)!r} is not -p NAME VALUE")
    return {name: value for _, name, value in triples}
