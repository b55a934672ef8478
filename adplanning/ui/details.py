"""One record in full: what is known of it, in groups, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import Dict, List

from adplanning.ui.actions import Action
from adplanning.ui.cells import Cell
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit


class Details(Component):
    """Groups of labelled values with buttons below."""

    vue = "details"

    groups = List(Dict()).tag(sync=True)
    actions = List(Dict()).tag(sync=True)

    def __init__(self, visit: Visit, groups: Mapping[str, Mapping[str, Cell]], actions: Sequence[Action] = ()) -> None:
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"))
        self.show(groups, actions)

    def show(self, groups: Mapping[str, Mapping[str, Cell]], actions: Sequence[Action] = ()) -> None:
        """Put another record in place of the one shown."""
        self._actions = {action.name: action for action in actions}
        with self.hold_sync():
            self.groups = [
                {"title": title, "rows": [{"label": label, "cell": dict(cell)} for label, cell in rows.items()]}
                for title, rows in groups.items()
            ]
            self.actions = [action.shown() for action in actions]

    def vue_act(self, data: dict[str, Any]) -> None:
        """A button was pressed."""
        action = self._actions.get(str(data.get("name")))
        if action is not None:
            action.then("")
