"""Which text may be stored: any Unicode but NUL and lone surrogates, which not every database can keep."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def storable_text(value: str) -> str:
    """Answer the text, or refuse it with the character that cannot be stored.

    >>> storable_text("धन्यवाद 🙏")
    'धन्यवाद 🙏'
    >>> storable_text("a" + chr(0))
    Traceback (most recent call last):
    ValueError: holds the character U+0000, which cannot be stored; remove it
    """
    if "\x00" in value:
        raise ValueError("holds the character U+0000, which cannot be stored; remove it")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as fault:
            code = f"U+{ord(value[fault.start]):04X}"
            raise ValueError(f"holds the lone surrogate {code}, which is not text; remove it") from None
    return value


MAX_DEPTH = 16


def storable_json(value: object, depth: int = 0) -> object:
    """Answer a JSON value whose every text can be stored and whose every number is finite, or refuse it.

    >>> storable_json({"colour": ["red", 1.5]})
    {'colour': ['red', 1.5]}
    >>> storable_json({"a": float("nan")})
    Traceback (most recent call last):
    ValueError: holds the number nan; only finite numbers are allowed
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"is nested deeper than {MAX_DEPTH} levels; flatten it")
    if isinstance(value, str):
        storable_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"holds the number {value}; only finite numbers are allowed")
    elif isinstance(value, int) and abs(value) > 2**63 - 1:
        raise ValueError("holds a whole number beyond 64 bits; send it as text")
    elif isinstance(value, dict):
        for key, part in value.items():
            storable_text(str(key))
            storable_json(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            storable_json(part, depth + 1)
    return value


def none_if_blank(value: str | None) -> str | None:
    """Treat a text of white space only as absent: a missing value has one form in the store.

    >>> none_if_blank("  ") is None, none_if_blank(" x ")
    (True, 'x')
    """
    stripped = value.strip() if value else ""
    return stripped or None


Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(storable_text)]
ShortText = Annotated[str, StringConstraints(max_length=256), AfterValidator(storable_text)]
Identifier = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256), AfterValidator(storable_text)
]
JsonObject = Annotated[dict[str, object], AfterValidator(storable_json)]
