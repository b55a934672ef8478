"""What can be done with a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from adplanning.ui.visit import Visit


@dataclass(frozen=True)
class Action:
    """A button; `then` is given the id of the row it stands at, or nothing."""

    name: str
    title: str
    icon: str
    then: Callable[[str], None]

    def shown(self) -> dict[str, str]:
        """What the browser gets to know of it."""
        return {"name": self.name, "title": self.title, "icon": self.icon}


def edit_and_delete(
    visit: Visit,
    *,
    edit: Callable[[], None],
    delete: Callable[[Session], None],
    name: str,
    consequence: str,
    back_to: str,
) -> Sequence[Action]:
    """The two buttons of a record's page; none for a visitor who only looks.

    Parameters
    ----------
    edit : opens the form.
    delete : removes the record, in a session that writes; asked for before.
    name : what the record is called in the question.
    consequence : what else goes with it.
    back_to : the address of its list.
    """
    if not visit.may_write:
        return []

    def delete_now() -> None:
        with visit.writing() as session:
            delete(session)
        visit.frame.toast(f"{name[0].upper()}{name[1:]} is deleted.")
        visit.frame.go(back_to, instead=True)

    def ask(_: str) -> None:
        visit.frame.confirm(f"Delete {name}?", f"{consequence} This cannot be undone.", "Delete", delete_now)

    return [
        Action("edit", "Edit", "mdi-pencil-outline", lambda _: edit()),
        Action("delete", "Delete", "mdi-delete-outline", ask),
    ]
