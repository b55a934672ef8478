"""Each page has a notebook of its own, with which it opens in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from sqlalchemy import Engine

from adplanning.ui.catalogue import PAGES

FOLDER = Path(__file__).parents[2] / "dashboards"
# The one that the server opens for whatever page is asked for.
POOLED = "any_page.ipynb"
NOTEBOOKS = {f"{slug.rpartition('/')[2].replace('-', '_')}.ipynb": slug for slug in PAGES}


def test_every_page_has_its_notebook_and_there_is_no_other() -> None:
    assert {file.name for file in FOLDER.glob("*.ipynb")} == {*NOTEBOOKS, POOLED}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_holds_a_title_and_one_call(name: str) -> None:
    title, call = nbformat.read(FOLDER / name, as_version=4).cells
    page = PAGES[NOTEBOOKS[name]]
    assert title.source.splitlines()[0] == f"# {page.title}"
    assert call.source == f'from adplanning.ui.shell import show\n\nshow("{NOTEBOOKS[name]}")'


@pytest.mark.parametrize("name", ["attribution.ipynb"])
def test_executing_it_shows_the_page(
    name: str, shop_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADPLANNING_DATABASE_URL", str(shop_engine.url))
    notebook = nbformat.read(FOLDER / name, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute()
    [output] = notebook.cells[1].outputs
    view = output.data["application/vnd.jupyter.widget-view+json"]
    state = client.widget_state
    shell = state[view["model_id"]]
    assert (shell["page"]["title"], shell["fault"]) == ("Attribution", "")
    assert shell["visitor"]["role"] == "admin"
    bodies = [state[reference.removeprefix("IPY_MODEL_")] for reference in shell["body"]]
    [table] = [body for body in bodies if "rows" in body]
    assert table["total"] > 0
