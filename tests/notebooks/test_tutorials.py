"""The tutorials run from top to bottom on the demo shop."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from sqlalchemy import Engine

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.batch import FOLDER
from adplanning.batch_kernel import kernel_environment
from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.store.session import write_transaction

TUTORIALS = FOLDER / "tutorials"


def executed(name: str, engine: Engine, settings: Settings, folder: Path, *, changed: str = "") -> NotebookNode:
    tutorial = nbformat.read(TUTORIALS / f"{name}.ipynb", as_version=4)
    parameters = next(cell for cell in tutorial.cells if cell.cell_type == "code")
    parameters.source += f"\n{changed}"
    client = NotebookClient(tutorial, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=kernel_environment(engine, settings))
    assert "https://cdn" not in nbformat.writes(tutorial)
    return tutorial


def printed(tutorial: NotebookNode) -> str:
    outputs = [output for cell in tutorial.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


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


def test_customers_of_half_a_year_are_foretold_better_than_by_the_naive_rule_and_a_segment_holds_whom_the_list_has(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    fill(engine, shop(183, until=date(2026, 10, 31), size=0.2), lambda _: None)
    told = printed(executed("who_buys_again", engine, settings, tmp_path, changed='as_of = "2026-10-31"'))
    by_hand = re.search(r"months: ([\d,]+) by hand, ([\d,]+) by the rule", told)
    assert by_hand is not None, told
    assert by_hand[1] == by_hand[2] != "0"
    assert "Learnt from" in told
    errors = re.search(r"off by ([\d.]+) a customer, the naive rule by ([\d.]+)", told)
    assert errors is not None, told
    assert float(errors[1]) < float(errors[2])
    counts = re.search(r"([\d,]+) customers match, ([\d,]+) by hand", told)
    assert counts is not None, told
    assert counts[1] == counts[2] != "0"


def test_a_shop_too_young_for_a_model_is_told_so_and_valued_by_rules(
    shop_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    told = printed(executed("who_buys_again", shop_engine, settings, tmp_path))
    assert "No model: " in told
    assert "No check: " in told
    assert "the model needs 500" in told
