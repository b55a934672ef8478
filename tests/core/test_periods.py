from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period, day_start, in_range, isoformat, parse_instant

KOLKATA, BERLIN, AUCKLAND = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
ZONES = [ZoneInfo("UTC"), KOLKATA, BERLIN, AUCKLAND, ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kathmandu")]
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)

days = st.dates(date(1972, 1, 1), date(2198, 12, 30))
zones = st.sampled_from(ZONES)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- Days


def test_a_day_in_india_begins_at_half_past_six_in_the_evening_before_in_utc() -> None:
    assert day_start(date(2026, 11, 22), KOLKATA) == utc("2026-11-21T18:30")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", BERLIN, 23),
        ("2026-10-25", BERLIN, 25),
        ("2026-06-01", BERLIN, 24),
        ("2026-09-27", AUCKLAND, 23),
        ("2026-04-05", AUCKLAND, 25),
        ("2026-03-29", KOLKATA, 24),
        ("2024-02-29", BERLIN, 24),
    ],
)
def test_one_day_is_as_long_as_its_clock_says(day: str, zone: ZoneInfo, hours: int) -> None:
    period = Period.of(day, day, zone)
    assert period.start is not None
    assert period.end is not None
    assert period.end - period.start == hours * HOUR


def test_a_day_whose_midnight_does_not_exist_begins_with_its_first_instant() -> None:
    # In Santiago the clock went from 24:00 on 7 September 2024 to 01:00.
    santiago = ZoneInfo("America/Santiago")
    start = day_start(date(2024, 9, 8), santiago)
    assert start == utc("2024-09-08T04:00")
    assert (start - MICROSECOND).astimezone(santiago).date() == date(2024, 9, 7)


@given(day=days, zone=zones)
def test_days_follow_one_another_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    assert Period.of(day, day, zone).end == Period.of(day + timedelta(days=1), None, zone).start


@given(day=days, n=st.integers(0, 400), zone=zones)
def test_a_period_of_days_touches_exactly_these_days(day: date, n: int, zone: ZoneInfo) -> None:
    last = min(day + timedelta(days=n), date(2198, 12, 31))
    assert Period.of(day, last, zone).on(zone) == (day, last)


# --- Bounds


def test_bare_dates_are_inclusive_whole_days() -> None:
    november = Period.of("2026-11-01", "2026-11-30", KOLKATA)
    assert november == Period(utc("2026-10-31T18:30"), utc("2026-11-30T18:30"))


def test_an_instant_means_itself_and_is_inclusive() -> None:
    period = Period.of("2026-11-01T10:00:00+05:30", "2026-11-01T10:00:00+05:30", BERLIN)
    assert period == Period(utc("2026-11-01T04:30"), utc("2026-11-01T04:30") + MICROSECOND)


def test_an_instant_without_offset_is_taken_in_the_reporting_zone() -> None:
    assert Period.of("2026-11-01T10:00", None, KOLKATA).start == utc("2026-11-01T04:30")


def test_dates_and_instants_may_be_given_as_objects() -> None:
    day, instant = date(2026, 11, 1), datetime(2026, 11, 1, 10, tzinfo=KOLKATA)
    assert Period.of(day, day, KOLKATA) == Period.of("2026-11-01", "2026-11-01", KOLKATA)
    assert Period.of(instant, instant, BERLIN) == Period(utc("2026-11-01T04:30"), utc("2026-11-01T04:30") + MICROSECOND)


def test_a_side_not_given_is_open() -> None:
    assert Period.of(None, None, KOLKATA) == Period(None, None)
    assert Period().to_json() == {"from": None, "to": None}
    assert Period().on(KOLKATA) == (None, None)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(
        InvalidData, match="to_date: 2026-11-01 lies before from_date 2026-11-02; give the later one last"
    ):
        Period.of("2026-11-02", "2026-11-01", KOLKATA)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "2026-00-10", "1900-01-01", "2300-01-01", "22/11/2026", "tomorrow!!", "2026-11-3", ""],
)
def test_a_date_that_does_not_exist_is_refused_with_its_field(text: str) -> None:
    for bounds, field in (((text, None), "from_date"), ((None, text), "to_date")):
        with pytest.raises(InvalidData, match=r"is not a date.*; write it as 2026-11-22") as refusal:
            Period.of(*bounds, KOLKATA)
        assert refusal.value.issues[0][0] == field


@given(days=st.integers(1, 1000), now=st.datetimes(datetime(1980, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)))
def test_the_last_days_hold_now_and_what_is_a_day_old_per_day(days: int, now: datetime) -> None:
    period = Period.last_days(days, now)
    assert period.start == now - timedelta(days=days)
    assert period.end is not None
    assert now < period.end <= now + MICROSECOND


@given(
    start=st.datetimes(datetime(1980, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)),
    seconds=st.integers(1, 10**8),
    zone=zones,
)
def test_what_the_api_shows_of_a_period_reads_back_as_the_same(start: datetime, seconds: int, zone: ZoneInfo) -> None:
    period = Period(start, start + timedelta(seconds=seconds))
    shown = period.to_json()
    assert Period.of(shown["from"], shown["to"], zone) == period


# --- Instants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T14:05:00+05:30", "2026-11-22T08:35"),
        ("2026-11-22T08:35:00Z", "2026-11-22T08:35"),
        (" 2026-11-22 14:05 ", "2026-11-22T08:35"),
        ("2026-11-22T08:35:00.123456Z", "2026-11-22T08:35:00.123456"),
        ("20261122T083500Z", "2026-11-22T08:35"),
    ],
)
def test_iso_8601_is_read(text: str, expected: str) -> None:
    assert parse_instant(text, KOLKATA, field="at") == utc(expected)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-02-30T10:00:00", "1970-12-31T00:00Z", "2200-01-01T00:00Z", "9" * 5000]
)
def test_what_is_no_instant_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(InvalidData, match=r"at: .* is not a date and time that exists; write it as") as refusal:
        parse_instant(text, KOLKATA, field="at")
    assert len(refusal.value.message) < 250


def test_an_hour_that_happens_twice_is_taken_the_first_time() -> None:
    # Python's rule (PEP 495, fold=0): 02:30 on the night the clock goes back is the earlier one, still in summer time.
    assert parse_instant("2026-10-25T02:30", BERLIN, field="at") == utc("2026-10-25T00:30")


def test_a_time_near_the_edge_of_what_a_calendar_holds_is_refused_and_does_not_fail() -> None:
    for text in ("0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"):
        with pytest.raises(InvalidData):
            parse_instant(text, KOLKATA, field="at")


def test_years_of_a_broken_clock_are_refused() -> None:
    assert in_range(utc("1971-01-01")) == utc("1971-01-01")
    for broken in ("1970-01-01", "2200-01-01"):
        with pytest.raises(ValueError, match="must lie between the years 1971 and 2199"):
            in_range(utc(broken))


def test_an_instant_is_shown_in_utc_with_its_offset() -> None:
    assert isoformat(datetime(2026, 11, 22, 14, 5, tzinfo=KOLKATA)) == "2026-11-22T08:35:00+00:00"
    assert isoformat(None) is None
