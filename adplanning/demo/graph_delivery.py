"""What the invented Meta delivered: figures by day and object of one account, the truth that a sync is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from adplanning.core.errors import NotFound
from adplanning.demo.season import Flags, Ints

FIGURES = ("spend", "impressions", "clicks", "link_clicks", "reach", "leads", "purchases", "purchase_value")
# Meta keeps these in whole units, and all others in hundredths, whatever ISO 4217 says (currencies page of its docs).
WHOLE_UNITS = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})

Period = tuple[date, date]


@dataclass(frozen=True)
class Totals:
    """What a period comes to, to the cent."""

    spend: Decimal
    impressions: int
    clicks: int
    leads: int
    purchases: int
    purchase_value: Decimal


@dataclass(frozen=True)
class Delivery:
    """Figures by period (rows) and object (columns), money in Meta's minor unit; zero where nothing was delivered."""

    object_ids: Sequence[str]
    periods: Sequence[Period]
    figures: dict[str, Ints]
    delivered: Flags

    def within(self, since: date, until: date) -> Delivery:
        """Only the days from one to another, both included."""
        # Days are in their order: a slice copies nothing.
        chosen = [n for n, (first, last) in enumerate(self.periods) if since <= first and last <= until]
        rows = slice(chosen[0], chosen[-1] + 1) if chosen else slice(0)
        return Delivery(
            self.object_ids,
            self.periods[rows],
            {name: values[rows] for name, values in self.figures.items()},
            self.delivered[rows],
        )

    def only(self, chosen: Sequence[bool]) -> Delivery:
        """The same with nothing delivered by the other objects."""
        return replace(self, delivered=self.delivered & np.array(chosen, dtype=bool))

    def by(self, owners: Sequence[str]) -> Delivery:
        """Add up the objects of each owner; `owners` names that of each object."""
        names = list(dict.fromkeys(owners))
        column = np.array([names.index(owner) for owner in owners], dtype=np.int64)

        def added(values: Ints) -> Ints:
            sums = np.zeros((len(names), len(self.periods)), dtype=np.int64)
            np.add.at(sums, column, values.T)
            return sums.T

        figures = {name: added(values) for name, values in self.figures.items()}
        return Delivery(names, self.periods, figures, added(self.delivered.astype(np.int64)) > 0)

    def over(self, windows: Sequence[Period]) -> Delivery:
        """Add up the days of each window; reach grows less than a sum, as many see ads on two days."""
        days = [first for first, _ in self.periods]
        member = np.array([[first <= day <= last for day in days] for first, last in windows], dtype=bool)
        member = member.reshape(len(windows), len(days))
        figures = {name: member.astype(np.int64) @ values for name, values in self.figures.items()}
        most = np.stack([self.figures["reach"][row].max(axis=0, initial=0) for row in member])
        figures["reach"] = most + (figures["reach"] - most) * 3 // 5
        return Delivery(
            self.object_ids, windows, figures, member.astype(np.int64) @ self.delivered.astype(np.int64) > 0
        )

    def totals(self, currency: str) -> Totals:
        """Add up everything."""
        sums = {name: int(values.sum()) for name, values in self.figures.items()}
        unit = meta_offset(currency)
        return Totals(
            Decimal(sums["spend"]) / unit,
            sums["impressions"],
            sums["clicks"],
            sums["leads"],
            sums["purchases"],
            Decimal(sums["purchase_value"]) / unit,
        )

    def cell(self, object_id: str, day: date) -> tuple[int, int]:
        """Where one row stands."""
        if (day, day) not in self.periods or object_id not in self.object_ids:
            raise NotFound(f"nothing was delivered by {object_id} on {day}; choose another object or day")
        return self.periods.index((day, day)), self.object_ids.index(object_id)

    def drop(self, object_id: str, day: date) -> None:
        """Take a row away, with all it counted."""
        at = self.cell(object_id, day)
        self.delivered[at] = False
        for values in self.figures.values():
            values[at] = 0


def days_until(until: date, n_days: int) -> list[Period]:
    """The last `n_days` days up to one, each as a period.

    >>> days_until(date(2026, 3, 1), 2)
    [(datetime.date(2026, 2, 28), datetime.date(2026, 2, 28)), (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))]
    """
    days = [until - timedelta(days=before) for before in range(n_days - 1, -1, -1)]
    return [(day, day) for day in days]


def meta_offset(currency: str) -> int:
    """How many of Meta's minor units make one unit.

    >>> meta_offset("JPY"), meta_offset("HUF"), meta_offset("BHD"), meta_offset("USD")
    (1, 1, 100, 100)
    """
    return 1 if currency in WHOLE_UNITS else 100


def money_text(minor: int, offset: int) -> str:
    """An amount as insights write it: whole units, no superfluous zero.

    >>> money_text(123450, 100), money_text(5000, 100), money_text(5000, 1), money_text(7, 100)
    ('1234.5', '50', '5000', '0.07')
    """
    whole, rest = divmod(minor, offset)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
