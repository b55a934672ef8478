"""The notebook that scores everybody, on a small shop."""

from __future__ import annotations

from datetime import UTC, datetime

import nbformat
import polars as pl
from sqlalchemy import Engine

from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.store import facts

COLUMNS = ["person_id", "score_type", "id", "score_value", "tier", "method", "history", "details"]


def run(engine: Engine, settings: Settings, **parameters: str) -> RunRecord:
    record = run_notebook(
        engine,
        "score_customers",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )
    assert record.status == "succeeded", record.message
    return record


def stored(engine: Engine) -> pl.DataFrame:
    return facts.scan(engine, "customer_scores", COLUMNS).sort("person_id", "score_type").collect()


def test_everybody_is_scored_once_and_a_second_run_as_of_that_day_changes_nothing(
    shop_engine: Engine, settings: Settings
) -> None:
    first = run(shop_engine, settings, as_of="2026-10-31")
    scores = stored(shop_engine)
    assert first.summary["n_scores"] == scores.height > 0
    by_type = dict(scores.group_by("score_type").len().iter_rows())
    n_raters = facts.scan(shop_engine, "ratings", ["person_id"]).unique().collect().height
    everybody = first.summary["n_customers"]
    assert by_type == {"engagement": everybody, "clv": everybody, "churn_risk": everybody, "nps": n_raters}
    assert 0 < n_raters < everybody
    run(shop_engine, settings, as_of="2026-10-31")
    assert stored(shop_engine).equals(scores)


def test_too_little_history_is_scored_by_rules_and_the_notebook_says_why(
    shop_engine: Engine, settings: Settings
) -> None:
    record = run(shop_engine, settings, as_of="2026-10-31")
    assert record.summary["method"] == "rules"
    assert record.output_path is not None
    text = nbformat.writes(nbformat.read(record.output_path, as_version=4))
    assert "By rules: " in text
    assert "needs 500" in text
    assert set(stored(shop_engine)["method"]) == {"rules"}


def test_a_later_score_is_not_undone_by_a_run_as_of_an_earlier_day(shop_engine: Engine, settings: Settings) -> None:
    run(shop_engine, settings, as_of="2026-10-31", refit="false")
    scores = stored(shop_engine)
    assert run(shop_engine, settings, as_of="2026-10-25", refit="false").summary["n_scores"] == 0
    assert stored(shop_engine).equals(scores)
