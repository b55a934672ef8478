"""Which days of an ad account to read, in which pieces: oldest first, so that no day before the watermark is unread."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final

SETTLING_DAYS: Final = 28
"""How long Meta goes on changing the figures of a day: conversions are credited to clicks of up to 28 days before."""

KEPT_MONTHS: Final = 37
"""How long Meta keeps daily figures; it refuses a call for older ones."""

FIRST_CHUNK_DAYS: Final = 7
MOST_CHUNK_DAYS: Final = 56
ROWS_OF_CHUNK: Final = 10_000
"""How many rows are held in memory and committed at once, about."""

Days = tuple[date, date]


def days_to_read(watermark_on: date | None, today: date, *, since: date | None = None) -> Days:
    """The first and the last day to read.

    Formula: from `SETTLING_DAYS` before the watermark, else from the first day that Meta keeps (`KEPT_MONTHS` before
    today), never from before that or from before the account; up to today, which is read again as long as it settles.

    Parameters
    ----------
    watermark_on : every day up to this one has been read; None when none has.
    today : in the account's own time zone.
    since : when the account was made, if known.

    >>> days_to_read(date(2026, 11, 20), date(2026, 11, 21))
    (datetime.date(2026, 10, 23), datetime.date(2026, 11, 21))
    >>> days_to_read(None, date(2026, 3, 31))
    (datetime.date(2023, 3, 1), datetime.date(2026, 3, 31))

    Source: Meta, Marketing API, Insights: best practices and breaking changes (37 months); the settling time is the
    longest attribution window that can be asked for, 28 days after a click.
    """
    kept = _months_before(today, KEPT_MONTHS) + timedelta(days=1)
    first = kept if watermark_on is None else max(kept, min(watermark_on, today) - timedelta(days=SETTLING_DAYS))
    return min(max(first, since or first), today), today


def chunk(first: date, last: date, n_days: int) -> Days:
    """The first `n_days` days of a stretch, or all of it.

    >>> chunk(date(2026, 1, 1), date(2026, 1, 3), 7)
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 3))
    """
    return first, min(last, first + timedelta(days=n_days - 1))


def next_chunk_days(n_days: int, n_rows: int) -> int:
    """How many days to ask for next, when so many days were so many rows.

    Formula: as many as hold `ROWS_OF_CHUNK` rows at the same density, at most twice as many and `MOST_CHUNK_DAYS`.

    >>> next_chunk_days(7, 10), next_chunk_days(7, 35_000), next_chunk_days(56, 0), next_chunk_days(1, 50_000)
    (14, 2, 56, 1)
    """
    fitting = n_days * ROWS_OF_CHUNK // max(n_rows, 1)
    return max(1, min(fitting, 2 * n_days, MOST_CHUNK_DAYS))


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
