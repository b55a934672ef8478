"""The tutorials run from top to bottom on the demo shop."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from sqlalchemy import Engine

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.batch import FOLDER
from adplanning.batch_kernel import kernel_environment
from adplanning.core.settings import Settings
from adplanning.store.session import write_transaction

TUTORIALS = FOLDER / "tutorials"


def executed(name: str, engine: Engine, settings: Settings, folder: Path) -> NotebookNode:
    tutorial = nbformat.read(TUTORIALS / f"{name}.ipynb", as_version=4)
    client = NotebookClient(tutorial, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=kernel_environment(engine, settings))
    assert "https://cdn" not in nbformat.writes(tutorial)
    return tutorial


def test_the_credits_of_the_sale_that_is_followed_by_hand_add_up_to_one(
    shop_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    last = executed("from_clicks_to_roas", shop_engine, settings, tmp_path).cells[-1]
    sums = last.outputs[1].data["text/plain"]
    assert sums.count("1.00") == 5, sums


def test_a_campaigns_number_is_that_of_its_touchpoints(shop_engine: Engine, settings: Settings, tmp_path: Path) -> None:
    found = campaign_links(shop_engine, cutoff=0.88, margin=0.05, now=datetime.now(UTC))
    for part in found.parts():
        with write_transaction(shop_engine) as connection:
            store_links(connection, part)
    last = executed("why_this_number", shop_engine, settings, tmp_path).cells[-1]
    told = re.search(r"([\d,.]+) INR in the report, ([\d,.]+) from its touchpoints", last.outputs[0].text)
    assert told is not None, last.outputs[0].text
    assert told[1] == told[2] != "0.00"
    sums = last.outputs[1].data["text/plain"]
    assert (sums.count("1.00"), sums.count("0.00")) == (7, 1), sums
