"""What Google Ads exports: campaigns or ad groups by day, or over the days that a line above the header tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import Platform
from adplanning.imports.breakdowns import with_split
from adplanning.imports.exports import TOTALS, store_export
from adplanning.imports.files import SourceFile
from adplanning.imports.headers import match_headers
from adplanning.imports.kinds import Kind
from adplanning.imports.lines import SUMMARY
from adplanning.imports.readers import AMOUNT, DAYS, Field
from adplanning.imports.spend import FIGURE_FIELDS, IN_ORDER, OBJECT_FIELDS

_FIRST, _LAST = "first day of the title", "last day of the title"
_FORMATS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d")
_NOTHING = r"^\s*--?\s*$"
_TOTAL = r"(?i)^total\s*(:|$)"
_PARTS_OF_TIME = ("Week", "Month", "Quarter", "Year")

_GOOGLE_NAMES = {
    "account_id": ("customer_id", "external_customer_id"),
    "campaign_id": (),
    "currency": ("currency_code",),
    "status": ("campaign_status", "campaign_state"),
}
_FIELDS = (
    Field("date", DAYS, "the day", required=True, synonyms=("day",)),
    Field("last_day", DAYS, "the last day of a period"),
    Field("spend", AMOUNT, "0 or more", required=True, synonyms=("cost",)),
    *(
        replace(field, synonyms=(*field.synonyms, *_GOOGLE_NAMES.get(field.name, ())))
        for field in (*OBJECT_FIELDS, *FIGURE_FIELDS)
        if field.name != "platform"
    ),
)


def arrange_export(file: SourceFile) -> tuple[pl.DataFrame, dict[str, str]]:
    """Empty the cells that say "--", mark the rows of totals, and give rows without a day the days of the title.

    Raises
    ------
    InvalidData : neither a column of days nor a title that tells them.
    """
    columns = match_headers(file.header, [replace(field, required=False) for field in _FIELDS], {})
    cells = pl.col(file.header)
    rows = file.rows.with_columns(pl.when(~cells.str.contains(_NOTHING)).then(cells))
    is_total = pl.coalesce(file.header).str.contains(_TOTAL).fill_null(value=False)
    rows = rows.with_columns(pl.when(is_total).then(pl.lit(TOTALS)).alias(SUMMARY))
    if "date" in columns:
        return with_split(rows, file.header), {}
    first, last = days_of_title(file.titles)
    by_time = {name: name.lower() for name in _PARTS_OF_TIME if name in file.header}
    period = rows.with_columns(pl.lit(str(first)).alias(_FIRST), pl.lit(str(last)).alias(_LAST))
    return with_split(period, file.header, further=by_time), {"date": _FIRST, "last_day": _LAST}


def days_of_title(titles: Sequence[str]) -> tuple[date, date]:
    """The first and last day that a title tells.

    Raises
    ------
    InvalidData : none does.

    >>> days_of_title(["Campaign report", "November 1, 2026 - November 22, 2026"])
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 22))
    >>> days_of_title(["All time"])
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: header: has no column Day, and no line above it tells the days of the report, \
such as 'November 1, 2026 - November 22, 2026'; export again with the segment Day
    """
    for title in titles:
        days = [_day(part) for part in re.split(r"\s+[-–]\s+", title)]
        if days[0] is not None and days[-1] is not None and len(days) < 3:
            return days[0], days[-1]
    raise InvalidData.at(
        "header",
        "has no column Day, and no line above it tells the days of the report, such as "
        "'November 1, 2026 - November 22, 2026'; export again with the segment Day",
    )


def _day(words: str) -> date | None:
    plain = " ".join(words.replace(",", " ").split())
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


GOOGLE_EXPORT = Kind(
    help="an export of Google Ads, campaigns or ad groups, by day or over the days of its title, as CSV or Excel",
    fields=_FIELDS,
    rules=(IN_ORDER,),
    store=partial(store_export, platform=Platform.google),
    arrange=arrange_export,
    header_words=("campaign", "cost"),
)
