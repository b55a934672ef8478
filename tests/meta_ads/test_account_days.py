"""Which days of an account are read, and in which pieces."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adplanning.meta_ads.account_days import (
    KEPT_MONTHS,
    MOST_CHUNK_DAYS,
    ROWS_OF_CHUNK,
    SETTLING_DAYS,
    chunk,
    days_to_read,
    next_chunk_days,
)

TODAY = date(2026, 11, 21)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_figures_that_still_settle_are_read_again_and_older_ones_are_not() -> None:
    first, last = days_to_read(TODAY, TODAY)
    assert first <= TODAY - timedelta(days=20)
    assert first > TODAY - timedelta(days=29)
    assert last == TODAY


def test_after_a_pause_everything_since_then_is_read_and_what_was_settling_then() -> None:
    assert days_to_read(date(2026, 6, 30), TODAY) == (date(2026, 6, 2), TODAY)


def test_the_first_time_all_that_meta_keeps_is_read_or_all_since_the_account_was_made() -> None:
    assert days_to_read(None, TODAY) == (date(2023, 10, 22), TODAY)
    assert days_to_read(None, TODAY, since=date(2026, 5, 4)) == (date(2026, 5, 4), TODAY)
    assert days_to_read(None, TODAY, since=date(2015, 5, 4)) == (date(2023, 10, 22), TODAY)


def test_what_meta_no_longer_keeps_is_not_asked_for() -> None:
    assert days_to_read(date(2021, 1, 1), TODAY)[0] == date(2023, 10, 22)


def test_a_watermark_of_tomorrow_counts_as_today() -> None:
    assert days_to_read(TODAY + timedelta(days=1), TODAY) == days_to_read(TODAY, TODAY)


@given(st.none() | DAYS, DAYS, st.none() | DAYS)
def test_no_day_between_the_watermark_and_today_is_left_out(
    watermark_on: date | None, today: date, since: date | None
) -> None:
    first, last = days_to_read(watermark_on, today, since=since)
    earliest, _ = days_to_read(None, today, since=since)
    assert earliest <= first <= last == today
    assert (today.year - first.year) * 12 + today.month - first.month <= KEPT_MONTHS
    if watermark_on is not None:
        assert first == earliest or first <= watermark_on - timedelta(days=SETTLING_DAYS)


@given(DAYS, st.integers(0, 400), st.integers(1, MOST_CHUNK_DAYS))
def test_the_pieces_lie_side_by_side_and_hold_each_day_once(first: date, n_more: int, n_days: int) -> None:
    last = first + timedelta(days=n_more)
    begin, read = first, list[date]()
    while begin <= last:
        days = chunk(begin, last, n_days)
        read += [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]
        begin = days[1] + timedelta(days=1)
    assert read == [first + timedelta(days=n) for n in range(n_more + 1)]


@given(st.integers(1, MOST_CHUNK_DAYS), st.integers(0, 10**6))
def test_a_piece_is_at_least_a_day_and_holds_no_more_than_it_should(n_days: int, n_rows: int) -> None:
    following = next_chunk_days(n_days, n_rows)
    assert 1 <= following <= min(MOST_CHUNK_DAYS, 2 * n_days)
    assert following == 1 or following * n_rows / n_days <= ROWS_OF_CHUNK
