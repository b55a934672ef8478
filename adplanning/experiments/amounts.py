"""What amounts come to in the currency of an experiment, as its subjects' values are told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.money import in_reporting_currency, major_units, to_major


@dataclass(frozen=True)
class Unvalued:
    """Amounts in a currency without a known rate: how many there are, and how much in that currency's major units."""

    currency: str
    count: int
    value: float

    def to_json(self) -> dict[str, str | int | float]:
        """All of it as the store keeps it."""
        return asdict(self)


def with_value(rows: pl.LazyFrame, rates: pl.DataFrame, *, currency: str, amount: str, zone: ZoneInfo) -> pl.LazyFrame:
    """Add `value`, the amount of each row in major units of a currency, at the rate of its day.

    Formula: `in_reporting_currency`, in major units.

    Parameters
    ----------
    rows : currency, the column `amount` (minor units), and its day `on`, or else its instant `at`.
    rates : as for `in_reporting_currency`.
    currency : that of the experiment.
    amount : the column's name.
    zone : the reporting zone, in which an instant has its day.

    Returns
    -------
    These rows in no order; `value` is null without a rate, or where the amount is null.

    >>> from datetime import date
    >>> none = pl.DataFrame(schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64})
    >>> paid = pl.LazyFrame({"paid_minor": [12_50, 9_99], "currency": ["INR", "USD"], "on": [date(2026, 11, 2)] * 2})
    >>> with_value(paid, none, currency="INR", amount="paid_minor", zone=ZoneInfo("UTC")).collect()["value"].to_list()
    [12.5, None]
    """
    dated = rows
    if "on" not in rows.collect_schema().names():
        dated = rows.with_columns(on=pl.col("at").dt.convert_time_zone(zone.key).dt.date())
    reported = in_reporting_currency(dated, rates, currency=currency, amount=amount, on="on", into="__minor")
    return reported.with_columns(value=major_units(pl.col("__minor"), currency)).drop("__minor")


def unvalued(rows: pl.DataFrame, *, amount: str) -> list[Unvalued]:
    """Tell the amounts of `with_value` that have no value, by currency.

    >>> told = pl.DataFrame({"paid_minor": [12_50, 9_99, None], "currency": ["INR", "USD", "USD"],
    ...     "value": [12.5, None, None]})
    >>> unvalued(told, amount="paid_minor")
    [Unvalued(currency='USD', count=1, value=9.99)]
    """
    apart = (
        rows.filter(pl.col("value").is_null(), pl.col(amount).is_not_null())
        .group_by("currency")
        .agg(count=pl.len().cast(pl.Int64), minor=pl.col(amount).sum())
        .sort("currency")
    )
    return [Unvalued(currency, count, to_major(minor, currency)) for currency, count, minor in apart.rows()]
