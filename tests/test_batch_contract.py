"""What a batch notebook declares, and which texts are values of it."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode

from adplanning.batch_contract import Parameter, parameter_values, parameters_of
from adplanning.core.errors import InvalidData

CELL = """\
from_date: str = ""  # first day; empty for all
lookback_days: int = 30  # days before the conversion
half_life_days: float = 7.0  # of time_decay
dry_run: bool = False  # only show
models: list[str] = ["last_click", "linear"]  # which ones
as_of: str = ""
"""


def notebook_with(*sources: str) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_parameters_are_read_from_their_cell_without_running_it() -> None:
    declared = parameters_of(notebook_with(CELL))
    assert declared["lookback_days"] == Parameter("lookback_days", "int", 30, "days before the conversion")
    assert declared["models"] == Parameter("models", "list[str]", ["last_click", "linear"], "which ones")
    assert declared["as_of"].help == ""


def test_a_value_becomes_what_its_parameter_is_and_the_others_keep_their_defaults() -> None:
    given = {
        "from_date": "2026-11-01",
        "lookback_days": " 7 ",
        "half_life_days": "0.5",
        "dry_run": "TRUE",
        "models": "linear, markov",
    }
    assert parameter_values(parameters_of(notebook_with(CELL)), given) == {
        "from_date": "2026-11-01",
        "lookback_days": 7,
        "half_life_days": 0.5,
        "dry_run": True,
        "models": ["linear", "markov"],
        "as_of": "",
    }


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lookback_days", "abc", "lookback_days: 'abc' is not a whole number; write it as 30"),
        ("lookback_days", "7.5", "lookback_days: '7.5' is not a whole number; write it as 30"),
        ("half_life_days", "nan", "half_life_days: 'nan' is not a finite number; write it as 7.5"),
        ("dry_run", "maybe", "dry_run: 'maybe' is not true or false; write one of the two"),
        ("from_date", "2026-02-30", "from_date: '2026-02-30' is not a date that exists; write it as 2026-11-22"),
        ("as_of", "yesterday", "as_of: 'yesterday' is not a date that exists; write it as 2026-11-22"),
        (
            "lookback_day",
            "7",
            "parameter: unknown value 'lookback_day'; choose one of: from_date, lookback_days, half_life_days, "
            "dry_run, models, as_of. Did you mean 'lookback_days'?",
        ),
    ],
)
def test_a_text_that_is_no_such_value_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidData) as refusal:
        parameter_values(parameters_of(notebook_with(CELL)), {name: text})
    assert refusal.value.message == message


@pytest.mark.parametrize("sources", [(), (CELL, CELL)])
def test_a_batch_notebook_has_one_parameters_cell(sources: tuple[str, ...]) -> None:
    with pytest.raises(InvalidData, match=rf"has {len(sources)} cells tagged 'parameters'"):
        parameters_of(notebook_with(*sources))


@pytest.mark.parametrize("line", ["days = 30", "import os", "days: int", "when: date = 1", "days: int = f()"])
def test_a_parameters_cell_holds_nothing_but_names_types_and_literals(line: str) -> None:
    with pytest.raises(InvalidData, match="is not `name: type = default`"):
        parameters_of(notebook_with(line))
