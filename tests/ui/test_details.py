"""One record in full."""

from __future__ import annotations

from sqlalchemy import Engine

from adplanning.ui.actions import Action
from adplanning.ui.cells import text
from adplanning.ui.details import Details
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send


def test_values_stand_in_their_groups_with_their_labels(engine: Engine, new_visit: NewVisit) -> None:
    details = Details(new_visit(engine), {"What": {"Type": text("Purchase"), "Order": text(None)}, "Who": {}})
    assert [group["title"] for group in details.groups] == ["What", "Who"]
    assert [(row["label"], row["cell"]["text"]) for row in details.groups[0]["rows"]] == [
        ("Type", "Purchase"),
        ("Order", None),
    ]


def test_only_a_button_that_is_shown_can_be_pressed(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    pressed: list[str] = []
    details = Details(new_visit(engine), {}, [Action("edit", "Edit", "mdi-pencil", pressed.append)])
    for name in ("delete", ["edit"], None, "__class__"):
        send(details, "act", {"name": name, "id": "another"})
    assert (pressed, frame.toasts) == ([], [])
    send(details, "act", {"name": "edit", "id": "another"})
    assert pressed == [""]
