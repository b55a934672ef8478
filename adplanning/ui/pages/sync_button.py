"""The button that has Meta read, and how far that has come: it goes on when the page is left, and is found again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from adplanning import batch, batch_runs
from adplanning.batch_runs import Run
from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads.connection import STREAM_WORDS, StreamState
from adplanning.meta_ads.connection_service import stream_states
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.main_button import MainButton
from adplanning.ui.progress import Progress
from adplanning.ui.visit import Visit

NOTEBOOK = "sync_meta_ads"
TITLE = "Reading from Meta."
LOOK_AGAIN_S = 2
NO_TOKEN = "No access token is set; you can also import an export of Ads Manager."  # noqa: S105 - a sentence


def sync_button(
    visit: Visit, *, title: str, then: Callable[[], None] = lambda: None, only: Sequence[Stream] = ()
) -> Sequence[Component]:
    """The button, for those who may write, and the bar of a sync that runs, whoever has started it.

    Parameters
    ----------
    title : what the button says.
    then : shows anew what has come.
    only : the streams to be read; all when empty.
    """
    progress = Progress(notify=lambda words: visit.frame.toast(words, "error"))

    def start(_: str) -> None:
        visit.require_writer()
        if visit.settings.meta_access_token is None:
            visit.frame.toast(NO_TOKEN, "info")
            visit.frame.go(address_of("meta-ads/connection"))
            return
        given = {"only": ",".join(only)} if only else {}
        run_id = batch.start_run(NOTEBOOK, given, settings=visit.settings, engine=visit.engine)
        progress.tell(TITLE, "Starting …", 0)
        visit.frame.later(lambda: _follow(visit, run_id, progress, then))

    running = _running(visit)
    if running is not None:
        progress.tell(TITLE, running.progress_words or "Starting …", running.progress_share or 0)
        visit.frame.later(lambda: _follow(visit, running.id, progress, then))
    button = Action("sync", title, "mdi-sync", start)
    return [*([MainButton(visit, button)] if visit.may_write else []), progress]


def _running(visit: Visit) -> Run | None:
    with visit.reading() as session:
        runs, _ = batch_runs.list_runs(session, now=visit.now(), notebook=NOTEBOOK, status="running", limit=1, offset=0)
    return runs[0] if runs else None


def _follow(visit: Visit, run_id: str, progress: Progress, then: Callable[[], None]) -> None:
    """Look again until the run has ended or the page is left."""
    while not progress.closed:
        with visit.reading() as session:
            run = batch_runs.find_run(session, run_id, now=visit.now())
            states = stream_states(session) if run.status != "running" else []
        if run.status != "running":
            progress.end(
                *in_words(run, states), href=address_of("ad-planning/batch-runs", run.id), link="See what was done."
            )
            then()
            return
        progress.tell(TITLE, run.progress_words or "Starting …", run.progress_share or 0)
        time.sleep(LOOK_AGAIN_S)


def in_words(run: Run, states: Sequence[StreamState]) -> tuple[str, str, str]:
    """How a sync ended: in a word, in sentences, and whether that is good, a warning or bad.

    Parameters
    ----------
    run : one that has ended.
    states : how the streams stand now; those that the run has begun are told of.
    """
    if run.status == "failed":
        return "Not read.", run.message or "", "bad"
    touched = [state for state in states if state.started_at >= run.started_at]
    counts = Counter(state.status for state in touched)
    said = ", ".join(f"{n} {badges.STREAM_STATUSES[status].words.lower()}" for status, n in _in_order(counts))
    lacking = [state for state in touched if state.status is not StreamStatus.ok]
    if not lacking:
        return "Read from Meta.", f"All {len(touched)} kinds of facts are whole.", "good"
    first = lacking[0]
    why = f"{STREAM_WORDS[first.stream].capitalize()} of {first.owner}: {first.message or 'not whole'}"
    return "Read in part.", f"{said.capitalize()}. {why.rstrip('.')}.", "warning"


def _in_order(counts: Counter[StreamStatus]) -> list[tuple[StreamStatus, int]]:
    return [(status, counts[status]) for status in StreamStatus if counts[status]]
