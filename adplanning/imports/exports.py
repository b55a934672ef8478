"""What the exports of ad platforms have in common: one platform, and rows that sum up the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from adplanning.core.money import minor_digits
from adplanning.core.vocabulary import Platform
from adplanning.imports.kinds import Stored
from adplanning.imports.lines import LINE, SUMMARY
from adplanning.imports.readers import Context
from adplanning.imports.records import in_minor_units
from adplanning.imports.spend import store_spend

TOTALS = "the row names nothing: it is the totals row, whose figures the others hold already"
SUBTOTAL = "the row sums up others: it says All where these say which one, and their figures hold its own already"
WHOLE_ACCOUNT = "the row is of a whole account: its figures are those of its campaigns once more"

ALL = ("all", "alle", "todos", "todas", "tous", "toutes")


def store_export(connection: Connection, rows: pl.DataFrame, context: Context, *, platform: Platform) -> Stored:
    """Store an export as spend on its platform.

    Rows that sum up others are refused, for their money stands in these; the totals row is compared with them, and a
    difference is a warning.
    """
    own = rows.filter(pl.col(SUMMARY).is_null())
    stored = store_spend(connection, own.with_columns(platform=pl.lit(str(platform))), context)
    sums = rows.filter(pl.col(SUMMARY).is_not_null())
    return replace(
        stored,
        rejected=pl.concat([stored.rejected, sums.select(LINE, reason=SUMMARY)]),
        warnings=(*stored.warnings, *_difference(own, sums.filter(pl.col(SUMMARY) == TOTALS))),
    )


def is_all(columns: Iterable[str], words: Collection[str] = ALL) -> pl.Expr:
    """Whether a cell of some columns says "All", in one of some languages."""
    cells = [pl.col(name).str.strip_chars().str.to_lowercase().is_in(words) for name in columns]
    return pl.any_horizontal(pl.lit(value=False), *cells).fill_null(value=False)


def is_blank(columns: Iterable[str]) -> pl.Expr:
    """Whether all cells of some columns are empty."""
    return pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name).fill_null("").str.strip_chars() == "" for name in columns)
    )


def _difference(own: pl.DataFrame, totals: pl.DataFrame) -> tuple[str, ...]:
    """What to say where the first totals row and the rows differ by more than rounding each row can explain."""
    said = totals.sort(LINE).head(1).select("currency", "spend").drop_nulls()
    if said.is_empty() or own.is_empty():
        return ()
    code = said["currency"][0]
    of_currency = own.filter(pl.col("currency") == code)
    summed = of_currency.select(pl.lit(code).alias("currency"), pl.col("spend").sum())
    total, found = (frame.select(in_minor_units("spend")).item() for frame in (said, summed))
    if abs(total - found) <= of_currency.height / 2:
        return ()
    digits = minor_digits(code)
    total_said, found_said = (f"{minor / 10**digits:,.{digits}f}" for minor in (total, found))
    return (
        f"the totals row says {total_said} {code} were spent, but the rows that could be read add up to {found_said} "
        f"{code}; export again if rows are missing",
    )
