"""When two spellings of a campaign's name are the same name."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_plus

import polars as pl

_SEPARATORS = re.compile(r"[\s_\-+|./]+")


def name_key(name: str) -> str:
    """The normalised form of a campaign name or a UTM campaign: equal keys mean the same campaign.

    Percent codes are decoded, Unicode is composed (NFKC), case is folded, and every run of white space, `_`, `-`, `+`,
    `|`, `.` or `/` becomes one `-`. Digits and words stay, so that `brand_us_q1` is never `brand_us_q2`.

    >>> name_key("Summer Sale"), name_key("summer_sale"), name_key("Fam%C3%ADlia%20Restaurada%20%7C%20CBO")
    ('summer-sale', 'summer-sale', 'família-restaurada-cbo')
    """
    composed = unicodedata.normalize("NFKC", unquote_plus(name))
    # Folding takes some Greek letters apart again.
    folded = unicodedata.normalize("NFKC", composed.casefold())
    return _SEPARATORS.sub("-", folded).strip("-")


def with_name_key(frame: pl.DataFrame, column: str, *, into: str) -> pl.DataFrame:
    """Add the key of each name in a column; each distinct name is worked on once.

    >>> with_name_key(pl.DataFrame({"utm_campaign": ["A B", None]}), "utm_campaign", into="key")["key"].to_list()
    ['a-b', None]
    """
    names = frame[column].drop_nulls().unique()
    keys = pl.Series([name_key(name) for name in names], dtype=pl.String)
    return frame.with_columns(
        pl.col(column).replace_strict(names, keys, default=None, return_dtype=pl.String).alias(into)
    )
