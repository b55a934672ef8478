"""What a file's rows of spend are, in a sentence that a person can check at a glance."""

from __future__ import annotations

from datetime import date

import polars as pl

from adplanning.imports.lines import SPLIT
from adplanning.imports.spend_figures import SPAN

_NOUNS = {"campaign": ("campaign", "campaigns"), "ad_set": ("ad set", "ad sets"), "ad": ("ad", "ads")}


def spend_in_words(rows: pl.DataFrame) -> str:
    """Say how many rows there are, of which level, by which spans of days, and what is added up.

    Parameters
    ----------
    rows : one per row of a file: `SPAN`, level, `SPLIT`.

    >>> rows = pl.DataFrame({
    ...     "object_id": ["a", "a", "b"], "level": "ad", "__split": "age",
    ...     "first_on": [date(2024, 12, 4), date(2024, 12, 4), date(2024, 12, 10)],
    ... }).with_columns(last_on="first_on")
    >>> spend_in_words(rows)
    '3 rows: 2 ads by day, 4–10 December 2024, split by age, which is added up'
    """
    if rows.is_empty():
        return "no rows"
    nouns = [
        f"{n:,} {_NOUNS[level][n > 1]}"
        for level, n in rows.group_by("level").agg(pl.col("object_id").n_unique()).sort("level").iter_rows()
    ]
    first, last = rows.select(pl.col("first_on").min(), pl.col("last_on").max()).row(0)
    row_noun = "row" if rows.height == 1 else "rows"
    words = f"{rows.height:,} {row_noun}: {' and '.join(nouns)} {_spans(rows)}, {days_in_words(first, last)}"
    split = rows[SPLIT].drop_nulls()
    if split.is_empty():
        return words
    verb = "are" if " and " in split[0] else "is"
    return f"{words}, split by {split[0]}, which {verb} added up"


def days_in_words(first: date, last: date) -> str:
    """Write a span of days as people do.

    >>> days_in_words(date(2024, 12, 4), date(2024, 12, 10)), days_in_words(date(2024, 11, 28), date(2024, 12, 4))
    ('4–10 December 2024', '28 November–4 December 2024')
    >>> days_in_words(date(2024, 12, 31), date(2025, 1, 1)), days_in_words(date(2025, 1, 1), date(2025, 1, 1))
    ('31 December 2024–1 January 2025', '1 January 2025')
    """
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{first.day} {first:%B}{'' if first.year == last.year else f' {first.year}'}–{end}"


def _spans(rows: pl.DataFrame) -> str:
    spans = rows.select(SPAN[1:]).unique()
    n_periods = spans.filter(pl.col("first_on") != pl.col("last_on")).height
    if n_periods == 0:
        return "by day"
    if spans.height > n_periods:
        return "by day and by longer periods"
    return "in one period" if n_periods == 1 else f"in {n_periods:,} periods"
