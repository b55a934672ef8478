"""Which days a rule looks at."""

from __future__ import annotations

import itertools
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adplanning.alerts.windows import Window, last_whole_day, same_weekdays_before, window_to

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(days, st.integers(1, 7))
def test_the_weeks_before_have_the_same_weekdays_and_share_no_day(last_on: date, n_days: int) -> None:
    window = window_to(last_on, n_days)
    every = [window, *same_weekdays_before(window)]
    assert {one.last_on.weekday() for one in every} == {last_on.weekday()}
    assert all(later.first_on > earlier.last_on for later, earlier in itertools.pairwise(every))
    assert len(every) == 5


def test_a_window_over_the_end_of_summer_time_has_all_its_hours() -> None:
    period = Window(date(2026, 10, 25), date(2026, 10, 25)).period(ZoneInfo("Europe/Berlin"))
    assert period.start is not None
    assert period.end is not None
    assert (period.end - period.start).total_seconds() == 25 * 3600


def test_what_was_read_beyond_yesterday_does_not_make_today_a_full_day() -> None:
    yesterday = date(2026, 11, 28)
    assert last_whole_day(yesterday, {"Shop": date(2026, 11, 29)}) == (yesterday, "")
    assert last_whole_day(yesterday, {}) == (yesterday, "")
