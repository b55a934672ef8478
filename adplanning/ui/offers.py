"""What is offered ready-made: cards, each with a button that takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from traitlets import Dict, List, Unicode

from adplanning.ui.component import Component
from adplanning.ui.visit import Visit


@dataclass(frozen=True)
class Offer:
    """Something ready-made, and what it is good for."""

    key: str
    title: str
    words: str


class Offers(Component):
    """The cards under one heading; nothing at all when there are none."""

    vue = "offers"

    title = Unicode("").tag(sync=True)
    button = Unicode("").tag(sync=True)
    items = List(Dict()).tag(sync=True)

    def __init__(self, visit: Visit, *, title: str, button: str, take: Callable[[str], None]) -> None:
        self._take, self._offered = take, frozenset[str]()
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"), title=title, button=button)

    def show(self, items: Sequence[Offer]) -> None:
        """Offer these, and nothing else."""
        self._offered = frozenset(item.key for item in items)
        self.items = [asdict(item) for item in items]

    def vue_take(self, data: dict[str, Any]) -> None:
        """A card's button was pressed."""
        key = str(data.get("key"))
        if key in self._offered:
            self._take(key)
