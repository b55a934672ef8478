"""In which of several ways a page shows the same records; kept in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traitlets import Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit


class ViewSwitch(Component):
    """Buttons side by side, one of which is pressed.

    Parameters
    ----------
    views : what each is called and its icon, by its word in the address; the first one is usual.
    changed : called when another was chosen.
    """

    vue = "view_switch"

    views = List(Dict()).tag(sync=True)
    chosen = Unicode("").tag(sync=True)

    def __init__(
        self, visit: Visit, *, views: Mapping[str, tuple[str, str]], changed: Callable[[], None] = lambda: None
    ) -> None:
        self._names, self._changed = list(views), changed
        asked = visit.query.get("view", "")
        self._view = asked if asked in views else self._names[0]
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            views=[{"name": name, "title": title, "icon": icon} for name, (title, icon) in views.items()],
            chosen=self._view,
        )

    @property
    def view(self) -> str:
        """The one that is chosen."""
        return self._view

    @property
    def state(self) -> dict[str, str]:
        """Its part of the page's address."""
        return {} if self._view == self._names[0] else {"view": self._view}

    def vue_choose(self, data: dict[str, Any]) -> None:
        """A button was pressed."""
        name = str(data.get("name"))
        if name not in self._names:
            raise InvalidData.unknown_choice("view", name, self._names)
        self._view = self.chosen = name
        self._changed()
