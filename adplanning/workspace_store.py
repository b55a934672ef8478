"""What all parts of a workspace share: an open store, its settings, and how a period is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
from sqlalchemy import Engine

from adplanning.core.money import major_units
from adplanning.core.periods import Period
from adplanning.core.settings import Settings

# A period is all time, the last so many days, or a first and a last day (or instant), both included.
PeriodLike = Period | int | tuple[str | date | None, str | date | None] | None


@dataclass(frozen=True)
class OpenStore:
    """An open store and the settings that its numbers are told by; see `workspace.Workspace`."""

    engine: Engine
    settings: Settings

    def _period(self, period: PeriodLike) -> Period:
        if period is None:
            return Period()
        if isinstance(period, Period):
            return period
        if isinstance(period, int):
            return Period.last_days(period, datetime.now(UTC))
        return Period.of(period[0], period[1], self.settings.zone)


def in_own_currency(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Amounts in minor units (`<name>_minor`) as `<name>`, each in major units of the currency of its row.

    >>> rows = pl.DataFrame({"currency": ["INR", "JPY", None], "value_minor": [250, 250, None]})
    >>> in_own_currency(rows, ["value"])["value"].to_list()
    [2.5, 250.0, None]
    """
    currencies = frame["currency"].drop_nulls().unique()
    columns = []
    for name in names:
        each = (
            pl.when(pl.col("currency") == code).then(major_units(pl.col(f"{name}_minor"), code)) for code in currencies
        )
        columns.append(pl.coalesce(pl.lit(None, pl.Float64), *each).alias(name))
    return frame.with_columns(columns).drop(f"{name}_minor" for name in names)
