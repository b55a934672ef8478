"""What every notebook of the repository keeps to."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from adplanning.batch import FOLDER, NOTEBOOKS
from adplanning.batch_contract import parameters_of

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("notebooks", "dashboards")
    for file in (ROOT / folder).rglob("*.ipynb")
    if ".ipynb_checkpoints" not in file.parts
)

of_each_notebook = pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
of_each_batch_notebook = pytest.mark.parametrize("name", sorted(NOTEBOOKS))


def notebook_in(file: Path) -> NotebookNode:
    return nbformat.read(file, as_version=4)


def code_cells(file: Path) -> list[NotebookNode]:
    return [cell for cell in notebook_in(file).cells if cell.cell_type == "code"]


def tree_of(file: Path) -> ast.Module:
    return ast.parse("\n".join(cell.source for cell in code_cells(file)))


def test_the_batch_notebooks_are_those_in_their_folder() -> None:
    assert {file.name for file in FOLDER.glob("*.ipynb")} == {notebook.file for notebook in NOTEBOOKS.values()}


@of_each_notebook
def test_a_notebook_is_valid_and_normalised_and_for_any_python_3(file: Path) -> None:
    notebook = notebook_in(file)
    nbformat.validate(notebook)
    assert file.read_text() == nbformat.writes(notebook) + "\n"
    assert notebook.metadata.kernelspec.name == "python3"


@of_each_notebook
def test_a_notebook_has_one_title_at_its_top(file: Path) -> None:
    prose = [cell.source for cell in notebook_in(file).cells if cell.cell_type == "markdown"]
    titles = [line for text in prose for line in text.splitlines() if line.startswith("# ")]
    assert len(titles) == 1
    assert notebook_in(file).cells[0].source.startswith(titles[0])


@of_each_notebook
def test_a_notebook_stores_no_output(file: Path) -> None:
    assert [(cell.outputs, cell.execution_count) for cell in code_cells(file)] == [([], None)] * len(code_cells(file))


@of_each_notebook
def test_a_notebook_has_at_most_ten_code_cells_and_none_is_empty(file: Path) -> None:
    assert 1 <= len(code_cells(file)) <= 10
    assert all(cell.source.strip() for cell in code_cells(file))


@of_each_notebook
def test_a_notebook_defines_no_function_and_no_class(file: Path) -> None:
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert not [ast.unparse(node) for node in ast.walk(tree_of(file)) if isinstance(node, defined)]


@of_each_batch_notebook
def test_every_parameter_of_a_batch_notebook_is_explained(name: str) -> None:
    parameters = parameters_of(notebook_in(FOLDER / NOTEBOOKS[name].file))
    assert [parameter.name for parameter in parameters.values() if not parameter.help] == []


@of_each_batch_notebook
def test_a_batch_notebook_ends_by_saying_that_it_is_finished(name: str) -> None:
    last = ast.parse(code_cells(FOLDER / NOTEBOOKS[name].file)[-1].source).body[-1]
    assert ast.unparse(last).startswith("finished(")
