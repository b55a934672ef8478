"""In which of several ways a page shows its records."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from adplanning.ui.view_switch import ViewSwitch
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

VIEWS = {"table": ("Table", "mdi-table"), "board": ("Board", "mdi-view-column-outline")}


def test_the_first_view_is_usual_and_not_in_the_address(engine: Engine, new_visit: NewVisit) -> None:
    switch = ViewSwitch(new_visit(engine), views=VIEWS)
    assert (switch.view, switch.chosen, switch.state) == ("table", "table", {})


def test_the_address_chooses_and_keeps_the_choice(engine: Engine, new_visit: NewVisit) -> None:
    switch = ViewSwitch(new_visit(engine, view="board"), views=VIEWS)
    assert (switch.view, switch.chosen, switch.state) == ("board", "board", {"view": "board"})


def test_choosing_another_is_told(engine: Engine, new_visit: NewVisit) -> None:
    told: list[str] = []
    switch = ViewSwitch(new_visit(engine), views=VIEWS, changed=lambda: told.append(switch.view))
    send(switch, "choose", {"name": "board"})
    assert (told, switch.chosen) == (["board"], "board")


@pytest.mark.parametrize("name", ["list", "", None, ["board"], "board\x00"])
def test_what_is_no_view_changes_nothing(engine: Engine, new_visit: NewVisit, frame: NotingFrame, name: object) -> None:
    assert ViewSwitch(new_visit(engine, view=str(name)), views=VIEWS).view == "table"
    told: list[str] = []
    switch = ViewSwitch(new_visit(engine), views=VIEWS, changed=lambda: told.append("changed"))
    send(switch, "choose", {"name": name})
    assert (told, switch.chosen) == ([], "table")
    assert frame.toasts[0][0] == "error"
