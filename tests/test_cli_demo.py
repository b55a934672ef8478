"""`adplanning demo`, as a person types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from sqlalchemy import Engine, delete, func, select
from typer.testing import CliRunner

from adplanning.cli import app
from adplanning.core.settings import load_settings
from adplanning.core.vocabulary import ScoreType
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.scores import CustomerScore
from adplanning.store.tables.segments import Segment
from adplanning.store.upgrading import open_store

NOTEBOOKS = [
    *("attribute_conversions", "analyze_sentiment", "score_customers"),
    *("rebuild_segments", "update_experiments", "forecast_budget", "check_alerts"),
]


@pytest.fixture
def store(home: Path) -> Iterator[Engine]:
    """What the demo fills."""
    home.mkdir()
    engine = open_store(load_settings().url)
    yield engine
    engine.dispose()


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The notebooks that would have been run, and how they would have ended; none is run."""
    statuses: dict[str, str] = {}

    def pretend(_: Engine, notebook: str, *__: object, **___: object) -> SimpleNamespace:
        status = statuses.setdefault(notebook, "succeeded")
        return SimpleNamespace(id="run_1", notebook=notebook, status=status, message="", output_path=None)

    monkeypatch.setattr("adplanning.batch.run_notebook", pretend)
    return statuses


def demo() -> Result:
    return CliRunner().invoke(app, ["demo", "--days", "21", "--no-serve"])


def count(engine: Engine, table: str) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(TABLES[table])) or 0


def segments(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(Segment.name)))


def test_the_demo_ends_with_credit_sentiment_scores_and_segments(store: Engine) -> None:
    done = demo()
    assert done.exit_code == 0, done.output
    assert [name for name in NOTEBOOKS if f"{name} succeeded" not in done.output] == []
    assert "Where to look" in done.output
    assert count(store, "attribution_credits") > 0
    assert count(store, "sentiments") == count(store, "feedback") > 0
    assert count(store, "segment_members") > 0
    with reading(store) as session:
        assert set(session.scalars(select(CustomerScore.score_type))) == set(ScoreType)


def test_the_demo_is_safe_to_repeat_and_a_segment_that_was_removed_stays_away(
    store: Engine, ended: dict[str, str]
) -> None:
    assert demo().exit_code == 0
    assert list(ended) == NOTEBOOKS
    suggested = {one.name for one in SUGGESTIONS}
    assert segments(store) == suggested
    before = count(store, "conversions")
    with writing(store) as session:
        session.execute(delete(Segment).where(Segment.name == "Lapsed"))

    again = demo()
    assert "nothing was changed" in again.output
    assert count(store, "conversions") == before > 0
    assert segments(store) == suggested - {"Lapsed"}


def test_a_notebook_that_fails_ends_the_demo_with_an_error_code(store: Engine, ended: dict[str, str]) -> None:
    ended["score_customers"] = "failed"
    failed = demo()
    assert failed.exit_code == 1
    assert "Where to look" not in failed.output
    assert segments(store) == set()
