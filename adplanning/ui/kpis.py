"""Headline numbers on cards, each with its definition and how it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from traitlets import Dict, Int, List, Unicode

from adplanning.ui.cells import Cell
from adplanning.ui.component import Component

MAX_POINTS = 30


@dataclass(frozen=True)
class Kpi:
    """One number: as shown, in full on hover, what it means, and its change against the period before.

    `change` is a share (0.1 is 10 % more; None when there is nothing to compare with); `good` is the direction that
    is welcome, 1 or −1, 0 when neither; `spark` the number's course, None where it is not known. A `badge` and a few
    `words` may stand below it.
    """

    label: str
    value: str
    help: str
    full: str = ""
    change: float | None = None
    good: int = 1
    spark: Sequence[float | None] = ()
    href: str = ""
    badge: Cell | None = None
    words: str = ""


class Kpis(Component):
    """A row of cards; as long as there are none, `n_waiting` stand in their place."""

    vue = "kpis"

    label = Unicode("Headline numbers").tag(sync=True)
    items = List(Dict()).tag(sync=True)
    caption = Unicode("").tag(sync=True)
    n_waiting = Int(4).tag(sync=True)

    def show(self, items: Sequence[Kpi], caption: str = "") -> None:
        """Put numbers on the cards."""
        with self.hold_sync():
            self.items = [asdict(item) for item in items]
            self.caption = caption


def course(values: Sequence[float | None]) -> list[float | None]:
    """A number's course in at most `MAX_POINTS` points, each the mean of those known of as many values as the others.

    >>> course([1, 2, 3])
    [1, 2, 3]
    >>> len(course(range(1000))), course([None, 2])
    (30, [None, 2])
    """
    width = -(-len(values) // MAX_POINTS)
    if width <= 1:
        return list(values)
    # From the end, so that the newest point is whole.
    parts = [values[max(0, end - width) : end] for end in range(len(values), 0, -width)]
    return [_mean([value for value in part if value is not None]) for part in reversed(parts)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
