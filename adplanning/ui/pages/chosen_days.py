"""Which days a page on ads is about: those that are asked for, else the last thirty; and as many before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from adplanning.core.periods import Period
from adplanning.ui.visit import Visit

USUAL_DAYS = 30
FIRST_DAY = date(1971, 1, 2)


@dataclass(frozen=True)
class Days:
    """Whole days, the first and the last included; None leaves that side open."""

    first: date | None
    last: date | None

    def period(self, zone: ZoneInfo) -> Period:
        """The same as instants."""
        return Period.of(self.first, self.last, zone)

    def before(self) -> Days | None:
        """As many days before these; None where one side is open, or a calendar has no such days.

        >>> Days(date(2026, 11, 16), date(2026, 11, 30)).before().in_words
        '1 Nov 2026 to 15 Nov 2026'
        """
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + timedelta(days=1)
        if self.first - FIRST_DAY < length:
            return None
        return Days(self.first - length, self.first - timedelta(days=1))

    @property
    def in_words(self) -> str:
        """Which days, as a sentence begins with them.

        >>> Days(None, date(2026, 11, 30)).in_words, Days(None, None).in_words
        ('Until 30 Nov 2026', 'All days')
        """
        if self.first and self.last:
            return f"{in_full(self.first)} to {in_full(self.last)}"
        ends = {"From": self.first, "Until": self.last}
        return next((f"{word} {in_full(day)}" for word, day in ends.items() if day), "All days")


def days_asked(visit: Visit, period: Period) -> Days:
    """The days that a table's dates ask for; the last `USUAL_DAYS`, with today, where they ask for none."""
    zone = visit.settings.zone
    if period.start is None and period.end is None:
        today = today_of(visit)
        return Days(today - timedelta(days=USUAL_DAYS - 1), today)
    return Days(*period.on(zone))


def today_of(visit: Visit) -> date:
    """The day that it is in the reporting zone."""
    return visit.now().astimezone(visit.settings.zone).date()


def in_full(day: date) -> str:
    """A day as it is written for people."""
    return day.strftime("%-d %b %Y")
