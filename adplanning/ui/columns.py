"""A page in two columns: what it is about, and beside it what one looks up."""

from __future__ import annotations

from collections.abc import Sequence

from ipywidgets import widget_serialization
from traitlets import Bool, List

from adplanning.ui.component import Component


class Columns(Component):
    """The main column and a narrow one beside it, one below the other where there is little room.

    With `side_first` the narrow one is then above: it holds what one does on the page.
    """

    vue = "columns"

    main: List[Component] = List().tag(sync=True, **widget_serialization)
    side: List[Component] = List().tag(sync=True, **widget_serialization)
    side_first = Bool(False).tag(sync=True)

    def __init__(self, main: Sequence[Component], side: Sequence[Component], *, side_first: bool = False) -> None:
        self._widgets = (*main, *side)
        super().__init__(main=list(main), side=list(side), side_first=side_first)

    def close(self) -> None:
        """Leave the page together with what stands in the columns."""
        for widget in self._widgets:
            widget.close()
        super().close()
