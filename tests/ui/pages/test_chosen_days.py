"""Which days a page on ads is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.ui.pages.chosen_days import FIRST_DAY, USUAL_DAYS, Days, days_asked
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit

KOLKATA = ZoneInfo("Asia/Kolkata")
DATES = st.dates(FIRST_DAY, date(2199, 12, 30))


def test_no_dates_are_the_last_thirty_days_of_the_reporting_zone_with_today(
    engine: Engine, new_visit: NewVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Half past eight in the evening in London is the next day in Kolkata.
    monkeypatch.setattr(Visit, "now", lambda _: datetime(2026, 10, 30, 20, 30, tzinfo=UTC))
    days = days_asked(new_visit(engine), Period())
    assert (days.first, days.last) == (date(2026, 10, 2), date(2026, 10, 31))
    assert (date(2026, 10, 31) - date(2026, 10, 2)).days + 1 == USUAL_DAYS


def test_one_end_alone_leaves_the_other_open(engine: Engine, new_visit: NewVisit) -> None:
    assert days_asked(new_visit(engine), Period.of("2026-10-05", None, KOLKATA)) == Days(date(2026, 10, 5), None)
    assert days_asked(new_visit(engine), Period.of(None, "2026-10-05", KOLKATA)) == Days(None, date(2026, 10, 5))


@given(ends=st.tuples(DATES, DATES).map(sorted))
def test_the_days_before_are_as_many_and_end_where_these_begin(ends: list[date]) -> None:
    days = Days(*ends)
    before = days.before()
    if before is None:
        assert 2 * days.first.toordinal() - days.last.toordinal() - 1 < FIRST_DAY.toordinal()
        return
    assert (before.last - before.first) == (days.last - days.first)
    assert (days.first - before.last).days == 1
    before.period(KOLKATA)  # a period that can be asked for


@pytest.mark.parametrize("days", [Days(None, date(2026, 1, 1)), Days(date(2026, 1, 1), None), Days(None, None)])
def test_an_open_side_has_nothing_before(days: Days) -> None:
    assert days.before() is None


def test_a_day_of_23_hours_is_a_whole_day() -> None:
    new_york = ZoneInfo("America/New_York")
    days = Days(date(2026, 3, 8), date(2026, 3, 8))
    assert days.period(new_york).on(new_york) == (days.first, days.last)
