"""Which days a report tells of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.reports.weeks import MOST_WEEKS, USUAL_SPANS, report_days


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, MOST_WEEKS))
def test_a_report_is_of_whole_weeks_that_are_over_and_follow_those_before_without_a_gap(
    as_of: date, weeks: int
) -> None:
    days = report_days(as_of, weeks)
    assert (days.first_on.weekday(), days.last_on.weekday()) == (0, 6)
    assert as_of - timedelta(days=7) < days.last_on <= as_of
    assert (days.last_on - days.first_on).days + 1 == 7 * weeks
    assert days.before_last_on + timedelta(days=1) == days.first_on
    assert days.before_last_on - days.before_first_on == days.last_on - days.first_on
    assert (days.first_on - days.usual_first_on).days == 7 * weeks * USUAL_SPANS


def test_a_week_is_told_of_on_its_own_sunday() -> None:
    assert report_days(date(2026, 11, 8)).words == "2–8 Nov 2026"


def test_days_of_two_years_name_both() -> None:
    assert report_days(date(2027, 1, 3)).words == "28 Dec 2026 – 3 Jan 2027"


@pytest.mark.parametrize("weeks", [0, -1, MOST_WEEKS + 1])
def test_no_week_and_too_many_are_refused(weeks: int) -> None:
    with pytest.raises(InvalidData, match="is out of range"):
        report_days(date(2026, 11, 8), weeks)
