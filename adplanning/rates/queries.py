"""Currency rates as rows, and the days on which amounts of each currency lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, Select, func, or_, select

from adplanning.core.vocabulary import PublicRevenue
from adplanning.store import facts
from adplanning.store.counted import counted_conversions
from adplanning.store.lists import Orders
from adplanning.store.spend import spend_statement
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.catalogue import TABLES

_RATES = TABLES["currency_rates"].c
RATE_ORDERS: Final[Orders] = {
    "on": [_RATES.on],
    "currency": [_RATES.currency, _RATES.in_currency, _RATES.on],
    "told_at": [_RATES.told_at],
}
RATE_TIES: Final = _RATES.currency + _RATES.in_currency
SOURCES: Final[Mapping[str, str]] = {"conversions": "converted_at", "leads": "submitted_at", "spend": "on"}
"""Where amounts are, and the column of each that says when."""


def matching_rates(filters: Mapping[str, str | None]) -> Select[CurrencyRate]:
    """The SELECT of the rates of some `currency`, on either side."""
    asked = filters.get("currency")
    query = select(CurrencyRate)
    return query.where(or_(_RATES.currency == asked, _RATES.in_currency == asked)) if asked else query


def amount_days(engine: Engine, *, zone: ZoneInfo, public_revenue: PublicRevenue) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How many amounts there are of each source, currency and day (source, currency, on, n_amounts), and the rates.

    Only what is counted and is more than nothing; a day of `zone`, of spend the account's own.
    """
    leads = TABLES["leads"].c
    amount = func.coalesce(leads.actual_value_minor, leads.estimated_value_minor)
    conversions, told, spent, rates = facts.read(
        engine,
        facts.statement(
            "conversions",
            ["currency", "converted_at"],
            where=[*counted_conversions(public_revenue), TABLES["conversions"].c.value_minor > 0],
        ),
        facts.statement("leads", ["currency", "submitted_at"], where=[amount > 0]),
        _spent(zone),
        facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"]),
    )
    dated = [
        _on_days("conversions", conversions.lazy(), zone),
        _on_days("leads", told.lazy(), zone),
        spent.lazy().select(pl.lit("spend").alias("source"), "currency", "on"),
    ]
    days = pl.concat(dated).group_by("source", "currency", "on").agg(n_amounts=pl.len().cast(pl.Int64))
    return days.sort("source", "currency", "on").collect(), rates


def _spent(zone: ZoneInfo) -> Select[Any]:
    told = spend_statement(["currency", "on", "spend_minor"], zone=zone).subquery()
    return select(told.c.currency, told.c.on).where(told.c.spend_minor > 0)


def _on_days(source: str, told: pl.LazyFrame, zone: ZoneInfo) -> pl.LazyFrame:
    day = pl.col(SOURCES[source]).dt.convert_time_zone(zone.key).dt.date()
    return told.select(pl.lit(source).alias("source"), "currency", day.alias("on"))
