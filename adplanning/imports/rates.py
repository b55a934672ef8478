"""Currency rates from a file: what one unit of a currency was worth on a day."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, and_, select

from adplanning.imports.checks import Rule
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import look_up, replace
from adplanning.imports.readers import CURRENCY, DAYS, RATE, REPORTING_CURRENCY, Context, Field
from adplanning.store.tables.catalogue import TABLES

_RATES = TABLES["currency_rates"]
_KEY = ("currency", "in_currency", "on")
TOLD_BY = "a file"


def store_rates(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store the rate of each currency and day; a new one replaces the one that stands there.

    A row that repeats the rate that stands there, or an earlier row of the file, is a duplicate; one that contradicts
    an earlier row is refused.
    """
    first = pl.col("rate").first().over(*_KEY, order_by=LINE)
    contradicts = rows.filter(pl.col("rate") != first)
    rates = rows.filter(pl.col("rate") == first).sort(LINE).unique(_KEY, keep="first", maintain_order=True)
    known = look_up(
        connection,
        rates.select(pl.col("currency"), pl.col("in_currency")).unique(),
        lambda keys: select(*(_RATES.c[name] for name in (*_KEY, "rate"))).join_from(
            keys, _RATES, and_(_RATES.c.currency == keys.c.currency, _RATES.c.in_currency == keys.c.in_currency)
        ),
    )
    compared = rates.join(known, on=list(_KEY), how="left", suffix="_known", maintain_order="left")
    changed = compared.filter(pl.col("rate").ne_missing(pl.col("rate_known")))
    told = changed.select(*_KEY, "rate", told_by=pl.lit(TOLD_BY), told_at=pl.lit(context.now))
    replace(connection, _RATES, told, _KEY)
    return Stored(
        n_stored=changed.height,
        n_duplicates=rows.height - contradicts.height - changed.height,
        totals={f"rates of {code}": float(n) for code, n in changed["currency"].value_counts(sort=True).iter_rows()},
        rejected=contradicts.select(
            LINE, reason=pl.lit("rate: an earlier row gives another rate for the same currency and day; remove one")
        ),
    )


RATES = Kind(
    help="currency rates: on the day, one `currency` was worth `rate` of `in_currency`",
    fields=(
        Field("on", DAYS, "the day", required=True, synonyms=("date", "day")),
        Field("currency", CURRENCY, "ISO 4217 code", required=True, synonyms=("from", "base", "from_currency")),
        Field("rate", RATE, "more than 0", required=True, synonyms=("exchange_rate", "value")),
        Field(
            "in_currency",
            REPORTING_CURRENCY,
            "ISO 4217 code; the reporting currency when not given",
            synonyms=("to", "quote"),
        ),
    ),
    rules=(Rule(pl.col("currency") == pl.col("in_currency"), "currency: is the same as in_currency; its rate is 1"),),
    store=store_rates,
)
