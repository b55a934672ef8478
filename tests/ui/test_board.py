"""Cards in lanes, and moving them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Conflict
from adplanning.ui.badges import Badge
from adplanning.ui.board import CARDS, MAX_CARDS, Board, Card
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

STEPS = {"new": Badge("New", "orange", "mdi-a"), "won": Badge("Won", "green", "mdi-b"), "lost": Badge("Lost")}


class Desk:
    """A board over numbered cards, which notes what it was asked."""

    def __init__(self, new_visit: NewVisit, engine: Engine, sizes: dict[str, int], *, is_movable: bool = True) -> None:
        self.sizes, self.lanes = sizes, ["new", "won"]
        self.fetched: list[tuple[str, int]] = []
        self.moved: list[tuple[str, str]] = []
        self.fault: Exception | None = None
        self.board = Board(
            new_visit(engine),
            label="Cards",
            lanes=lambda: self.lanes,
            fetch=self.fetch,
            steps=STEPS,
            move=self.move if is_movable else None,
        )

    def fetch(self, key: str, limit: int) -> tuple[Sequence[Card], int]:
        self.fetched.append((key, limit))
        n = self.sizes.get(key, 0)
        return [Card(f"{key}{at}", f"Card {at}", f"/app/cards/{key}{at}") for at in range(min(n, limit))], n

    def move(self, card_id: str, key: str) -> None:
        if self.fault:
            raise self.fault
        self.moved.append((card_id, key))


def test_a_board_that_is_away_reads_nothing(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"new": 3})
    desk.board.refresh()
    assert (desk.fetched, desk.board.lanes, desk.board.shown) == ([], [], False)


def test_each_lane_has_its_first_cards_and_the_number_of_all(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"new": 3, "won": CARDS + 1})
    desk.board.show(True)
    shown = [(lane["text"], lane["total"], len(lane["cards"]), lane["more"]) for lane in desk.board.lanes]
    assert shown == [("New", 3, 3, False), ("Won", CARDS + 1, CARDS, True)]
    assert desk.board.lanes[0]["cards"][0]["name"] == "Card 0"
    desk.board.show(False)
    assert (desk.board.lanes, desk.board.shown) == ([], False)


def test_more_cards_of_one_lane_are_shown_up_to_a_bound(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"new": 10_000, "won": 40})
    desk.board.show(True)
    send(desk.board, "show_more", {"to": "won"})
    assert [len(lane["cards"]) for lane in desk.board.lanes] == [CARDS, 40]
    for _ in range(MAX_CARDS // CARDS + 3):
        send(desk.board, "show_more", {"to": "new"})
    assert len(desk.board.lanes[0]["cards"]) == MAX_CARDS
    assert not desk.board.lanes[0]["more"]


def test_the_lanes_are_asked_for_each_time(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"lost": 1})
    desk.board.show(True)
    desk.lanes = ["lost"]
    desk.board.refresh()
    assert [lane["key"] for lane in desk.board.lanes] == ["lost"]


def test_a_card_is_moved_to_any_step_also_one_without_a_lane(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"new": 1})
    assert [target["key"] for target in desk.board.targets] == list(STEPS)
    send(desk.board, "move_card", {"id": "new0", "to": "lost"})
    assert desk.moved == [("new0", "lost")]


@pytest.mark.parametrize("data", [{}, {"id": "new0"}, {"id": "new0", "to": "sold"}, {"to": ["won"]}, {"to": None}])
def test_a_step_that_there_is_not_moves_nothing(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, data: dict[str, Any]
) -> None:
    desk = Desk(new_visit, engine, {"new": 1})
    send(desk.board, "move_card", data)
    send(desk.board, "show_more", data)
    assert (desk.moved, [kind for kind, _ in frame.toasts]) == ([], ["error", "error"])


def test_where_nobody_may_move_cards_no_message_does(engine: Engine, new_visit: NewVisit) -> None:
    desk = Desk(new_visit, engine, {"new": 1}, is_movable=False)
    assert desk.board.targets == []
    send(desk.board, "move_card", {"id": "new0", "to": "won"})
    assert desk.moved == []


def test_a_move_that_is_refused_is_told(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    desk = Desk(new_visit, engine, {"new": 1})
    desk.fault = Conflict("somebody else was faster")
    send(desk.board, "move_card", {"id": "new0", "to": "won"})
    assert frame.toasts == [("error", "somebody else was faster")]
