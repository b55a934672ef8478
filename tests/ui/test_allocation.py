"""The sliders of a split, as a browser, or somebody who pretends to be one, moves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.ui.actions import Action
from adplanning.ui.allocation import Allocation, Amounts, part
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

PARTS = [
    part("a", "Quilts", least=50.0, most=160.0, usual=100.0),
    part("b", "Covers", least=100.0, most=320.0, usual=200.0),
]


class Desk:
    """The widget, with what it asked for."""

    def __init__(self, new_visit: NewVisit, engine: Engine) -> None:
        self.judged: list[Amounts] = []
        self.asked: list[tuple[float, float | None, Amounts]] = []
        self.pressed: list[str] = []
        self.widget = Allocation(
            new_visit(engine),
            parts=PARTS,
            currency="INR",
            aim="Target ROAS",
            judge=self._judge,
            split=self._split,
            actions=[Action("save", "Save", "mdi-content-save", self.pressed.append)],
        )

    def _judge(self, amounts: Amounts) -> Mapping[str, list[str]]:
        self.judged.append(dict(amounts))
        return {key: [f"brings {amount:g}"] for key, amount in amounts.items()}

    def _split(self, total: float, target: float | None, held: Amounts) -> Amounts:
        self.asked.append((total, target, held))
        if total > 480:
            raise InvalidData.at("total", "480 at most")
        return {"a": total - 200.0, "b": 200.0} | dict(held)


@pytest.fixture
def desk(new_visit: NewVisit, engine: Engine) -> Desk:
    return Desk(new_visit, engine)


def test_it_begins_as_usual_and_a_move_is_judged_at_once(desk: Desk) -> None:
    widget = desk.widget
    assert widget.given["amounts"] == {"a": 100.0, "b": 200.0}
    send(widget, "move", {"key": "a", "amount": 130})
    assert widget.amounts == {"a": 130.0, "b": 200.0}
    assert desk.judged[-1] == {"a": 130.0, "b": 200.0}
    assert widget.judged["words"] == {"a": ["brings 130"], "b": ["brings 200"]}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"key": "c", "amount": 1},
        {"key": ["a"], "amount": 100},
        {"key": "a", "amount": 49.9},
        {"key": "a", "amount": 1e300},
        {"key": "a", "amount": "NaN"},
        {"key": "a", "amount": True},
        {"key": "a", "amount": None},
        {"key": "a", "amount": {"$gt": 1}},
        {"key": "a", "amount": 10**400},
    ],
)
def test_what_is_no_part_or_out_of_bounds_moves_nothing(desk: Desk, frame: NotingFrame, data: dict[str, Any]) -> None:
    send(desk.widget, "move", data)
    assert desk.widget.amounts == {"a": 100.0, "b": 200.0}
    assert [kind for kind, _ in frame.toasts] == ["error"]


def test_the_best_split_gets_the_total_the_target_and_what_is_held(desk: Desk) -> None:
    widget = desk.widget
    send(widget, "move", {"key": "b", "amount": 300})
    send(widget, "hold", {"key": "b", "held": True})
    assert widget.given["held"] == ["b"]
    send(widget, "split", {"total": "360", "target": 2.5})
    assert desk.asked == [(360.0, 2.5, {"b": 300.0})]
    assert widget.given["amounts"] == {"a": 160.0, "b": 300.0}
    send(widget, "hold", {"key": "b", "held": False})
    send(widget, "split", {"total": 350, "target": ""})
    assert desk.asked[-1] == (350.0, None, {})


def test_a_split_that_cannot_be_is_told_and_leaves_all_as_it_was(desk: Desk) -> None:
    widget = desk.widget
    send(widget, "split", {"total": 500})
    assert widget.fault["words"] == "total: 480 at most"
    assert widget.amounts == {"a": 100.0, "b": 200.0}
    send(widget, "split", {"total": "much"})
    assert widget.fault["words"] == "total: is no amount; give a number, 0 or more"
    send(widget, "move", {"key": "a", "amount": 110})
    assert widget.fault == {}


def test_back_to_usual_leaves_what_is_held(desk: Desk) -> None:
    widget = desk.widget
    for key, amount in (("a", 150), ("b", 300)):
        send(widget, "move", {"key": key, "amount": amount})
    send(widget, "hold", {"key": "a", "held": True})
    send(widget, "back")
    assert widget.amounts == {"a": 150.0, "b": 200.0}


def test_only_its_own_buttons_act(desk: Desk) -> None:
    send(desk.widget, "act", {"name": "delete"})
    send(desk.widget, "act", {"name": "save"})
    assert desk.pressed == [""]


@given(
    usual=st.floats(1e-3, 1e9, allow_nan=False),
    low=st.floats(0, 1, allow_nan=False),
    high=st.floats(1, 3, allow_nan=False),
)
def test_the_sliders_reach_is_round_and_holds_the_bounds(usual: float, low: float, high: float) -> None:
    one = part("a", "A", least=low * usual, most=high * usual, usual=usual)
    assert one.least <= low * usual * (1 + 1e-9) + 1e-6
    assert one.most >= high * usual * (1 - 1e-9) - 1e-6
    assert one.most > one.least
