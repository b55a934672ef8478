"""What can be done with a button."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, writing
from adplanning.store.tables.people import Visitor
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame


def buttons(visit: Visit, edited: list[str]) -> dict[str, Action]:
    def delete(session: Session) -> None:
        session.delete(session.get_one(Visitor, "v1"))

    made = edit_and_delete(
        visit,
        edit=lambda: edited.append("edited"),
        delete=delete,
        name="this visitor",
        consequence="All goes with it.",
        back_to="/app/visitors",
    )
    return {action.name: action for action in made}


@pytest.fixture
def with_visitor(engine: Engine) -> Engine:
    with writing(engine) as session:
        session.add(Visitor(id="v1", first_seen_at=datetime(2026, 11, 22, tzinfo=UTC)))
    return engine


def is_there(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.get(Visitor, "v1") is not None


def test_a_record_is_gone_only_after_a_yes_and_then_the_list_is_shown(
    with_visitor: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    buttons(new_visit(with_visitor), [])["delete"].then("")
    [(question, yes)] = frame.questions
    assert question == "Delete this visitor?"
    assert is_there(with_visitor)
    yes()
    assert not is_there(with_visitor)
    assert (frame.toasts, frame.gone_to) == ([("success", "This visitor is deleted.")], ["/app/visitors"])


def test_editing_opens_the_form(with_visitor: Engine, new_visit: NewVisit) -> None:
    edited: list[str] = []
    buttons(new_visit(with_visitor), edited)["edit"].then("")
    assert edited == ["edited"]


def test_who_only_looks_has_neither_button(with_visitor: Engine, new_visit: NewVisit) -> None:
    assert buttons(new_visit(with_visitor, Role.viewer), []) == {}


def test_a_browser_gets_to_know_the_looks_of_a_button_alone() -> None:
    done: list[Any] = []
    assert Action("add", "New goal", "mdi-plus", done.append).shown() == {
        "name": "add",
        "title": "New goal",
        "icon": "mdi-plus",
    }
