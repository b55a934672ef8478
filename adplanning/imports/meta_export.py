"""What Ads Manager exports: spend by day, whose currency stands in the header alone."""

from __future__ import annotations

import re

import polars as pl
from sqlalchemy import Connection

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import Platform
from adplanning.imports.checks import Rule
from adplanning.imports.files import SourceFile
from adplanning.imports.headers import header_key
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.readers import AMOUNT, DAYS, Context, Field
from adplanning.imports.spend import FIGURE_FIELDS, OBJECT_FIELDS, store_spend

_SPENT = re.compile(r"amount spent \(([a-z]{3})\)", re.IGNORECASE)
_CURRENCY = "currency of the header"


def store_export(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store an export as spend on Meta; reach and frequency are left out, for they cannot be added up."""
    return store_spend(connection, rows.with_columns(platform=pl.lit(str(Platform.meta))), context)


def arrange_export(file: SourceFile) -> tuple[pl.DataFrame, dict[str, str]]:
    """Find the column of the amount spent, and add its currency to each row.

    Raises
    ------
    InvalidData : no such column, or two in different currencies.
    """
    spent = {found[1].upper(): name for name in file.header if (found := _SPENT.fullmatch(name))}
    if len(spent) != 1:
        found_there = "the file has: " + ", ".join(file.header) if not spent else "found: " + ", ".join(spent.values())
        raise InvalidData.at(
            "header", f"one column such as 'Amount spent (INR)' is needed, it tells the currency; {found_there}"
        )
    currency, name = next(iter(spent.items()))
    by_key = {header_key(column): column for column in file.header}
    arranged = {"spend": name, "currency": _CURRENCY}
    if "day" not in by_key and "reportingends" in by_key:
        arranged["last_day"] = by_key["reportingends"]
    return file.rows.with_columns(pl.lit(currency).alias(_CURRENCY)), arranged


META_EXPORT = Kind(
    help="an export of Meta's Ads Manager by day, as CSV or Excel; age, gender and other breakdowns are added up",
    fields=(
        Field("date", DAYS, "the day", required=True, synonyms=("day", "reporting_starts")),
        Field("last_day", DAYS, "of a row without Day; must be the same"),
        Field("spend", AMOUNT, "0 or more", required=True),
        *OBJECT_FIELDS,
        *FIGURE_FIELDS,
    ),
    rules=(
        Rule(
            pl.coalesce("campaign", "ad_set", "ad").is_null(),
            "the row names nothing: it is the totals row, whose figures the others hold already",
        ),
        Rule(
            pl.col("last_day") != pl.col("date"),
            "last_day: is not the row's first; export again with the breakdown By time, Day",
        ),
    ),
    store=store_export,
    arrange=arrange_export,
)
