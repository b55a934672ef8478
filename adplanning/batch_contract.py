"""What a batch notebook keeps to: the parameters it takes, and how one sees that it came to its end.

Its one cell tagged `parameters` holds a line `name: type = default  # what it means` per parameter, and nothing else.
A text parameter named `as_of` or `…_date` is an ISO date (or instant), or empty. Its last cell calls `finished(...)`.
"""

from __future__ import annotations

import ast
import contextlib
import io
import math
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
from nbformat import NotebookNode

from adplanning.core import errors
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.texts import storable_text

_IN_A_SENTENCE = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.AdplanningError)
}
RESULT = "application/vnd.adplanning.result+json"

Value = bool | int | float | str | list[str]


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell."""

    name: str
    type: str
    default: Value
    help: str


def finished(message: str, **summary: float | str | None) -> None:
    """Say, in the last cell of a batch notebook, that all is done: a sentence, and figures for whoever started it."""
    from IPython.display import display  # noqa: PLC0415 - only a kernel needs it

    display({"text/plain": message, RESULT: {"message": message, **summary}}, raw=True)  # type: ignore[no-untyped-call]


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from its file."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def result_of(notebook: NotebookNode) -> dict[str, Any] | None:
    """What `finished` said in the last code cell; None when it did not."""
    cells = _code_cells(notebook)
    bundles = [output.get("data", {}) for output in cells[-1].outputs] if cells else []
    return next((dict(data[RESULT]) for data in bundles if RESULT in data), None)


def cell_fault(cell: int, error: str, words: str) -> str:
    """Why a cell failed; errors of `core.errors`, `RunFailed` among them, have said it in a sentence of their own.

    >>> cell_fault(3, "ValueError", "no spend")
    'cell In [3] failed with ValueError: no spend'
    >>> cell_fault(3, "RunFailed", "Meta does not answer")
    'Meta does not answer'
    """
    if error in _IN_A_SENTENCE:
        return words
    return f"cell In [{cell}] failed with {error}: {words}"


def fault_of(notebook: NotebookNode) -> str | None:
    """Why an executed notebook did not come to its end; None when it did.

    Only what the kernel has answered counts. The states that papermill writes into the metadata do not: it calls cells
    completed that were never run when the kernel was killed.
    """
    for number, cell in enumerate(_code_cells(notebook), 1):
        for output in cell.outputs:
            if output.output_type == "error":
                return cell_fault(number, output.ename, output.evalue)
        if cell.execution_count is None:
            return f"cell In [{number}] was not run"
    if result_of(notebook) is None:
        return "the last cell did not call finished(...), so nothing says that the work is done"
    return None


def parameters_of(notebook: NotebookNode) -> dict[str, Parameter]:
    """Read the parameters cell without running it.

    Raises
    ------
    InvalidData : not exactly one such cell, or a line that is not `name: type = default`.
    """
    cells = [cell for cell in _code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise InvalidData.at("notebook", f"has {len(cells)} cells tagged 'parameters'; a batch notebook has one")
    source = cells[0].source
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    declared = [_parameter(line, comments) for line in ast.parse(source).body]
    return {parameter.name: parameter for parameter in declared}


def parameter_values(declared: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, Value]:
    """The value of each declared parameter: what was given, as its type, else the default.

    Raises
    ------
    InvalidData : a name that the notebook does not declare, or a text that is not of the parameter's type.

    >>> declared = {"lookback_days": Parameter("lookback_days", "int", 30, "")}
    >>> parameter_values(declared, {"lookback_days": "7"})
    {'lookback_days': 7}
    >>> parameter_values(declared, {"lookback_days": "abc"})
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: lookback_days: 'abc' is not a whole number; write it as 30
    """
    for name in given:
        if name not in declared:
            raise InvalidData.unknown_choice("parameter", name, declared)
    return {
        name: _value(parameter, given[name]) if name in given else parameter.default
        for name, parameter in declared.items()
    }


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _parameter(line: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None:
        kind = ast.unparse(line.annotation)
        with contextlib.suppress(ValueError):  # not a literal
            if kind in _READ:
                help_text = comments.get(line.end_lineno or line.lineno, "")
                return Parameter(line.target.id, kind, ast.literal_eval(line.value), help_text)
    raise InvalidData.at(
        "notebook",
        f"parameters cell: {ast.unparse(line)!r} is not `name: type = default` with a type of {', '.join(_READ)}",
    )


def _value(parameter: Parameter, text: str) -> Value:
    read, kind = _READ[parameter.type]
    try:
        value = read(storable_text(text))
    except (ValueError, KeyError):
        raise InvalidData.at(parameter.name, f"{text[:80]!r} is not {kind}") from None
    if parameter.type == "str" and text and (parameter.name == "as_of" or parameter.name.endswith("_date")):
        _require_date(parameter.name, text)
    return value


def _require_date(name: str, text: str) -> None:
    try:
        Period.of(text, None, ZoneInfo("UTC"))
    except InvalidData:
        raise InvalidData.at(name, f"{text[:80]!r} is not a date that exists; write it as 2026-11-22") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.strip().lower()]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_READ: dict[str, tuple[Callable[[str], Value], str]] = {
    "int": (int, "a whole number; write it as 30"),
    "float": (_finite, "a finite number; write it as 7.5"),
    "bool": (_truth, "true or false; write one of the two"),
    "str": (str, "a text that can be stored"),
    "list[str]": (_names, "a list; write it as first_click,linear"),
}
