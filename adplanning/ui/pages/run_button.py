"""The button that has a notebook run, and how far that has come; it goes on when the page is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from adplanning import batch, batch_runs
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.main_button import MainButton
from adplanning.ui.progress import Progress
from adplanning.ui.visit import Visit

LOOK_AGAIN_S = 2


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
    progress = Progress(notify=lambda words: visit.frame.toast(words, "error"))

    def start(_: str) -> None:
        visit.require_writer()
        follow(batch.start_run(notebook, {}, settings=visit.settings, engine=visit.engine))

    def follow(run_id: str) -> None:
        progress.tell(goes_on, "Starting …", 0)
        visit.frame.later(lambda: _look(run_id))

    def _look(run_id: str) -> None:
        """Look again until the run has ended or the page is left."""
        while not progress.closed:
            with visit.reading() as session:
                run = batch_runs.find_run(session, run_id, now=visit.now())
            if run.status != "running":
                failed = run.status == "failed"
                progress.end(
                    "It failed." if failed else ended,
                    run.message or "",
                    "bad" if failed else "good",
                    href=address_of("ad-planning/batch-runs", run.id),
                    link="See what was done.",
                )
                then()
                return
            progress.tell(goes_on, run.progress_words or "Starting …", run.progress_share or 0)
            time.sleep(LOOK_AGAIN_S)

    with visit.reading() as session:
        running, _ = batch_runs.list_runs(
            session, now=visit.now(), notebook=notebook, status="running", limit=1, offset=0
        )
    for run in running:
        follow(run.id)
    return [*([MainButton(visit, Action("run", button, icon, start))] if visit.may_write else []), progress]
