"""The button that has a notebook run, and how far that has come; it goes on when the page is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from adplanning import batch, batch_runs
from adplanning.batch_runs import Run
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.main_button import MainButton
from adplanning.ui.progress import Progress
from adplanning.ui.visit import Visit

LOOK_AGAIN_S = 2

# How a run ended: in a word, in sentences, and whether that is good, a warning or bad.
Ending = tuple[str, str, str]


def run_button(
    visit: Visit, notebook: str, *, button: str, icon: str, goes_on: str, ended: str, then: Callable[[], None]
) -> Sequence[Component]:
    """The button, for those who may write, and the bar of a run that goes on, whoever has started it.

    Parameters
    ----------
    notebook : its name.
    button, icon : what stands on the button.
    goes_on, ended : what is said while it runs and when it has succeeded.
    then : shows anew what it has changed.
    """
    bar, start = run_bar(visit, notebook, goes_on=goes_on, told=ending(ended, "It failed."), then=then)
    return [*([MainButton(visit, Action("run", button, icon, lambda _: start({})))] if visit.may_write else []), bar]


def ending(succeeded: str, failed: str) -> Callable[[Session, Run], Ending]:
    """What is said at the end of a run beside its own message."""
    return lambda _, run: (
        (failed, run.message or "", "bad") if run.status == "failed" else (succeeded, run.message or "", "good")
    )


def run_bar(
    visit: Visit,
    notebook: str,
    *,
    goes_on: str,
    told: Callable[[Session, Run], Ending],
    then: Callable[[], None],
) -> tuple[Progress, Callable[[Mapping[str, str]], None]]:
    """The bar of a run that goes on, whoever has started it, and what starts one with the parameters it is given.

    Parameters
    ----------
    told : what is said of a run that has ended.
    """
    progress = Progress(notify=lambda words: visit.frame.toast(words, "error"))

    def start(given: Mapping[str, str]) -> None:
        visit.require_writer()
        run_id = batch.start_run(notebook, given, settings=visit.settings, engine=visit.engine)
        follow(run_id, "Starting …", 0)

    def follow(run_id: str, words: str, share: float) -> None:
        progress.tell(goes_on, words, share)
        visit.frame.later(lambda: look(run_id))

    def look(run_id: str) -> None:
        """Look again until the run has ended or the page is left."""
        while not progress.closed:
            with visit.reading() as session:
                run = batch_runs.find_run(session, run_id, now=visit.now())
                said = None if run.status == "running" else told(session, run)
            if said is not None:
                address = address_of("ad-planning/batch-runs", run.id)
                progress.end(*said, href=address, link="See what was done.")
                then()
                return
            progress.tell(goes_on, run.progress_words or "Starting …", run.progress_share or 0)
            time.sleep(LOOK_AGAIN_S)

    with visit.reading() as session:
        running, _ = batch_runs.list_runs(
            session, now=visit.now(), notebook=notebook, status="running", limit=1, offset=0
        )
    for run in running:
        follow(run.id, run.progress_words or "Starting …", run.progress_share or 0)
    return progress, start
