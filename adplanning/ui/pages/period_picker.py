"""Which days a page is about: the usual ones at a press, or any from one day to another; kept in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from traitlets import Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.ui.component import Component
from adplanning.ui.pages.chosen_days import USUAL_DAYS, Days, today_of
from adplanning.ui.visit import Visit

THIS_MONTH: Final = "month"
CHOICES: Final[Mapping[str, str]] = {
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    THIS_MONTH: "This month",
}
# Ten years: with more, a course by day says nothing and takes long.
MAX_DAYS: Final = 3660


class PeriodPicker(Component):
    """Buttons for the usual days, and fields for others.

    Parameters
    ----------
    changed : called when other days were chosen.
    """

    vue = "period_picker"

    choices = List(Dict()).tag(sync=True)
    asked = Dict().tag(sync=True)
    words = Unicode("").tag(sync=True)
    notice = Unicode("").tag(sync=True)

    def __init__(self, visit: Visit, *, changed: Callable[[], None]) -> None:
        self._visit, self._changed = visit, changed
        notice = ""
        try:
            self._days = self._read(visit.query.get("from_date", ""), visit.query.get("to_date", ""))
        except InvalidData as refused:
            self._days, notice = self._last(USUAL_DAYS), f"The address asked for something else: {refused}"
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            choices=[{"name": name, "title": title} for name, title in CHOICES.items()],
            notice=notice,
        )
        self._answer()

    @property
    def days(self) -> Days:
        """Those that are chosen; both ends are known."""
        return self._days

    @property
    def state(self) -> dict[str, str]:
        """Its part of the page's address: nothing for the usual days."""
        return {} if self._days == self._last(USUAL_DAYS) else dates_of(self._days)

    def vue_choose(self, data: dict[str, Any]) -> None:
        """A button was pressed."""
        name = str(data.get("name"))
        if name not in CHOICES:
            raise InvalidData.unknown_choice("period", name, CHOICES)
        today = today_of(self._visit)
        self._turn_to(Days(today.replace(day=1), today) if name == THIS_MONTH else self._last(int(name)))

    def vue_dates(self, data: dict[str, Any]) -> None:
        """A field was changed."""
        try:
            days = self._read(*(str(data.get(end) or "") for end in ("from_date", "to_date")))
        except InvalidData:
            self._answer()
            raise
        self._turn_to(days)

    def _turn_to(self, days: Days) -> None:
        self._days, self.notice = days, ""
        self._answer()
        self._changed()

    def _answer(self) -> None:
        today = today_of(self._visit)
        usual = {name: self._last(int(name)) for name in CHOICES if name != THIS_MONTH}
        usual[THIS_MONTH] = Days(today.replace(day=1), today)
        with self.hold_sync():
            self.words = self._days.in_words
            self.asked = {
                **dates_of(self._days),
                "chosen": next((name for name, days in usual.items() if days == self._days), ""),
                "n": next(self._numbers),
            }

    def _last(self, n: int) -> Days:
        today = today_of(self._visit)
        return Days(today - timedelta(days=n - 1), today)

    def _read(self, from_date: str, to_date: str) -> Days:
        """An end that is not said is today, a beginning that is not said lies the usual days before."""
        first, last = (_day(name, said) for name, said in (("from_date", from_date), ("to_date", to_date)))
        last = last or max(today_of(self._visit), first or date.min)
        first = first or last - timedelta(days=USUAL_DAYS - 1)
        Period.of(first, last, self._visit.settings.zone)
        if (last - first).days >= MAX_DAYS:
            raise InvalidData.at("to_date", f"{last} lies over ten years after {first}; choose fewer days")
        return Days(first, last)


def dates_of(days: Days) -> dict[str, str]:
    """The days as an address says them.

    >>> dates_of(Days(date(2026, 11, 1), None))
    {'from_date': '2026-11-01'}
    """
    ends = {"from_date": days.first, "to_date": days.last}
    return {name: day.isoformat() for name, day in ends.items() if day}


def _day(name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = date.min
    if not 1972 <= day.year <= 2198:
        raise InvalidData.at(name, f"{said[:40]!r} is not a day that exists; write it as 2026-11-22")
    return day
