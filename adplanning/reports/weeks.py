"""Which days a weekly report tells of, and against which it holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from adplanning.core.errors import InvalidData

USUAL_SPANS: Final = 4
"""How many spans before the reported one make what is usual: four weeks hold each weekday and pay day about once."""
MOST_WEEKS: Final = 13
"""A quarter; what is longer is no news."""


@dataclass(frozen=True)
class ReportDays:
    """First and last days, all included: of the report, of as many days before it, and of the usual time before it."""

    first_on: date
    last_on: date
    before_first_on: date
    before_last_on: date
    usual_first_on: date

    @property
    def words(self) -> str:
        """The days of the report, as a title has them.

        >>> report_days(date(2026, 11, 11), 1).words
        '2–8 Nov 2026'
        >>> report_days(date(2026, 11, 1), 1).words
        '26 Oct – 1 Nov 2026'
        """
        return _words(self.first_on, self.last_on)

    @property
    def before_words(self) -> str:
        """The days before, written in the same way.

        >>> report_days(date(2026, 11, 11), 1).before_words
        '26 Oct – 1 Nov 2026'
        """
        return _words(self.before_first_on, self.before_last_on)

    @property
    def span(self) -> str:
        """How long it is, in words that `before` can follow.

        >>> report_days(date(2026, 11, 11), 1).span, report_days(date(2026, 11, 11), 2).span
        ('week', '2 weeks')
        """
        n_weeks = ((self.last_on - self.first_on).days + 1) // 7
        return "week" if n_weeks == 1 else f"{n_weeks} weeks"

    @property
    def usual_words(self) -> str:
        """What is called usual.

        >>> report_days(date(2026, 11, 11), 1).usual_words
        'the mean of the 4 weeks before'
        >>> report_days(date(2026, 11, 11), 2).usual_words
        'the mean of the 4 times 2 weeks before'
        """
        spans = "weeks" if self.span == "week" else f"times {self.span}"
        return f"the mean of the {USUAL_SPANS} {spans} before"


def report_days(as_of_on: date, weeks: int = 1) -> ReportDays:
    """The last whole weeks, from Monday to Sunday, that were over by the end of a day.

    Parameters
    ----------
    as_of_on : the last day that may be told of.
    weeks : how many weeks, 1 to `MOST_WEEKS`.

    Raises
    ------
    InvalidData : too many weeks, or none.

    >>> days = report_days(date(2026, 11, 11))  # a Wednesday
    >>> str(days.first_on), str(days.last_on), str(days.before_first_on), str(days.usual_first_on)
    ('2026-11-02', '2026-11-08', '2026-10-26', '2026-10-05')
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidData.at("weeks", f"{weeks} is out of range; give 1 to {MOST_WEEKS}")
    last_on = as_of_on - timedelta(days=(as_of_on.weekday() + 1) % 7)
    span = timedelta(weeks=weeks)
    first_on = last_on - span + timedelta(days=1)
    return ReportDays(first_on, last_on, first_on - span, last_on - span, first_on - USUAL_SPANS * span)


def _words(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last:%-d %b %Y}"
    return f"{first:%-d %b}{f' {first.year}' if first.year != last.year else ''} – {last:%-d %b %Y}"
