"""The button that has all segments built anew, and how far that has come; it goes on when the page is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from adplanning import batch, batch_runs
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.pages.segment_words import NOTEBOOK
from adplanning.ui.progress import Progress
from adplanning.ui.visit import Visit

TITLE = "Building the segments."
LOOK_AGAIN_S = 2


def rebuild_all(visit: Visit, then: Callable[[], None]) -> Sequence[Component]:
    """The button, and the bar of a run that goes on, whoever has started it; `then` shows anew what it has changed."""
    progress = Progress(notify=lambda words: visit.frame.toast(words, "error"))

    def start(_: str) -> None:
        visit.require_writer()
        follow(batch.start_run(NOTEBOOK, {}, settings=visit.settings, engine=visit.engine))

    def follow(run_id: str) -> None:
        progress.tell(TITLE, "Starting …", 0)
        visit.frame.later(lambda: _follow(visit, run_id, progress, then))

    with visit.reading() as session:
        running, _ = batch_runs.list_runs(
            session, now=visit.now(), notebook=NOTEBOOK, status="running", limit=1, offset=0
        )
    for run in running:
        follow(run.id)
    button = Action("rebuild", "Rebuild all", "mdi-refresh", start)
    return [Details(visit, {}, [button]), progress]


def _follow(visit: Visit, run_id: str, progress: Progress, then: Callable[[], None]) -> None:
    """Look again until the run has ended or the page is left."""
    while not progress.closed:
        with visit.reading() as session:
            run = batch_runs.find_run(session, run_id, now=visit.now())
        if run.status != "running":
            failed = run.status == "failed"
            progress.end(
                "Not built." if failed else "Built.",
                run.message or "",
                "bad" if failed else "good",
                href=address_of("ad-planning/batch-runs", run.id),
                link="See what was done.",
            )
            then()
            return
        progress.tell(TITLE, run.progress_words or "Starting …", run.progress_share or 0)
        time.sleep(LOOK_AGAIN_S)
