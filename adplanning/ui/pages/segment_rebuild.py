"""The button that has all segments built anew, and how far that has come; it goes on when the page is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adplanning.ui.actions import Action
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.pages.run_button import ending, run_bar
from adplanning.ui.pages.segment_words import NOTEBOOK
from adplanning.ui.visit import Visit


def rebuild_all(visit: Visit, then: Callable[[], None]) -> Sequence[Component]:
    """The button, and the bar of a run that goes on, whoever has started it; `then` shows anew what it has changed."""
    told = ending("Built.", "Not built.")
    bar, start = run_bar(visit, NOTEBOOK, goes_on="Building the segments.", told=told, then=then)
    return [Details(visit, {}, [Action("rebuild", "Rebuild all", "mdi-refresh", lambda _: start({}))]), bar]
