"""The tutorials run from top to bottom on the demo shop."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from sqlalchemy import Engine

from adplanning.attribution.crediting_service import credit_changes, keep_credits
from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.batch import FOLDER
from adplanning.batch_kernel import kernel_environment
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PublicRevenue
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.forecasts.curve_service import fit_curves, keep_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.store.session import write_transaction, writing

TUTORIALS = FOLDER / "tutorials"


def executed(name: str, engine: Engine, settings: Settings, folder: Path, *, changed: str = "") -> NotebookNode:
    tutorial = nbformat.read(TUTORIALS / f"{name}.ipynb", as_version=4)
    parameters = next(cell for cell in tutorial.cells if cell.cell_type == "code")
    parameters.source += f"\n{changed}"
    client = NotebookClient(tutorial, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=kernel_environment(engine, settings))
    assert "https://cdn" not in nbformat.writes(tutorial)
    return tutorial


def resolve(engine: Engine) -> None:
    found = campaign_links(engine, cutoff=0.88, margin=0.05, now=datetime.now(UTC))
    for part in found.parts():
        with write_transaction(engine) as connection:
            store_links(connection, part)


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
    resolve(shop_engine)
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


def test_a_verdict_is_the_one_by_hand_and_who_peeks_is_wrong_more_often_than_the_always_valid_result(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    fill(engine, shop(60, until=date(2026, 10, 31)), lambda _: None)
    told = printed(executed("is_this_test_significant", engine, settings, tmp_path, changed="simulated = 200"))
    assert "those of the store are the same: True" in told
    by_hand, by_formula = zip(*re.findall(r"(?:z|p) (\S+) by hand, (\S+) by analyse", told), strict=True)
    assert by_hand == by_formula
    z, p_value, p_value_of_the_split = (float(value) for value in by_hand)
    assert z > 1.96
    assert p_value < 0.05
    assert p_value_of_the_split < 0.001
    shares = re.search(
        r"([\d.]+)% significant at a single look at the end, ([\d.]+)% on some day .*?([\d.]+)% by", told
    )
    assert shares is not None, told
    single, watched, always_valid = (float(share) for share in shares.groups())
    assert single < 10 < watched
    assert always_valid <= 5


def test_the_best_split_of_more_money_brings_more_than_spreading_it_like_today(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    fill(engine, shop(90, until=date(2026, 10, 31), size=0.2), lambda _: None)
    resolve(engine)
    for part in credit_changes(engine, period=Period(), public_revenue=PublicRevenue.counted).parts():
        with write_transaction(engine) as connection:
            keep_credits(connection, part)
    as_of_on = date(2026, 10, 31)
    known = campaign_histories(
        engine,
        as_of_on=as_of_on,
        zone=settings.zone,
        currency=settings.currency,
        public_revenue=settings.public_revenue,
    )
    with writing(engine) as session:
        keep_curves(
            session,
            fit_curves(known),
            Outcome.revenue,
            as_of_on=as_of_on,
            currency=settings.currency,
            now=datetime.now(UTC),
        )
    changed = 'more, as_of = 10_000, "2026-10-31"'
    told = printed(executed("where_should_the_next_lakh_go", engine, settings, tmp_path, changed=changed))
    gains = re.search(r"([\d,]+) by a better split alone; ([\d,]+) by 10,000 spread.*\n\s+([\d,]+) by both", told)
    assert gains is not None, told
    better, spread, both = (int(gain.replace(",", "")) for gain in gains.groups())
    assert 0 < better < both
    assert 0 < spread < both
    rows = re.search(r"A day: ([\d,]+) by the rows of section 3, ([\d,]+) by the scenario", told)
    assert rows is not None, told
    assert rows[1] == rows[2] != "0"
    assert "Spend followed demand in " in told


def test_models_are_held_against_one_another_and_against_the_known_truth_and_one_is_recommended(
    shop_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    resolve(shop_engine)
    made = "demo_days, demo_seed, demo_size = 21, 5, 0.105"
    tutorial = executed("choosing_a_credit_model", shop_engine, settings, tmp_path, changed=made)
    told = printed(tutorial)
    apart = re.search(r"Furthest apart: (\w+) and (\w+), by (\d+)% of all credit", told)
    assert apart is not None, told
    assert apart[1] != apart[2]
    assert 0 < int(apart[3]) < 100
    assert "an interval needs 30" in told
    assert re.search(r": take (position_based|markov)", told)
    assert "No truth is known" not in told
    [table] = [
        output.data["text/plain"]
        for cell in tutorial.cells
        for output in cell.get("outputs", [])
        if "misplaced" in output.get("data", {}).get("text/plain", "")
    ]
    misplaced = [float(share) for share in re.findall(r"(\d\.\d\d) +┆ +-?\d\.\d\d +│", table)]
    assert len(misplaced) == 7, table
    assert 0 < misplaced[0] < misplaced[-1] < 1
    assert misplaced == sorted(misplaced)
