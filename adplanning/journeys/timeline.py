"""One customer's way as a whole: how far it has come, since when, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency
from adplanning.core.vocabulary import JourneyEventType
from adplanning.journeys.conversion_times import times_to_convert
from adplanning.journeys.stages import STAGES

KINDS: Final = ("journey_event", "conversion", "feedback", "lead")
"""What an entry of a timeline is; a lead is a step and a conversion in one."""

# Those with a value: a lead has one when it has become a customer.
_OF_CONVERSIONS: Final = ("conversion", "lead")


class Unconverted(NamedTuple):
    """Purchases that are in no sum: no rate is known from their currency."""

    currency: str
    n: int
    value_minor: int


@dataclass(frozen=True)
class TimelineSummary:
    """A whole way in few words; nulls where nothing has happened.

    `stages_reached` have an entry, in the order of the stages; `current_stage` is the furthest. `time_to_conversion`
    runs from the first step to the first purchase, see `conversion_times.times_to_convert`. `purchase_value_minor` is
    in the reporting currency; the purchases without a rate are in `unconverted` instead.
    """

    n_entries: int
    stages_reached: tuple[str, ...]
    current_stage: str | None
    first_at: datetime | None
    latest_at: datetime | None
    time_to_conversion: timedelta | None
    n_conversions: int
    purchase_value_minor: int
    unconverted: tuple[Unconverted, ...]


def timeline_summary(entries: pl.DataFrame, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo) -> TimelineSummary:
    """Sum up what one customer did.

    Formula: counts over all entries; the value is the sum of the purchases, each at its own day's rate.

    Parameters
    ----------
    entries : one row per entry of one customer: kind (of `KINDS`), stage (null for what only measures a page view),
        event_type, occurred_at (UTC), value_minor (minor units, null without value), currency.
    rates : see `core.money.in_reporting_currency`.
    currency, zone : the reporting currency, and the zone whose calendar days have the rates.

    Returns
    -------
    n_conversions counts the entries that are conversions, leads among them.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> entries = pl.DataFrame({"kind": ["journey_event", "conversion"], "stage": ["awareness", "conversion"],
    ...     "event_type": ["page_view", "purchase"], "value_minor": [None, 499900], "currency": [None, "INR"],
    ...     "occurred_at": [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)]})
    >>> rates = pl.DataFrame(
    ...     schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64}
    ... )
    >>> found = timeline_summary(entries, rates, currency="INR", zone=ZoneInfo("UTC"))
    >>> found.current_stage, found.time_to_conversion.days, found.purchase_value_minor
    ('conversion', 2, 499900)
    """
    require_columns(entries, ["kind", "stage", "event_type", "occurred_at", "value_minor", "currency"], what="entries")
    reached = set(entries["stage"].drop_nulls())
    stages = tuple(stage for stage in STAGES if stage in reached)
    steps = entries.lazy().filter(pl.col("stage").is_not_null()).with_columns(pl.lit("theirs").alias("path_key"))
    days = times_to_convert(steps).median_days
    first_at, latest_at = entries.select(pl.min("occurred_at"), pl.max("occurred_at").alias("latest_at")).row(0)
    value_minor, unconverted = _purchase_value(entries, rates, currency=currency, zone=zone)
    return TimelineSummary(
        n_entries=entries.height,
        stages_reached=stages,
        current_stage=stages[-1] if stages else None,
        first_at=first_at,
        latest_at=latest_at,
        time_to_conversion=None if days is None else timedelta(days=days),
        n_conversions=int(entries["kind"].is_in(_OF_CONVERSIONS).sum()),
        purchase_value_minor=value_minor,
        unconverted=unconverted,
    )


def _purchase_value(
    entries: pl.DataFrame, rates: pl.DataFrame, *, currency: str, zone: ZoneInfo
) -> tuple[int, tuple[Unconverted, ...]]:
    sold = (
        entries.lazy()
        .filter(pl.col("event_type") == JourneyEventType.purchase, pl.col("value_minor").is_not_null())
        .with_columns(pl.col("occurred_at").dt.convert_time_zone(zone.key).dt.date().alias("on"))
    )
    valued = in_reporting_currency(
        sold, rates, currency=currency, amount="value_minor", on="on", into="reported_minor"
    ).collect()
    apart = (
        valued.filter(pl.col("reported_minor").is_null())
        .group_by("currency")
        .agg(pl.len().cast(pl.Int64), pl.col("value_minor").sum())
        .sort("currency")
    )
    return int(valued["reported_minor"].sum()), tuple(Unconverted(*row) for row in apart.iter_rows())
