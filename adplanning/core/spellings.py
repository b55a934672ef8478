"""Which spellings of a word are found when somebody looks for it in a list."""

from __future__ import annotations

import string

from adplanning.core.errors import InvalidData
from adplanning.core.texts import none_if_blank, storable_text

MAX_SEARCH = 200
# What `lower()` of SQLite does, and that of PostgreSQL under the collation "C": nothing beyond A to Z.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CASES = (str, str.lower, str.upper, str.capitalize, str.title)


def spellings(search: str | None) -> list[str]:
    """The texts of which a row must hold one; none when nothing is looked for, and then every row will do.

    Both sides are compared with A to Z in lower case, which both databases do alike. Letters beyond these are looked
    for as they were written, and all small, all capital or with capitals first.

    Raises
    ------
    InvalidData : longer than `MAX_SEARCH` characters, or a text that no row can hold.

    >>> spellings(" Diwali_Sale "), spellings("café"), spellings(" ")
    (['diwali_sale'], ['cafÉ', 'café'], [])
    """
    word = none_if_blank(search)
    if word is None:
        return []
    if len(word) > MAX_SEARCH:
        raise InvalidData.at("search", f"is {len(word)} characters long; give at most {MAX_SEARCH}")
    try:
        storable_text(word)
    except ValueError as fault:
        raise InvalidData.at("search", str(fault)) from None
    return sorted({case(word).translate(_LOWER) for case in _CASES})
