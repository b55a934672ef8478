"""The one main thing that can be done on a page, at its top right."""

from __future__ import annotations

from typing import Any

from traitlets import Unicode

from adplanning.ui.actions import Action
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit


class MainButton(Component):
    """A page's primary button."""

    vue = "main_button"

    title = Unicode("").tag(sync=True)
    icon = Unicode("").tag(sync=True)

    def __init__(self, visit: Visit, action: Action) -> None:
        self._then = action.then
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"), title=action.title, icon=action.icon)

    def vue_press(self, _: dict[str, Any]) -> None:
        """The button was pressed."""
        self._then("")
