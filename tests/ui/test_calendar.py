"""A month of entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.ui.badges import Badge
from adplanning.ui.calendar import Calendar, Entry, month_beside, month_of, weeks_of
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send

# In Kolkata it is the 1st of December already.
NOW = datetime(2026, 11, 30, 20, tzinfo=UTC)
DAYS = st.dates(date(1971, 1, 1), date(2199, 12, 31))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


@pytest.fixture
def opened(engine: Engine, new_visit: NewVisit) -> Callable[..., Calendar]:
    def make(fetch: Callable[[Period], Sequence[Entry]] = lambda _: (), **query: str) -> Calendar:
        visit = new_visit(engine, **query)

        def turned() -> None:
            visit.frame.keep(calendar.state)

        calendar = Calendar(
            visit,
            label="Posts",
            fetch=fetch,
            href_of_day=lambda day: f"/app/x?on={day}",
            empty="Nothing",
            turned=turned,
        )
        return calendar

    return make


def entry(on: date, n: int = 0) -> Entry:
    return Entry(on, "14:05", f"post {n}", Badge("Posted", "green", "mdi-check").cell(), f"/app/x/{n}")


def days(calendar: Calendar) -> dict[str, dict[str, Any]]:
    return {day["on"]: day for week in calendar.weeks for day in week if day}


def test_it_opens_with_the_month_that_it_is_in_the_reporting_zone(opened: Callable[..., Calendar]) -> None:
    calendar = opened()
    assert (calendar.title, calendar.is_now, calendar.state) == ("December 2026", True, {})
    assert [day["on"] for day in days(calendar).values() if day["today"]] == ["2026-12-01"]
    assert calendar.empty == "Nothing in December 2026."


def test_the_month_before_and_the_next_are_kept_in_the_address(
    opened: Callable[..., Calendar], frame: NotingFrame
) -> None:
    calendar = opened()
    for by in (1, -1, -1, 0):
        send(calendar, "turn", {"by": by})
    assert frame.kept == [{"month": "2027-01"}, {}, {"month": "2026-11"}, {}]
    assert opened(month="2026-11").title == "November 2026"


def test_all_days_of_the_month_are_asked_for_in_the_reporting_zone(opened: Callable[..., Calendar]) -> None:
    asked: list[Period] = []

    def fetch(period: Period) -> Sequence[Entry]:
        asked.append(period)
        return ()

    opened(fetch, month="2026-11")
    assert asked == [Period(datetime(2026, 10, 31, 18, 30, tzinfo=UTC), datetime(2026, 11, 30, 18, 30, tzinfo=UTC))]


def test_a_busy_day_shows_its_first_entries_and_where_the_others_are(opened: Callable[..., Calendar]) -> None:
    on = date(2026, 12, 24)
    calendar = opened(lambda _: [entry(on, n) for n in range(5)])
    day = days(calendar)["2026-12-24"]
    assert ([one["name"] for one in day["entries"]], day["n_more"]) == (["post 0", "post 1", "post 2"], 2)
    assert (day["words"], day["href"], calendar.empty) == ("Thursday, 24 December", "/app/x?on=2026-12-24", "")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1970-12", "2200-01", "2026-11-01", "²026-11", "x"])
def test_an_address_without_a_month_in_it_says_so_and_shows_this_one(
    opened: Callable[..., Calendar], month: str
) -> None:
    calendar = opened(month=month)
    assert calendar.title == "December 2026"
    assert calendar.fault.startswith("month: ")
    send(calendar, "turn", {"by": 1})
    assert calendar.fault == ""


@pytest.mark.parametrize("by", [2, "1", None, True, [1], -1.5])
def test_any_other_turn_is_refused(opened: Callable[..., Calendar], frame: NotingFrame, by: object) -> None:
    calendar = opened()
    send(calendar, "turn", {"by": by})
    assert (calendar.title, frame.kept, frame.toasts[0][0]) == ("December 2026", [], "error")


@pytest.mark.parametrize(("month", "by"), [("1971-01", -1), ("2199-12", 1)])
def test_it_ends_where_dates_end(opened: Callable[..., Calendar], month: str, by: int) -> None:
    calendar = opened(month=month)
    send(calendar, "turn", {"by": by})
    assert calendar.state == {"month": month}


def test_a_fault_is_told_in_its_place(opened: Callable[..., Calendar]) -> None:
    def fetch(_: Period) -> Sequence[Entry]:
        raise InvalidData("not today")

    assert (opened(fetch).fault, opened(fetch).empty) == ("not today", "")


@given(DAYS)
def test_the_weeks_of_a_month_hold_each_of_its_days_once_under_its_weekday(day: date) -> None:
    weeks = weeks_of(day.replace(day=1))
    held = [one for week in weeks for one in week if one]
    assert held == sorted(set(held))
    assert day in held
    assert {one.month for one in held} == {day.month}
    assert all(one is None or one.weekday() == at for week in weeks for at, one in enumerate(week))
    assert {len(week) for week in weeks} == {7}


@given(DAYS)
def test_the_next_month_and_the_one_before_it_lead_back(day: date) -> None:
    first = month_of("", day)
    following = month_beside(first, 1)
    assert (following.year * 12 + following.month) - (first.year * 12 + first.month) == 1
    assert month_beside(following, -1) == first
