"""The button that has experiments counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning import batch
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.errors import Forbidden
from adplanning.core.vocabulary import Role
from adplanning.ui.pages.experiment_update import update_action
from adplanning.ui.pages.experiment_words import NOTEBOOK
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything

ENDS = {"succeeded": ("Counted.", "good"), "failed": ("Not counted.", "bad")}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, str]]]:
    """What would have been started; no process is."""
    asked: list[tuple[str, Mapping[str, str]]] = []

    def start_run(name: str, given: Mapping[str, str], *, settings: Any, engine: Engine) -> str:
        asked.append((name, given))
        begin_run(engine, "run_1", name, {}, now=datetime.now(UTC), lease_s=600)
        return "run_1"

    monkeypatch.setattr(batch, "start_run", start_run)
    return asked


def test_its_parameter_is_one_of_the_notebook() -> None:
    assert "experiment_id" in batch.parameters_of_notebook(NOTEBOOK)


@pytest.mark.parametrize("status", ENDS)
def test_one_experiment_is_counted_and_shown_anew(
    engine: Engine,
    new_visit: NewVisit,
    frame: NotingFrame,
    started: list[tuple[str, Mapping[str, str]]],
    status: str,
) -> None:
    shown: list[bool] = []
    update, progress = update_action(new_visit(engine), lambda: shown.append(True), experiment_id="exp_1")
    assert update.title == "Update now"
    update.then("")
    assert started == [(NOTEBOOK, {"experiment_id": "exp_1"})]
    end_run(engine, "run_1", status=status, message="1 experiment.", output_path=None, now=datetime.now(UTC))
    frame.catch_up()
    assert (progress.title, progress.kind) == ENDS[status]
    assert (progress.words, shown) == ("1 experiment.", [True])


def test_all_that_are_running_are_counted_from_the_list(
    engine: Engine, new_visit: NewVisit, started: list[tuple[str, Mapping[str, str]]]
) -> None:
    update, _ = update_action(new_visit(engine), lambda: None)
    assert update.title == "Update all"
    update.then("")
    assert started == [(NOTEBOOK, {})]


def test_a_viewer_starts_nothing(
    engine: Engine, new_visit: NewVisit, started: list[tuple[str, Mapping[str, str]]]
) -> None:
    before = everything(engine)
    update, _ = update_action(new_visit(engine, Role.viewer), lambda: None)
    with pytest.raises(Forbidden, match="viewer"):
        update.then("")
    assert (started, everything(engine)) == ([], before)
