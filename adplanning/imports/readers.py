"""What a column may hold, and what is wrong with the values that it may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

from adplanning.core.money import known_currency
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PLATFORM_OF_SOURCE, Platform
from adplanning.imports import dates
from adplanning.imports.decimals import EXACT, Mark, numbers

INSTANT = pl.Datetime("us", "UTC")
MAX_AMOUNT = 10**12
MAX_COUNT = 10**15
_EMAIL = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"


@dataclass(frozen=True)
class Context:
    """What an import knows besides its rows; `decimal_mark` is that of numbers which do not tell theirs."""

    import_id: str
    settings: Settings
    now: datetime
    decimal_mark: Mark = "."


@dataclass(frozen=True)
class Values:
    """A column as it was read: the values, and for each kind of fault which rows have it and what is allowed."""

    values: pl.Series
    faults: tuple[tuple[pl.Series, str], ...] = ()


@dataclass(frozen=True)
class Reader:
    """How a column of text is read; white space around a text is not part of it, and nothing but it is no value."""

    dtype: pl.DataType
    read: Callable[[pl.Series, Context], Values]


@dataclass(frozen=True)
class Field:
    """A column of ours, under which other names files bring it, and what for."""

    name: str
    reader: Reader
    help: str
    required: bool = False
    synonyms: tuple[str, ...] = ()


def text(max_length: int = 2000) -> Reader:
    """Any text up to a length in characters."""

    def read(texts: pl.Series, _: Context) -> Values:
        faults = (
            (texts.str.contains("\x00", literal=True), "holds the character U+0000, which cannot be stored; remove it"),
            (texts.str.len_chars() > max_length, f"is longer than {max_length} characters; shorten it"),
        )
        return Values(texts, faults)

    return Reader(pl.String(), read)


def choice(allowed: Iterable[StrEnum]) -> Reader:
    """One of some words; case does not matter, and a space or hyphen stands for `_`."""
    words = sorted({str(word) for word in allowed})

    def read(texts: pl.Series, _: Context) -> Values:
        spelled = texts.str.to_lowercase().str.replace_all(r"[\s-]+", "_")
        return Values(spelled, ((~spelled.is_in(words), f"is not allowed; choose one of: {', '.join(words)}"),))

    return Reader(pl.String(), read)


def platform_id() -> Reader:
    """The id that an ad platform gave; a spreadsheet that took it for a number has lost its last digits for good.

    It writes 1.20254E+17, or keeps 15 to 16 digits and ends all long ids of the column in zeros.
    """

    def read(texts: pl.Series, context: Context) -> Values:
        bare = texts.str.replace(r"^act_", "")
        rounded = bare.str.contains(r"^\d+([.,]\d+)?[eE]\+?\d+$")
        is_long = bare.str.contains(r"^\d{17,}$").fill_null(value=False)
        long = bare.filter(is_long).unique()
        if long.len() > 1 and long.str.ends_with("00").all():
            rounded |= is_long
        shortened = "was shortened by a spreadsheet; export again, and do not open the file before it is imported"
        return Values(bare, ((rounded, shortened), *IDENTIFIER.read(texts, context).faults))

    return Reader(pl.String(), read)


def _email(texts: pl.Series, _: Context) -> Values:
    wrong = ~texts.str.contains(_EMAIL) | (texts.str.len_chars() > 256) | texts.str.contains("\x00", literal=True)
    return Values(texts, ((wrong, "is not an e-mail address; write it as name@example.com"),))


def _currency(texts: pl.Series, _: Context) -> Values:
    codes = texts.str.to_uppercase()
    known = [code for code in codes.unique().drop_nulls() if _is_currency(code)]
    return Values(codes, ((~codes.is_in(known), "is not an ISO 4217 currency code; use three letters such as INR"),))


def _is_currency(code: str) -> bool:
    try:
        known_currency(code)
    except ValueError:
        return False
    return True


def _platform(texts: pl.Series, _: Context) -> Values:
    known = {str(platform): str(platform) for platform in Platform} | PLATFORM_OF_SOURCE
    values = texts.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
    allowed = f"is not allowed; choose one of: {', '.join(sorted(known))}"
    return Values(values, ((_unread(texts, values), allowed),))


def _instant(texts: pl.Series, context: Context) -> Values:
    values = dates.instants(texts, context.settings.start_zone, field=texts.name)
    return Values(values, ((_unread(texts, values), f"is not {dates.ALLOWED_INSTANT}"),))


def _day(texts: pl.Series, _: Context) -> Values:
    values = dates.days(texts, field=texts.name)
    return Values(values, ((_unread(texts, values), f"is not {dates.ALLOWED_DAY}"),))


def _number(texts: pl.Series, context: Context) -> tuple[pl.Series, tuple[pl.Series, str]]:
    values = numbers(texts, otherwise=context.decimal_mark)
    return values, (_unread(texts, values), "is not a number; write it as 1234.56")


def _amount(texts: pl.Series, context: Context) -> Values:
    values, unread = _number(texts, context)
    faults = (
        unread,
        (values < 0, "is negative; only 0 or more is allowed"),
        (values >= MAX_AMOUNT, f"is {MAX_AMOUNT:,} or more; check the amount"),
    )
    return Values(values, faults)


def _count(texts: pl.Series, context: Context) -> Values:
    values, unread = _number(texts, context)
    whole = values.cast(pl.Int64, strict=False)
    faults = (
        unread,
        (values < 0, "is negative; only 0 or more is allowed"),
        (values > MAX_COUNT, f"is more than {MAX_COUNT:,}; check the number"),
        (values != whole.cast(EXACT, strict=False), "is not a whole number; write it as 1234"),
    )
    return Values(whole, faults)


def _rate(texts: pl.Series, context: Context) -> Values:
    values, unread = _number(texts, context)
    return Values(values.cast(pl.Float64), (unread, (values <= 0, "is not positive; a rate is more than 0")))


def _tags(texts: pl.Series, _: Context) -> Values:
    stripped = pl.element().str.strip_chars()
    parts = texts.str.replace_all(";", ",", literal=True).str.split(",").list.eval(stripped.filter(stripped != ""))
    return Values(parts.list.unique(maintain_order=True), TEXT.read(texts, _).faults)


def _unread(texts: pl.Series, values: pl.Series) -> pl.Series:
    return texts.is_not_null() & values.is_null()


TEXT = text()
IDENTIFIER = text(256)
PLATFORM_ID = platform_id()
EMAIL = Reader(pl.String(), _email)
CURRENCY = Reader(pl.String(), _currency)
REPORTING_CURRENCY = Reader(pl.String(), _currency)
INSTANTS = Reader(INSTANT, _instant)
DAYS = Reader(pl.Date(), _day)
AMOUNT = Reader(EXACT, _amount)
QUANTITY = Reader(EXACT, _amount)
PLATFORM = Reader(pl.String(), _platform)
COUNT = Reader(pl.Int64(), _count)
RATE = Reader(pl.Float64(), _rate)
NUMBERS = (AMOUNT, QUANTITY, COUNT, RATE)
TAGS = Reader(pl.List(pl.String), _tags)
