"""The tutorial runs from top to bottom on the demo shop."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from sqlalchemy import Engine

from adplanning.batch import FOLDER
from adplanning.batch_kernel import kernel_environment
from adplanning.core.settings import Settings

TUTORIAL = FOLDER / "tutorials" / "from_clicks_to_roas.ipynb"


def test_the_tutorial_runs_without_the_network_and_the_credits_of_its_sale_add_up_to_one(
    shop_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    tutorial = nbformat.read(TUTORIAL, as_version=4)
    client = NotebookClient(tutorial, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=kernel_environment(shop_engine, settings))
    assert "https://cdn" not in nbformat.writes(tutorial)
    sums = tutorial.cells[-1].outputs[1].data["text/plain"]
    assert sums.count("1.00") == 5, sums
