"""The button that has Meta read, and how far that has come: it goes on when the page is left, and is found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from adplanning.batch_runs import Run
from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads.connection import STREAM_WORDS, StreamState
from adplanning.meta_ads.connection_service import stream_states
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.run_button import run_bar
from adplanning.ui.visit import Visit

NOTEBOOK = "sync_meta_ads"
TITLE = "Reading from Meta."
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
    bar, run = run_bar(
        visit, NOTEBOOK, goes_on=TITLE, told=lambda session, run: in_words(run, stream_states(session)), then=then
    )

    def start(_: str) -> None:
        visit.require_writer()
        if visit.settings.meta_access_token is None:
            visit.frame.toast(NO_TOKEN, "info")
            visit.frame.go(address_of("meta-ads/connection"))
            return
        run({"only": ",".join(only)} if only else {})

    button = Action("sync", title, "mdi-sync", start)
    return [*([MainButton(visit, button)] if visit.may_write else []), bar]


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
