"""The notebook that counts running experiments, on a small shop."""

from __future__ import annotations

from datetime import UTC, datetime

import nbformat
import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.lab_charts import LAB_MIME_TYPE
from adplanning.store import facts
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment
from tests.experiments.shop import conversion, experiment, fill, view

PAGES = {"control": ["/spring"], "treatment": ["/summer/*"]}


def run(engine: Engine, settings: Settings, **parameters: str) -> RunRecord:
    return run_notebook(
        engine,
        "update_experiments",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )


def stored(engine: Engine) -> pl.DataFrame:
    columns = TABLES["experiment_days"].c.keys()
    return facts.scan(engine, "experiment_days", columns).sort("experiment_id", "variant_id", "on").collect()


@pytest.fixture
def decided(engine: Engine) -> Engine:
    """An experiment whose treatment sells three times as often, one that nobody can count, and a paused one."""
    n = 1500
    fill(
        engine,
        {
            "journey_events": [view(f"j{i}", f"v{i}", i / 10, "/spring" if i % 2 else "/summer/a") for i in range(n)],
            "conversions": [
                conversion(f"c{i}", f"v{i}", i / 10 + 1) for i in range(n) if i % (11 if i % 2 else 4) == 0
            ],
        },
    )
    experiment(engine, "landing_pages", "conversion_rate", PAGES, auto_stop=True, name="Summer")
    experiment(engine, "landing_pages", "ctr", PAGES, id="exp_2", name="Impossible")
    experiment(engine, "landing_pages", "leads", PAGES, id="exp_3", name="Paused", status="paused")
    return engine


def test_a_decided_experiment_ends_itself_and_one_that_cannot_be_counted_says_why(
    decided: Engine, settings: Settings
) -> None:
    record = run(decided, settings)
    assert record.status == "succeeded", record.message
    assert record.message.startswith("1 experiments updated, 1 of them completed; Impossible was not updated: ")
    assert (record.summary["n_experiments"], record.summary["n_failed"], record.summary["n_completed"]) == (1, 1, 1)
    assert set(stored(decided)["experiment_id"]) == {"exp_1"}
    with reading(decided) as session:
        row = session.get_one(Experiment, "exp_1")
        assert (row.status, row.winner) == ("completed", "treatment")
        assert row.stop_reason is not None
        assert row.results is not None
    assert record.output_path is not None
    executed = nbformat.read(record.output_path, as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert any(LAB_MIME_TYPE in output.get("data", {}) for output in outputs)
    before = stored(decided)
    again = run(decided, settings, experiment_id="exp_1")
    assert again.status == "succeeded", again.message
    assert stored(decided).equals(before)


def test_one_that_is_asked_for_and_cannot_be_counted_fails_the_run(decided: Engine, settings: Settings) -> None:
    record = run(decided, settings, experiment_id="exp_2")
    assert record.status == "failed"
    assert "of ads, not of pages" in record.message


def test_without_any_experiment_there_is_nothing_to_do(engine: Engine, settings: Settings) -> None:
    record = run(engine, settings)
    assert (record.status, record.message) == ("succeeded", "0 experiments updated, 0 of them completed")
