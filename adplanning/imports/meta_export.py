"""What Ads Manager exports: spend by day or by period at any level, whose currency may stand in the header alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import Platform
from adplanning.imports.breakdowns import split_columns, with_split
from adplanning.imports.exports import SUBTOTAL, TOTALS, WHOLE_ACCOUNT, is_all, is_blank, store_export
from adplanning.imports.files import SourceFile
from adplanning.imports.headers import header_key, match_headers
from adplanning.imports.kinds import Kind
from adplanning.imports.lines import SUMMARY
from adplanning.imports.meta_words import DAY, ENDS, SPENT, STARTS, in_all_languages
from adplanning.imports.readers import AMOUNT, DAYS, Field
from adplanning.imports.spend import FIGURE_FIELDS, IN_ORDER, OBJECT_FIELDS

_CURRENCY = "currency of the header"
_SPENT = frozenset(map(header_key, SPENT))
_STARTS = frozenset(map(header_key, STARTS))
_NAMES = ("campaign", "ad_set", "ad")

# What was reported together may be said beside the day of a row, and is not the row's own: see `arrange_export`.
_LAST_DAY = Field("last_day", DAYS, "the last day of a period: Reporting ends, in a file without Day")
# A column "Platform" says where on Meta an ad was shown: it splits.
_FIELDS = (
    Field("date", DAYS, "the day, or the first of a period", required=True, synonyms=(*DAY, *STARTS)),
    _LAST_DAY,
    Field("spend", AMOUNT, "0 or more", required=True),
    *in_all_languages(field for field in (*OBJECT_FIELDS, *FIGURE_FIELDS) if field.name != "platform"),
)


def arrange_export(file: SourceFile) -> tuple[pl.DataFrame, dict[str, str]]:
    """Find the amount spent and its currency, the days of each row, and which rows sum up others.

    Raises
    ------
    InvalidData : no amount spent, or none whose currency is told, or two in different currencies; a file of whole
        accounts; a first day of reporting without the last.
    """
    columns = match_headers(file.header, [replace(field, required=False) for field in _FIELDS], {})
    if "account" in columns and not any(name in columns for name in _NAMES):
        raise InvalidData.at(
            "header",
            "has no column Campaign name, so that the rows are of whole accounts; export at the level Campaigns, "
            "Ad sets or Ads",
        )
    spent, currency = _spent(file.header, columns)
    arranged = {"spend": spent}
    rows = with_split(file.rows, file.header)
    if currency is not None:
        arranged["currency"] = _CURRENCY
        rows = rows.with_columns(pl.lit(currency).alias(_CURRENCY))
    if header_key(columns.get("date", "")) in _STARTS:
        arranged |= _last_days(file.header)
    return _with_summaries(rows, file, columns | arranged), arranged


def _last_days(header: tuple[str, ...]) -> dict[str, str]:
    found = match_headers(header, [replace(_LAST_DAY, synonyms=ENDS)], {})
    if not found:
        raise InvalidData.at(
            "header", "has Reporting starts without Reporting ends or Day, so that nobody knows its days; export again"
        )
    return found


def _spent(header: tuple[str, ...], columns: Mapping[str, str]) -> tuple[str, str | None]:
    """The column of the amount spent, and the currency that it tells; that may stand in a column of its own."""
    named = [(name, re.fullmatch(r"(.+?)\s*\(([A-Za-z]{3})\)", name)) for name in header]
    by_currency = {found[2].upper(): name for name, found in named if found and header_key(found[1]) in _SPENT}
    plain = [name for name in header if header_key(name) in _SPENT]
    if len(by_currency) == 1:
        currency, spent = next(iter(by_currency.items()))
        return spent, currency
    if not by_currency and plain and "currency" in columns:
        return plain[0], None
    found_there = f"found: {', '.join(by_currency.values())}" if by_currency else f"the file has: {', '.join(header)}"
    raise InvalidData.at(
        "header", f"one column such as 'Amount spent (INR)' is needed, it tells the currency; {found_there}"
    )


def _with_summaries(rows: pl.DataFrame, file: SourceFile, columns: Mapping[str, str]) -> pl.DataFrame:
    names = [columns[name] for name in _NAMES if name in columns]
    if not names:
        return rows
    days = [columns[name] for name in ("date", "last_day") if name in columns]
    ids = [columns[f"{name}_id"] for name in _NAMES if f"{name}_id" in columns]
    accounts = [columns[name] for name in ("account", "account_id") if name in columns]
    nothing = is_blank([*names, *ids])
    sums_up = is_all([*split_columns(rows, file.header), *days]) | is_all(names, ("all",))
    return rows.with_columns(
        pl.when(nothing & ~is_blank(accounts))
        .then(pl.lit(WHOLE_ACCOUNT))
        .when(nothing)
        .then(pl.lit(TOTALS))
        .when(sums_up)
        .then(pl.lit(SUBTOTAL))
        .alias(SUMMARY)
    ).with_columns(pl.when(pl.col(SUMMARY).is_null()).then(pl.col(name)).alias(name) for name in days)


META_EXPORT = Kind(
    help="an export of Meta's Ads Manager by day or period at any level, as CSV or Excel; breakdowns are added up",
    fields=_FIELDS,
    rules=(IN_ORDER,),
    store=partial(store_export, platform=Platform.meta),
    arrange=arrange_export,
)
