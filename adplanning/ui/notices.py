"""Sentences that somebody must read before the numbers below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from traitlets import Dict, List

from adplanning.ui.component import Component


@dataclass(frozen=True)
class Notice:
    """One sentence; `kind` is bad, warning, info or good; a link leads to where something can be done about it."""

    words: str
    kind: str = "warning"
    href: str = ""
    link: str = ""


class Notices(Component):
    """The sentences, one below the other; nothing at all when there are none."""

    vue = "notices"

    items = List(Dict()).tag(sync=True)

    def show(self, items: Sequence[Notice]) -> None:
        """Say these, and nothing else."""
        self.items = [asdict(item) for item in items]
