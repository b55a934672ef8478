"""Widgets side by side, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from ipywidgets import widget_serialization
from traitlets import List

from adplanning.ui.component import Component


class Grid(Component):
    """Small ones of a kind, to be compared."""

    vue = "grid"

    widgets: List[Component] = List().tag(sync=True, **widget_serialization)

    def __init__(self, widgets: Sequence[Component]) -> None:
        self._inside = widgets
        super().__init__(widgets=list(widgets))

    def close(self) -> None:
        """Leave the page together with what stands in it."""
        for widget in self._inside:
            widget.close()
        super().close()
