"""By what a file splits the figures of one object and day into several rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from adplanning.imports.headers import header_key
from adplanning.imports.lines import SPLIT

_NAMES = {
    "age": ("age", "alter", "edad", "âge", "idade"),
    "gender": ("gender", "geschlecht", "género", "sexo", "sexe", "gênero"),
    "country": ("country", "land", "país", "pays", "country_territory"),
    "region": ("region", "región", "région", "região", "dma_region"),
    "placement": ("placement", "platzierung", "ubicación", "emplacement", "posicionamento"),
    "platform": ("platform", "plattform", "plataforma", "plateforme", "publisher_platform"),
    "device": ("device", "device_platform", "impression_device", "conversion_device"),
    "time of day": ("time_of_day_(ad_account_time_zone)", "time_of_day_(viewer's_time_zone)", "hour_of_day", "hour"),
    "product": ("product_id",),
    "network": ("network", "network_(with_search_partners)"),
    "conversion action": ("conversion_action",),
    "keyword": ("keyword", "search_keyword"),
    "day of week": ("day_of_week",),
}
_OF_KEY = {header_key(name): word for word, names in _NAMES.items() for name in names}


def split_columns(rows: pl.DataFrame, header: Sequence[str]) -> dict[str, str]:
    """The columns that split figures and have a value somewhere, each with the word for what it splits by."""
    found = {name: _OF_KEY[header_key(name)] for name in header if header_key(name) in _OF_KEY}
    return {name: word for name, word in found.items() if rows[name].count() > 0}


def with_split(rows: pl.DataFrame, header: Sequence[str], *, further: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Say in `SPLIT` by what each row is one of several of its object and days.

    Parameters
    ----------
    rows : the file's text.
    header : the file's columns.
    further : columns that split these figures as well, each with the word for it.

    >>> rows = pl.DataFrame({"Gender": ["male", "male"], "Age": ["18-24", "25-34"], "Country": [None, None]})
    >>> with_split(rows, rows.columns)[SPLIT].to_list()
    ['age and gender', 'age and gender']
    """
    found = {*split_columns(rows, header).values(), *(further or {}).values()}
    words = [word for word in (*_NAMES, *(further or {}).values()) if word in found]
    listed = " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else None
    return rows.with_columns(pl.lit(listed, pl.String).alias(SPLIT))
