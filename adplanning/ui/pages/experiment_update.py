"""The button that has experiments counted anew from the store, and how far that has come."""

from __future__ import annotations

from collections.abc import Callable

from adplanning.ui.actions import Action
from adplanning.ui.pages.experiment_words import NOTEBOOK
from adplanning.ui.pages.run_button import ending, run_bar
from adplanning.ui.progress import Progress
from adplanning.ui.visit import Visit


def update_action(visit: Visit, then: Callable[[], None], *, experiment_id: str = "") -> tuple[Action, Progress]:
    """The button, and the bar of a run that goes on, whoever has started it.

    Parameters
    ----------
    then : shows anew what it has changed.
    experiment_id : the only one to be counted; all that are running when it is empty.
    """
    told = ending("Counted.", "Not counted.")
    bar, start = run_bar(visit, NOTEBOOK, goes_on="Counting what happened.", told=told, then=then)
    given = {"experiment_id": experiment_id} if experiment_id else {}
    title = "Update now" if experiment_id else "Update all"
    return Action("update", title, "mdi-refresh", lambda _: start(given)), bar
