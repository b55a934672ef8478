"""How many records stand at each stage on their way, and how many have left it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from traitlets import Dict, List, Unicode

from adplanning.ui.badges import Badge
from adplanning.ui.component import Component


@dataclass(frozen=True)
class Stage:
    """One stage: what it looks like, how many stand there, in words and as the weight of its bar; a link to them."""

    badge: Badge
    n: int
    count: str
    share: str
    href: str

    def shown(self) -> dict[str, object]:
        """What the browser gets to know of it."""
        return {**asdict(self), "badge": self.badge.cell()}


class Pipeline(Component):
    """A bar that is parted by stages, with the number and the share of each below, and the ends beside."""

    vue = "pipeline"

    title = Unicode("").tag(sync=True)
    words = Unicode("").tag(sync=True)
    stages = List(Dict()).tag(sync=True)
    ends = List(Dict()).tag(sync=True)

    def show(self, stages: Sequence[Stage], ends: Sequence[Stage]) -> None:
        """Put numbers into it."""
        with self.hold_sync():
            self.stages = [stage.shown() for stage in stages]
            self.ends = [end.shown() for end in ends]
