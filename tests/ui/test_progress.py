"""How far something long has come."""

from __future__ import annotations

from adplanning.ui.progress import Progress


def test_before_it_begins_there_is_nothing_to_see() -> None:
    assert (Progress().title, Progress().goes_on) == ("", False)


def test_while_it_goes_on_a_bar_and_words_say_how_far_it_is() -> None:
    progress = Progress()
    progress.tell("Reading.", "7 of 28 days", 0.25)
    assert (progress.title, progress.words, progress.share, progress.goes_on) == (
        "Reading.",
        "7 of 28 days",
        0.25,
        True,
    )


def test_at_its_end_a_link_leads_to_what_is_known_and_a_new_beginning_takes_it_away() -> None:
    progress = Progress()
    progress.end("Read in part.", "2 whole, 1 in part.", "warning", href="/app/ad-planning/batch-runs/r", link="See")
    assert (progress.goes_on, progress.kind, progress.href) == (False, "warning", "/app/ad-planning/batch-runs/r")
    progress.tell("Reading.", "Starting …", 0)
    assert (progress.goes_on, progress.href, progress.link) == (True, "", "")
