"""The button that has all segments built anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning import batch
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.vocabulary import Role
from adplanning.ui.details import Details
from adplanning.ui.pages.segment_rebuild import rebuild_all
from adplanning.ui.pages.segment_words import NOTEBOOK
from adplanning.ui.progress import Progress
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send, the

ENDS = {"succeeded": ("Built.", "good"), "failed": ("Not built.", "bad")}


def begun(engine: Engine, name: str = NOTEBOOK) -> str:
    begin_run(engine, "run_1", name, {}, now=datetime.now(UTC), lease_s=600)
    return "run_1"


def ended(engine: Engine, status: str) -> None:
    end_run(engine, "run_1", status=status, message="3 segments.", output_path=None, now=datetime.now(UTC))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been started; no process is."""
    asked: list[str] = []

    def start_run(name: str, given: Mapping[str, str], *, settings: Any, engine: Engine) -> str:
        asked.append(name)
        return begun(engine)

    monkeypatch.setattr(batch, "start_run", start_run)
    return asked


@pytest.mark.parametrize("status", ENDS)
def test_it_starts_the_notebook_and_tells_how_that_ended(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, started: list[str], status: str
) -> None:
    shown: list[bool] = []
    widgets = list(rebuild_all(new_visit(engine), lambda: shown.append(True)))
    progress = the(Progress, widgets)
    assert progress.title == ""
    send(the(Details, widgets), "act", {"name": "rebuild"})
    assert (started, progress.goes_on) == ([NOTEBOOK], True)
    ended(engine, status)
    frame.catch_up()
    assert (progress.title, progress.kind) == ENDS[status]
    assert (progress.words, shown) == ("3 segments.", [True])
    assert progress.href == "/app/ad-planning/batch-runs/run_1"


def test_a_run_that_goes_on_already_is_found_again(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    begun(engine)
    progress = the(Progress, list(rebuild_all(new_visit(engine), lambda: None)))
    assert progress.goes_on
    ended(engine, "succeeded")
    frame.catch_up()
    assert progress.title == "Built."


def test_runs_of_other_notebooks_are_no_business_of_this_page(engine: Engine, new_visit: NewVisit) -> None:
    begun(engine, "attribute_conversions")
    assert the(Progress, list(rebuild_all(new_visit(engine), lambda: None))).title == ""


def test_a_page_that_was_left_is_told_nothing(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    begun(engine)
    progress = the(Progress, list(rebuild_all(new_visit(engine), lambda: pytest.fail("shown"))))
    progress.close()
    frame.catch_up()


def test_a_viewer_starts_nothing(engine: Engine, new_visit: NewVisit, started: list[str], frame: NotingFrame) -> None:
    before = everything(engine)
    send(the(Details, list(rebuild_all(new_visit(engine, role=Role.viewer), lambda: None))), "act", {"name": "rebuild"})
    assert (started, everything(engine)) == ([], before)
    assert "viewer" in frame.toasts[-1][1]
