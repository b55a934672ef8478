"""The one main thing on a page."""

from __future__ import annotations

from sqlalchemy import Engine

from adplanning.core.errors import Forbidden
from adplanning.ui.actions import Action
from adplanning.ui.main_button import MainButton
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send


def test_pressing_it_does_its_action_and_a_refusal_is_said(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    pressed: list[str] = []

    def press(given: str) -> None:
        pressed.append(given)
        raise Forbidden("only an analyst may do this")

    button = MainButton(new_visit(engine), Action("add", "New goal", "mdi-plus", press))
    assert (button.title, button.icon) == ("New goal", "mdi-plus")
    send(button, "press", {"name": "another"})
    assert (pressed, frame.toasts) == ([""], [("error", "only an analyst may do this")])
