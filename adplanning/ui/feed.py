"""A few things that happened last, each with when, what it says, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from traitlets import Dict, List, Unicode

from adplanning.ui.cells import Cell
from adplanning.ui.component import Component


@dataclass(frozen=True)
class Figure:
    """A number with what it counts."""

    label: str
    value: str
    icon: str


@dataclass(frozen=True)
class Item:
    """What it says, where it leads, when it happened, where, and its numbers."""

    words: str
    href: str
    when: str
    badge: Cell
    figures: Sequence[Figure] = ()


class Feed(Component):
    """The items side by side; nothing at all when there are none."""

    vue = "feed"

    title = Unicode("").tag(sync=True)
    items = List(Dict()).tag(sync=True)

    def show(self, items: Sequence[Item]) -> None:
        """Show these, and nothing else."""
        self.items = [asdict(item) for item in items]
