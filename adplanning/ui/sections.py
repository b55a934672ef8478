"""Parts of a page, computed one after the other: each waits in its place, shows its widgets, or says why not."""

from __future__ import annotations

from collections.abc import Sequence

from ipywidgets import widget_serialization
from traitlets import Bool, Dict, List, Unicode

from adplanning.ui.component import Component


class Section(Component):
    """One part under its title, with a link to the page that explains it.

    Parameters
    ----------
    waits_as : the skeleton of what is to come, in the words of Vuetify's skeleton loader.
    """

    vue = "section"

    title = Unicode("").tag(sync=True)
    waits_as = Unicode("").tag(sync=True)
    state = Unicode("waiting").tag(sync=True)
    words = Unicode("").tag(sync=True)
    link = Dict().tag(sync=True)
    widgets: List[Component] = List().tag(sync=True, **widget_serialization)

    def __init__(self, title: str, widgets: Sequence[Component], *, waits_as: str = "text@4") -> None:
        self._inside = widgets
        super().__init__(title=title, waits_as=waits_as, widgets=list(widgets))

    def wait(self) -> None:
        """Something else was asked; what is shown is not of it."""
        self.state = "waiting"

    def show(self, href: str, link: str, *, words: str = "") -> None:
        """Show what stands in the widgets now, with what must be known of it."""
        self._turn_to("shown", words, href, link)

    def explain(self, words: str, href: str = "", link: str = "") -> None:
        """Say in a sentence why there is nothing to be shown; the link leads to what changes that."""
        self._turn_to("empty", words, href, link)

    def _turn_to(self, state: str, words: str, href: str, link: str) -> None:
        with self.hold_sync():
            self.state, self.words, self.link = state, words, {"href": href, "title": link}

    def close(self) -> None:
        """Leave the page together with what stands in it."""
        for widget in self._inside:
            widget.close()
        super().close()


class Sections(Component):
    """Sections in two columns where there is room; those that are wide stand across both.

    Parameters
    ----------
    sections : each with whether it is wide.
    """

    vue = "sections"

    items: List[Component] = List().tag(sync=True, **widget_serialization)
    wide = List(Bool()).tag(sync=True)

    def __init__(self, sections: Sequence[tuple[Section, bool]]) -> None:
        self._inside = [section for section, _ in sections]
        super().__init__(items=self._inside, wide=[is_wide for _, is_wide in sections])

    def close(self) -> None:
        """Leave the page together with all sections."""
        for section in self._inside:
            section.close()
        super().close()
