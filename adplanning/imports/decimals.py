"""Which number a text means: 1234.56, 1,234.56, 1 234.56, ₹1,23,456.78, or 1.234,56 where a whole column says so."""

from __future__ import annotations

from typing import Literal

import polars as pl

Mark = Literal[".", ","]

# 18 decimals keep every digit that a printed 64-bit float between 0.1 and 10^12 can have.
EXACT = pl.Decimal(38, 18)
SIGNS = {"INR": ("₹", "Rs"), "EUR": ("€",), "GBP": ("£",), "JPY": ("¥",), "CNY": ("¥",)}

_SIGN = r"^(₹|Rs\.?|\$|€|£|¥)\s*|\s*(₹|\$|€|£|¥)$"
_POINT = r"^[+-]?(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})*,\d{3})?(?:\.\d*)?(?:[eE][+-]?\d+)?$"
_SPACED = r"^[+-]?[1-9]\d{0,2}(?:[\s']\d{3})+(?:[.,]\d*)?$"
_COMMA = r"^[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?$"


def numbers(texts: pl.Series, *, otherwise: Mark = ".") -> pl.Series:
    """Read a column of numbers.

    A point marks decimals and commas group digits, by threes or as lakh and crore; the sign of a currency may stand
    before or after. A space or an apostrophe may group by threes as well. Only where the column tells so, see
    `decimal_mark`, the comma marks decimals and points group, in the whole column.

    Parameters
    ----------
    texts : String; null stays null.
    otherwise : what marks decimals where the column does not tell: 1.500 is 1.5, or 1500 in a file of decimal commas.

    Returns
    -------
    Exact decimals (`EXACT`); null for what is no such number. Decimals beyond the 18th are cut.

    >>> numbers(pl.Series(["1,234.5", "₹1,23,456.78", "7", "1.234,56", "NaN"])).to_list()[:3]
    [Decimal('1234.500000000000000000'), Decimal('123456.780000000000000000'), Decimal('7.000000000000000000')]
    >>> numbers(pl.Series(["1.234,56", "1.500"])).cast(pl.Float64).to_list()
    [1234.56, 1500.0]
    >>> numbers(pl.Series(["1.234,56", "0.5"])).cast(pl.Float64).to_list()
    [None, 0.5]
    >>> numbers(pl.Series(["1 234 567,5", "12,25"])).cast(pl.Float64).to_list()
    [1234567.5, 12.25]
    """
    exact = _decimals(texts)
    if otherwise == "." and exact.null_count() == texts.null_count():
        return exact
    by_point, by_comma = _both_ways(texts)
    return by_comma if (_told(by_point, by_comma) or otherwise) == "," else by_point


def decimal_mark(texts: pl.Series) -> Mark | None:
    """What marks decimals in a column: a comma where some values can be read with it alone (12,5 or 1.234,56) and none
    with a point alone, or the reverse; none where the column does not tell.

    >>> [decimal_mark(pl.Series([text])) for text in ("12,5", "0.5", "1.500", "7")]
    [',', '.', None, None]
    """
    return _told(*_both_ways(texts))


def _both_ways(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    bare = texts.str.strip_chars().str.replace(_SIGN, "")
    is_spaced = bare.str.contains(_SPACED)
    if is_spaced.any():
        bare = bare.str.replace_all(r"[\s']", "").zip_with(is_spaced, bare)
    by_point = _decimals(bare.set(~bare.str.contains(_POINT), None).str.replace_all(",", "", literal=True))
    grouped = bare.set(~bare.str.contains(_COMMA), None).str.replace_all(".", "", literal=True)
    return by_point, _decimals(grouped.str.replace(",", ".", literal=True))


def _told(by_point: pl.Series, by_comma: pl.Series) -> Mark | None:
    needs_point = (by_point.is_not_null() & by_comma.is_null()).any()
    needs_comma = (by_comma.is_not_null() & by_point.is_null()).any()
    if needs_comma == needs_point:
        return "." if needs_point else None
    return "," if needs_comma else "."


def foreign_sign(texts: pl.Series, currencies: pl.Series) -> pl.Series:
    """Whether a text bears the sign of another currency than the one its row names.

    >>> foreign_sign(pl.Series(["₹5", "$5", "$5", "5"]), pl.Series(["INR", "INR", "USD", "INR"])).to_list()
    [False, True, False, False]
    """
    sign = texts.str.extract(r"(₹|Rs|\$|€|£|¥)")
    own = (sign == "$") & ~currencies.is_in(list(SIGNS))
    for code, signs in SIGNS.items():
        own |= (currencies == code) & sign.is_in(signs)
    return sign.is_not_null() & ~own.fill_null(value=False)


def minor_units(exact: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """Whole minor units of exact decimals that are not negative, halves rounded up.

    Formula: floor((exact + half a minor unit) × 10^digits).

    >>> frame = pl.DataFrame({"total": ["4999.005", "0.0049999"], "digits": [2, 2]}).with_columns(
    ...     pl.col("total").cast(EXACT)
    ... )
    >>> frame.select(minor_units(pl.col("total"), pl.col("digits")))["total"].to_list()
    [499901, 0]
    """
    unit = digits.replace_strict({n: 10 ** (18 - n) for n in range(5)}, return_dtype=pl.Int64).cast(pl.Int128)
    return ((exact.to_physical() + unit // 2) // unit).cast(pl.Int64)


def _decimals(texts: pl.Series) -> pl.Series:
    # The cast rounds at the 18th decimal, and a rounded 0.00499… would become a cent.
    cut = texts.str.replace(r"^([+-]?\d*\.\d{18})\d+$", "$1") if (texts.str.len_bytes() > 19).any() else texts
    return cut.cast(EXACT, strict=False)
