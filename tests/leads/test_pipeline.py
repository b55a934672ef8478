"""How far a lead has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.pipeline import STAMPS, stamped

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ALL = dict.fromkeys(STAMPS.values(), NOON)


def test_each_stage_is_stamped_when_it_is_reached() -> None:
    contacted = stamped(LeadStatus.contacted, {}, now=NOON)
    assert contacted == {"contacted_at": NOON, "qualified_at": None, "converted_at": None}
    assert stamped(LeadStatus.qualified, contacted, now=LATER) == {**contacted, "qualified_at": LATER}


def test_a_stage_that_was_passed_over_has_no_time() -> None:
    assert stamped(LeadStatus.converted, {}, now=NOON) == {
        "contacted_at": None,
        "qualified_at": None,
        "converted_at": NOON,
    }


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (LeadStatus.new, set()),
        (LeadStatus.contacted, {"contacted_at"}),
        (LeadStatus.qualified, {"contacted_at", "qualified_at"}),
        (LeadStatus.converted, set(ALL)),
        (LeadStatus.unqualified, {"contacted_at"}),
        (LeadStatus.lost, {"contacted_at", "qualified_at"}),
        (LeadStatus.archived, set(ALL)),
    ],
)
def test_going_back_clears_what_is_not_reached_any_more(status: LeadStatus, kept: set[str]) -> None:
    times = stamped(status, ALL, now=LATER)
    assert {name for name, at in times.items() if at is not None} == kept
    assert LATER not in times.values()


@given(st.lists(st.sampled_from(LeadStatus), max_size=12))
def test_a_lead_has_converted_only_where_it_stands_so_or_was_archived_so(statuses: list[LeadStatus]) -> None:
    times: dict[str, datetime | None] = {}
    for n, status in enumerate(statuses):
        before, times = times, stamped(status, times, now=NOON + timedelta(hours=n))
        assert stamped(status, times, now=NOON + timedelta(days=9)) == times
        if status is not LeadStatus.archived:
            assert (times["converted_at"] is not None) == (status is LeadStatus.converted)
        else:
            assert times["converted_at"] == before.get("converted_at")
