"""A month of what has been and what is planned, day by day; which month it is stands in the address."""

from __future__ import annotations

import re
from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from traitlets import Bool, Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.ui.cells import Cell
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.visit import Visit

# More would make the weeks of a busy month too high to be seen at once.
MAX_PER_DAY = 3
YEARS = range(1971, 2200)


@dataclass(frozen=True)
class Entry:
    """What stands at a day: when in the day, what it is called, how it stands, and where it leads."""

    on: date
    at: str
    name: str
    badge: Cell
    href: str

    def shown(self) -> dict[str, Any]:
        """What the browser gets to know of it."""
        return {"at": self.at, "name": self.name, "badge": dict(self.badge), "href": self.href}


class Calendar(Component):
    """A month as weeks from Monday to Sunday, on a phone as a list of the days that hold something.

    Parameters
    ----------
    fetch : the entries of a period, in order.
    href_of_day : where all entries of one day are listed.
    empty : what is said of a month without entries, before its name.
    turned : called when another month is shown; the page puts `state` into its address.
    """

    vue = "calendar"

    label = Unicode("").tag(sync=True)
    title = Unicode("").tag(sync=True)
    is_now = Bool(True).tag(sync=True)
    weeks = List(List(Dict())).tag(sync=True)
    empty = Unicode("").tag(sync=True)
    fault = Unicode("").tag(sync=True)

    def __init__(
        self,
        visit: Visit,
        *,
        label: str,
        fetch: Callable[[Period], Sequence[Entry]],
        href_of_day: Callable[[date], str],
        empty: str,
        turned: Callable[[], None],
    ) -> None:
        self._visit, self._fetch, self._href_of_day, self._turned, self._empty = (
            visit,
            fetch,
            href_of_day,
            turned,
            empty,
        )
        fault = ""
        try:
            self._first = month_of(visit.query.get("month", ""), self._today())
        except InvalidData as refused:
            self._first, fault = self._today().replace(day=1), refused.message
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"), label=label)
        self.refresh()
        self.fault = self.fault or fault

    @property
    def state(self) -> Mapping[str, str]:
        """The calendar's part of the page's address; nothing in the month that it is now."""
        return {} if self._is_now() else {"month": f"{self._first:%Y-%m}"}

    def refresh(self) -> None:
        """Read the month anew."""
        days = [day for week in weeks_of(self._first) for day in week if day]
        by_day: dict[date, list[Entry]] = defaultdict(list)
        fault = ""
        try:
            for entry in self._fetch(Period.of(days[0], days[-1], self._visit.settings.zone)):
                by_day[entry.on].append(entry)
        except Exception as stop:  # noqa: BLE001 - told in the calendar's place
            fault = sentence_of(stop)
        with self.hold_sync():
            self.title = f"{self._first:%B %Y}"
            self.is_now, self.fault = self._is_now(), fault
            self.empty = "" if by_day or fault else f"{self._empty} in {self.title}."
            self.weeks = [[self._day(day, by_day) for day in week] for week in weeks_of(self._first)]

    def vue_turn(self, data: dict[str, Any]) -> None:
        """Another month: `by` is −1 for the one before, 1 for the next; with 0 it is the month that it is now."""
        by = data.get("by")
        if by not in (-1, 0, 1) or isinstance(by, bool):
            raise InvalidData.unknown_choice("by", by, ["-1", "0", "1"])
        to = month_beside(self._first, by) if by else self._today().replace(day=1)
        if to.year not in YEARS:
            return
        self._first = to
        self.refresh()
        self._turned()

    def _day(self, day: date | None, by_day: Mapping[date, Sequence[Entry]]) -> dict[str, Any]:
        if day is None:
            return {}
        entries = by_day.get(day, ())
        return {
            "on": day.isoformat(),
            "number": day.day,
            "words": f"{day:%A}, {day.day} {day:%B}",
            "today": day == self._today(),
            "entries": [entry.shown() for entry in entries[:MAX_PER_DAY]],
            "n_more": max(0, len(entries) - MAX_PER_DAY),
            "href": self._href_of_day(day),
        }

    def _today(self) -> date:
        return self._visit.now().astimezone(self._visit.settings.zone).date()

    def _is_now(self) -> bool:
        return self._first == self._today().replace(day=1)


def month_of(text: str, today: date) -> date:
    """The first day of the month that an address names, of today's when it names none.

    Raises
    ------
    InvalidData : a text that is no month.

    >>> month_of("2026-12", date(2026, 11, 22)), month_of("", date(2026, 11, 22))
    (datetime.date(2026, 12, 1), datetime.date(2026, 11, 1))
    """
    if not text:
        return today.replace(day=1)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII) or int(text[:4]) not in YEARS:
        raise InvalidData.at("month", f"{text[:20]!r} is not a month; write it as 2026-11")
    return date(int(text[:4]), int(text[5:]), 1)


def month_beside(first: date, by: int) -> date:
    """The first day of the month before (−1) or after (1) the one that begins on `first`.

    >>> month_beside(date(2026, 12, 1), 1), month_beside(date(2026, 1, 1), -1)
    (datetime.date(2027, 1, 1), datetime.date(2025, 12, 1))
    """
    # From the middle of a month, 30 days lead into the month beside it, whatever its length.
    return (first.replace(day=15) + timedelta(days=30 * by)).replace(day=1)


def weeks_of(first: date) -> list[list[date | None]]:
    """The weeks of a month, Monday first; None stands for the days of other months in them.

    >>> [[day and day.day for day in week] for week in weeks_of(date(2026, 11, 1))][:2]
    [[None, None, None, None, None, None, 1], [2, 3, 4, 5, 6, 7, 8]]
    """
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    return [[day if day.month == first.month else None for day in week] for week in weeks]
