"""A dialog over the whole window, with an address of its own, so that it can be linked and left by the Back button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import widget_serialization
from traitlets import Bool, List, Unicode

from adplanning.ui.component import Component
from adplanning.ui.visit import Visit


class Dialog(Component):
    """What stands in it is made when it opens, and closed with it.

    Parameters
    ----------
    mark : what the page's address says while it is open, as `<mark>=1`.
    fill : makes the widgets.
    """

    vue = "dialog"

    title = Unicode("").tag(sync=True)
    mark = Unicode("").tag(sync=True)
    shown = Bool(False).tag(sync=True)
    body: List[Component] = List().tag(sync=True, **widget_serialization)

    def __init__(self, visit: Visit, *, title: str, mark: str, fill: Callable[[], Sequence[Component]]) -> None:
        self._fill = fill
        self._inside: Sequence[Component] = ()
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"), title=title, mark=mark)
        if visit.query.get(mark) == "1":
            self.show()

    def show(self) -> None:
        """Show it."""
        self._empty()
        self._inside = self._fill()
        with self.hold_sync():
            self.body, self.shown = list(self._inside), True

    def vue_left(self, _: dict[str, Any]) -> None:
        """It was closed, in one of the ways that a browser has for it."""
        with self.hold_sync():
            self.body, self.shown = [], False
        self._empty()

    def _empty(self) -> None:
        for widget in self._inside:
            widget.close()
        self._inside = ()

    def close(self) -> None:
        """Leave the page together with what stands in it."""
        self._empty()
        super().close()
