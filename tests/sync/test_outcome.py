"""How a synchronisation ended, in words."""

from __future__ import annotations

import pytest

from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.sync.outcome import StreamOutcome, SyncOutcome

OK, FAILED, THROTTLED = StreamStatus.ok, StreamStatus.failed, StreamStatus.throttled


def of(*statuses: StreamStatus) -> SyncOutcome:
    return SyncOutcome([StreamOutcome("Shop", Stream.ads, status, n_stored=600) for status in statuses])


@pytest.mark.parametrize(
    ("statuses", "status"),
    [([OK, OK], OK), ([FAILED, FAILED], FAILED), ([OK, FAILED], StreamStatus.partial), ([THROTTLED], THROTTLED)],
)
def test_it_is_whole_or_failed_only_when_all_streams_are(statuses: list[StreamStatus], status: StreamStatus) -> None:
    assert of(*statuses).status is status


def test_its_words_count_what_was_stored_and_name_what_lacks() -> None:
    assert of(OK, THROTTLED).in_words == "1 of 2 streams read whole, 1,200 rows stored; ads of Shop: throttled"
