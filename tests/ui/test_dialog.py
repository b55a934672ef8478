"""A dialog with an address of its own."""

from __future__ import annotations

from sqlalchemy import Engine

from adplanning.ui.component import Component
from adplanning.ui.dialog import Dialog
from adplanning.ui.kpis import Kpis
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.visiting import send


def dialog(visit: Visit) -> tuple[Dialog, list[Component]]:
    made: list[Component] = []

    def fill() -> list[Component]:
        made.append(Kpis())
        return made[-1:]

    return Dialog(visit, title="Metrics", mark="metrics", fill=fill), made


def test_what_stands_in_it_is_made_when_it_opens_and_leaves_with_it(engine: Engine, new_visit: NewVisit) -> None:
    one, made = dialog(new_visit(engine))
    assert (one.shown, made) == (False, [])
    one.show()
    assert (one.shown, one.body) == (True, made)
    send(one, "left")
    assert (one.shown, one.body, made[0].closed) == (False, [], True)
    one.show()
    assert (len(made), one.body) == (2, made[1:])
    one.close()
    assert (one.closed, made[1].closed) == (True, True)


def test_its_address_opens_it_and_nothing_else_does(engine: Engine, new_visit: NewVisit) -> None:
    assert dialog(new_visit(engine, metrics="1"))[0].shown
    one, _ = dialog(new_visit(engine, metrics="yes"))
    send(one, "show")
    send(one, "shown", {"shown": True})
    assert not one.shown
