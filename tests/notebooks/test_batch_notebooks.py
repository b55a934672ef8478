"""Each batch notebook on a small shop: to its end, and twice with one result."""

from __future__ import annotations

from datetime import UTC, datetime

import nbformat
import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.batch import NOTEBOOKS, RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.lab_charts import LAB_MIME_TYPE
from adplanning.store import facts

CREDIT = ["model", "conversion_id", "touchpoint_id", "credit", "value_minor", "converted_at", "lookback_days"]


def run(engine: Engine, name: str, settings: Settings, **parameters: str) -> RunRecord:
    record = run_notebook(
        engine,
        name,
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )
    assert record.status == "succeeded", record.message
    return record


def stored_credits(engine: Engine) -> pl.DataFrame:
    return facts.scan(engine, "attribution_credits", [*CREDIT, "run_id"]).sort(CREDIT).collect()


@pytest.mark.parametrize("name", sorted(name for name, kept in NOTEBOOKS.items() if not kept.calls_platform))
def test_a_batch_notebook_runs_to_its_end_needs_no_network_for_its_charts_and_shows_no_password(
    any_shop_engine: Engine, settings: Settings, name: str
) -> None:
    record = run(any_shop_engine, name, settings)
    executed = nbformat.read(record.output_path, as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert any(LAB_MIME_TYPE in output.get("data", {}) for output in outputs)
    text = nbformat.writes(executed)
    assert "https://cdn" not in text
    assert f":{any_shop_engine.url.password}@" not in text


def test_attributing_twice_keeps_the_same_credits_and_afresh_too(shop_engine: Engine, settings: Settings) -> None:
    first = run(shop_engine, "attribute_conversions", settings)
    before = stored_credits(shop_engine)
    second = run(shop_engine, "attribute_conversions", settings)
    after = stored_credits(shop_engine)
    assert first.summary["n_linked"] > 0 == second.summary["n_linked"]
    assert first.summary["n_credits"] == before.height > 0
    assert (second.summary["n_changed"], second.summary["n_credits"]) == (0, 0)
    assert before.equals(after)
    shares = after.group_by("model", "conversion_id").agg(pl.col("credit").sum())
    assert shares.filter((pl.col("credit") - 1).abs() > 1e-9).is_empty()
    assert shares.group_by("model").len()["len"].to_list() == [second.summary["n_conversions"]] * 5
    assert after["run_id"].unique().to_list() == [first.id]
    third = run(shop_engine, "attribute_conversions", settings, afresh="true")
    assert third.summary["n_changed"] == first.summary["n_changed"]
    assert stored_credits(shop_engine).drop("run_id").equals(before.drop("run_id"))


def test_only_the_conversions_up_to_as_of_are_credited_and_only_under_the_models_asked_for(
    shop_engine: Engine, settings: Settings
) -> None:
    run(shop_engine, "attribute_conversions", settings, as_of="2026-10-20", models="linear", lookback_days="7")
    kept = stored_credits(shop_engine)
    assert kept["model"].unique().to_list() == ["linear"]
    assert kept["lookback_days"].unique().to_list() == [7]
    # The end of that day in Asia/Kolkata.
    assert datetime(2026, 10, 20, tzinfo=UTC) < kept["converted_at"].max() < datetime(2026, 10, 20, 18, 30, tzinfo=UTC)


def test_resolving_twice_links_nothing_more_and_says_what_waits(shop_engine: Engine, settings: Settings) -> None:
    first = run(shop_engine, "resolve_attribution", settings)
    second = run(shop_engine, "resolve_attribution", settings)
    assert first.summary["n_resolved"] > 0 == second.summary["n_resolved"]
    assert second.summary["n_processed"] == first.summary["n_unresolved"] == second.summary["n_unresolved"]
    assert second.summary["n_waiting_tags"] > 0
