"""Records as cards in lanes, one lane for each step of their way; a card is moved by its menu or by dragging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from traitlets import Bool, Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.badges import Badge
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit

CARDS = 25
MAX_CARDS = 500


@dataclass(frozen=True)
class Card:
    """One record: what it is called, where it leads, and what stands below its name."""

    id: str
    name: str
    href: str
    words: str = ""
    age: str = ""
    when: str = ""


class Board(Component):
    """Lanes of cards beside each other, one at a time on a phone. It takes the place of the rows of the page's table.

    Parameters
    ----------
    lanes : the keys of the lanes to be shown, each time that the board is read.
    fetch : answers the first cards of a lane and how many are in it.
    steps : what each step looks like, in order; the lanes are some of them.
    move : takes a card's id and the key of the step that it is to come to; None where nobody may.
    """

    vue = "board"

    label = Unicode("").tag(sync=True)
    shown = Bool(False).tag(sync=True)
    lanes = List(Dict()).tag(sync=True)
    targets = List(Dict()).tag(sync=True)

    def __init__(
        self,
        visit: Visit,
        *,
        label: str,
        lanes: Callable[[], Sequence[str]],
        fetch: Callable[[str, int], tuple[Sequence[Card], int]],
        steps: Mapping[str, Badge],
        move: Callable[[str, str], None] | None,
    ) -> None:
        self._lanes, self._fetch, self._steps, self._move = lanes, fetch, steps, move
        self._n_cards = dict.fromkeys(steps, CARDS)
        self._is_shown = False
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            label=label,
            targets=[{"key": key, **badge.cell()} for key, badge in steps.items()] if move else [],
        )

    def show(self, is_shown: bool) -> None:
        """Put the board up or away."""
        self._is_shown = is_shown
        self.refresh()

    def refresh(self) -> None:
        """Read the lanes anew; nothing while the board is away."""
        lanes = [self._lane(key) for key in self._lanes()] if self._is_shown else []
        with self.hold_sync():
            self.lanes, self.shown = lanes, self._is_shown

    def _lane(self, key: str) -> dict[str, Any]:
        cards, total = self._fetch(key, self._n_cards[key])
        has_more = len(cards) < min(total, MAX_CARDS)
        return {
            "key": key,
            **self._steps[key].cell(),
            "total": total,
            "more": has_more,
            "cards": [asdict(card) for card in cards],
        }

    def vue_move_card(self, data: dict[str, Any]) -> None:
        """A card was put into another lane, or its menu said where to."""
        if self._move is not None:
            self._move(str(data.get("id")), self._step(data))

    def vue_show_more(self, data: dict[str, Any]) -> None:
        """More cards of a lane were asked for."""
        key = self._step(data)
        self._n_cards[key] = min(self._n_cards[key] + CARDS, MAX_CARDS)
        self.refresh()

    def _step(self, data: Mapping[str, Any]) -> str:
        key = str(data.get("to"))
        if key not in self._steps:
            raise InvalidData.unknown_choice("to", key, self._steps)
        return key
