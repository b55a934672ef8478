"""The button that has a notebook run, and the bar of that run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning import batch
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.errors import Forbidden
from adplanning.core.vocabulary import Role
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages import run_button as module
from adplanning.ui.pages.run_button import run_button
from adplanning.ui.progress import Progress
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send, the

NOTEBOOK = "score_customers"


def begun(engine: Engine, run_id: str) -> None:
    begin_run(engine, run_id, NOTEBOOK, {}, now=datetime.now(UTC), lease_s=600)


def ended(engine: Engine, run_id: str, status: str, message: str) -> None:
    end_run(engine, run_id, status=status, message=message, output_path=None, now=datetime.now(UTC))


def made(visit: Any, then: Callable[[], None] = lambda: None) -> list[Any]:
    return list(
        run_button(
            visit, NOTEBOOK, button="Score customers", icon="mdi-star", goes_on="Scoring.", ended="Scored.",
            then=then,
        )
    )  # fmt: skip


def test_a_run_that_somebody_else_has_started_is_found_and_followed_to_its_end(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(engine, "run1")
    told = []
    widgets = made(new_visit(engine, role=Role.viewer), lambda: told.append("shown"))
    progress = the(Progress, widgets)
    assert (progress.title, progress.goes_on, len(widgets)) == ("Scoring.", True, 1)

    monkeypatch.setattr(module.time, "sleep", lambda _: ended(engine, "run1", "failed", "No."))
    frame.catch_up()
    assert (progress.title, progress.words, progress.kind, progress.goes_on) == ("It failed.", "No.", "bad", False)
    assert progress.href == "/app/ad-planning/batch-runs/run1"
    assert told == ["shown"]


def test_pressing_it_starts_the_notebook(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(notebook: str, given: Any, **_: Any) -> str:
        begun(engine, "run2")
        ended(engine, "run2", "succeeded", f"{notebook} {given}")
        return "run2"

    monkeypatch.setattr(batch, "start_run", start)
    widgets = made(new_visit(engine))
    send(the(MainButton, widgets), "press")
    frame.catch_up()
    assert the(Progress, widgets).words == "score_customers {}"


def test_nothing_is_looked_up_once_the_page_is_left(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    begun(engine, "run1")
    widgets = made(new_visit(engine))
    the(Progress, widgets).close()
    frame.catch_up()


def test_a_viewer_has_no_button(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    visit = new_visit(engine, role=Role.viewer)
    assert not [widget for widget in made(visit) if isinstance(widget, MainButton)]
    with pytest.raises(Forbidden):
        visit.require_writer()
