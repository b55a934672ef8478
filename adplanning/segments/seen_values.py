"""Which values customers have, to choose from when a rule asks for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from adplanning.segments.fields import column_of

MOST_SEEN: Final = 50
"""Longer lists are typed into, not read."""
MAX_LENGTH: Final = 100


def seen_values(features: pl.DataFrame, fields: Iterable[str]) -> dict[str, list[str]]:
    """The values that customers have, by field.

    Formula: the `MOST_SEEN` values that most customers have, those that equally many have by name.

    Parameters
    ----------
    features : one row per customer: the columns of `fields` (texts, or lists of texts).
    fields : names of fields; one without a column, or that is no text, has no values to choose from.

    Returns
    -------
    Most frequent first; texts longer than `MAX_LENGTH` are left out.

    >>> seen_values(pl.DataFrame({"city": ["Pune", "Mumbai", "Pune", None], "age": [1, 2, 3, 4]}), ["city", "age"])
    {'city': ['Pune', 'Mumbai']}
    """
    schema, texts = features.schema, (pl.String, pl.List(pl.String))
    return {
        field: _most_seen(features.get_column(column))
        for field, column in ((field, column_of(field)) for field in fields)
        if schema.get(column) in texts
    }


def _most_seen(column: pl.Series) -> list[str]:
    one_by_one = column.list.explode() if column.dtype == pl.List else column
    counts = (
        one_by_one.drop_nulls()
        .alias("value")
        .value_counts(name="n")
        .filter(pl.col("value").str.len_chars() <= MAX_LENGTH)
    )
    return list(counts.sort(["n", "value"], descending=[True, False]).head(MOST_SEEN)["value"])
