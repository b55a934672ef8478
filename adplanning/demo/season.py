"""How busy each day of the demo is, and at what hour things happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from adplanning.store.tables.base import to_micros

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SECOND = 1_000_000
DAY = 86_400 * SECOND
# India keeps one offset all year.
INDIA = timedelta(hours=5, minutes=30)

_WEEKDAYS = np.array([0.92, 0.94, 0.97, 1.0, 1.02, 1.10, 1.05])
_HOURS = np.array([4, 2, 1, 1, 1, 2, 4, 7, 9, 11, 13, 14, 15, 14, 12, 12, 13, 14, 16, 19, 23, 24, 18, 9], dtype=float)
# Of each month, from January on.
_FESTIVALS = (
    *("Pongal", "Holi", "Holi", "Baisakhi", "Summer", "Monsoon"),
    *("Monsoon", "Rakhi", "Onam", "Diwali", "Diwali", "New Year"),
)


@dataclass(frozen=True)
class Season:
    """The days of the demo in India: `demand` is each day's traffic relative to an ordinary one."""

    first: date
    demand: Floats
    festival: str

    @classmethod
    def of(cls, days: int, until: date) -> Season:
        """The `days` days up to and including `until`, with a festive peak four fifths in.

        Formula: demand = weekday × (0.93 + 0.14 × t) × (1 + 0.7 × exp(−((t − 0.8) / 0.05)² / 2)), t from 0 to 1.

        >>> season = Season.of(180, date(2026, 11, 21))
        >>> season.first, season.festival, int(season.demand.argmax())
        (datetime.date(2026, 5, 26), 'Diwali', 144)
        """
        first = until - timedelta(days=days - 1)
        t = np.arange(days) / days
        weekday = _WEEKDAYS[(first.weekday() + np.arange(days)) % 7]
        peak = 1 + 0.7 * np.exp(-(((t - 0.8) / 0.05) ** 2) / 2)
        festival = _FESTIVALS[(first + timedelta(days=int(0.8 * days))).month - 1]
        return cls(first, weekday * (0.93 + 0.14 * t) * peak, festival)

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return len(self.demand)

    @property
    def start(self) -> int:
        """The first instant, in microseconds since 1970."""
        return to_micros(datetime.combine(self.first, time.min, UTC) - INDIA)

    @property
    def end(self) -> int:
        """The first instant after the last day."""
        return self.start + self.n_days * DAY

    def day_of(self, at: Ints) -> Ints:
        """The number of the day on which each instant falls; negative before the first."""
        return (at - self.start) // DAY

    def moments(self, day: Ints, rng: np.random.Generator) -> Ints:
        """An instant on each of the given days, at the hours at which India shops."""
        hour = rng.choice(24, len(day), p=_HOURS / _HOURS.sum())
        within = (hour + rng.random(len(day))) * 3600 * SECOND
        return self.start + day * DAY + within.astype(np.int64)
