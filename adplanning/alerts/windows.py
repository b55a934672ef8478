"""Which days a rule looks at: the last full ones of the reporting zone that have been read whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from adplanning.core.periods import Period

MOST_BEHIND_DAYS: Final = 7
"""What was read whole so long ago, and not since, tells nothing of now."""

WEEKS_BEFORE: Final = 4
"""As many weeks as give a usual value, and few enough to be of the same season."""


@dataclass(frozen=True)
class Window:
    """Some days in a row, both bounds included.

    >>> Window(date(2026, 11, 21), date(2026, 11, 27)).words, Window(date(2026, 11, 27), date(2026, 11, 27)).words
    ('in the 7 days to 27 Nov 2026', 'on 27 Nov 2026')
    """

    first_on: date
    last_on: date

    @property
    def words(self) -> str:
        """When, within a sentence."""
        n_days = (self.last_on - self.first_on).days + 1
        return f"on {day_words(self.last_on)}" if n_days == 1 else f"in the {n_days} days to {day_words(self.last_on)}"

    def period(self, zone: ZoneInfo) -> Period:
        """All its instants."""
        return Period.of(self.first_on, self.last_on, zone)

    def days_before(self, n_days: int) -> Window:
        """The window that lies so many days before."""
        return Window(self.first_on - timedelta(days=n_days), self.last_on - timedelta(days=n_days))


def window_to(last_on: date, n_days: int) -> Window:
    """The window of so many days that ends with a day.

    >>> window_to(date(2026, 11, 27), 7).first_on
    datetime.date(2026, 11, 21)
    """
    return Window(last_on - timedelta(days=n_days - 1), last_on)


def same_weekdays_before(window: Window) -> tuple[Window, ...]:
    """The same weekdays of the `WEEKS_BEFORE` weeks before, the nearest first; of a window of a week at most.

    >>> [one.last_on.day for one in same_weekdays_before(window_to(date(2026, 11, 29), 2))]
    [22, 15, 8, 1]
    """
    return tuple(window.days_before(7 * week) for week in range(1, WEEKS_BEFORE + 1))


def last_whole_day(yesterday: date, read_until: Mapping[str, date]) -> tuple[date, str]:
    """The last day that is over and was read whole from everything, and what it waits for.

    Formula: min(yesterday, the day up to which each source was read).

    Parameters
    ----------
    yesterday : in the reporting zone.
    read_until : the last whole day of each source, by what it is called; none where all comes in by itself.

    Returns
    -------
    The day, and the name of the source that is furthest behind, empty when all have yesterday.

    >>> last_whole_day(date(2026, 11, 28), {"Shop India": date(2026, 11, 26), "Shop US": date(2026, 11, 28)})
    (datetime.date(2026, 11, 26), 'Shop India')
    """
    day, source = min(((on, name) for name, on in read_until.items()), default=(yesterday, ""))
    return (day, source) if day < yesterday else (yesterday, "")


def day_words(day: date) -> str:
    """A day as sentences say it.

    >>> day_words(date(2026, 11, 2))
    '2 Nov 2026'
    """
    return f"{day:%-d %b %Y}"
