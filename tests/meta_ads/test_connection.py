"""What is missing between the shop and Meta."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads.connection import LATE, LEADS_LATE, STREAM_WORDS, StreamState, missing

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
WHOLE = StreamState("Indigo Loom", Stream.campaigns, StreamStatus.ok, None, 0, NOW, NOW)


def said(*states: StreamState) -> list[str]:
    return missing(states, has_token=True, now=NOW)


def test_nothing_is_missing_where_every_stream_was_read_whole() -> None:
    assert said(*(replace(WHOLE, stream=stream) for stream in Stream)) == []


def test_without_a_token_that_alone_is_said() -> None:
    [sentence] = missing([replace(WHOLE, status=StreamStatus.failed)], has_token=False, now=NOW)
    assert "ADPLANNING_META_ACCESS_TOKEN" in sentence


def test_with_a_token_and_no_sync_yet_one_is_told_to_start_it() -> None:
    [sentence] = said()
    assert "sync_meta_ads" in sentence


def test_a_token_that_has_expired_comes_first() -> None:
    expired = replace(WHOLE, owner="Meta", stream=Stream.token, status=StreamStatus.failed, message="expired on …")
    throttled = replace(WHOLE, status=StreamStatus.throttled, message="goes on at 07:00")
    assert said(throttled, expired) == [
        "Access token of Meta: expired on …",
        "Campaigns of Indigo Loom: goes on at 07:00",
    ]


def test_rows_in_quarantine_are_counted_where_nothing_else_is_said() -> None:
    partial = replace(WHOLE, stream=Stream.ad_insights, status=StreamStatus.partial, n_quarantined=3)
    assert said(partial) == ["Figures of ads of Indigo Loom: 3 rows could not be read and are in quarantine"]


@pytest.mark.parametrize(("stream", "bound"), [(Stream.campaigns, LATE), (Stream.leads, LEADS_LATE)])
def test_what_was_not_read_for_long_is_said(stream: Stream, bound: timedelta) -> None:
    late = replace(WHOLE, stream=stream, succeeded_at=NOW - bound)
    assert said(late) == []
    [sentence] = said(replace(late, succeeded_at=NOW - bound - timedelta(hours=1)))
    assert f"{bound.days} days ago" in sentence


def test_a_stream_that_never_succeeded_is_late_from_its_first_start() -> None:
    never = replace(WHOLE, status=StreamStatus.running, started_at=NOW - 5 * LATE, succeeded_at=None)
    assert len(said(never)) == 1


def test_every_stream_has_its_words() -> None:
    assert set(STREAM_WORDS) == set(Stream)


def test_leads_that_meta_may_forget_are_said_to_be_at_risk() -> None:
    failed = replace(WHOLE, stream=Stream.leads, status=StreamStatus.failed, message="no permission.")
    assert said(failed) == ["Leads of Indigo Loom: no permission."]
    [sentence] = said(replace(failed, succeeded_at=NOW - timedelta(days=12)))
    assert sentence.endswith(
        "no permission. Meta keeps a lead for 90 days only, and they were last read whole 12 days ago."
    )
