"""Money: whole minor units with a currency inside, decimals at the rim, never added across currencies."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated

import polars as pl
from iso4217 import Currency
from pydantic import AfterValidator

from adplanning.core.frames import collected

MAX_MINOR = 10**15 - 1
RATE_MAX_AGE_DAYS = 7


def known_currency(code: str) -> str:
    """Answer the ISO 4217 code in capitals, or refuse it.

    >>> known_currency("inr")
    'INR'
    >>> known_currency("RUPEE")
    Traceback (most recent call last):
    ValueError: 'RUPEE' is not an ISO 4217 currency code; use three letters such as INR or USD
    """
    minor_digits(code)
    return code.upper()


@lru_cache(maxsize=1024)
def minor_digits(code: str) -> int:
    """How many decimals the currency has.

    Source: ISO 4217 list one, through the iso4217 package.

    >>> minor_digits("INR"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    try:
        digits = Currency(code.upper()).exponent
    except ValueError:
        digits = None
    if digits is None:
        raise ValueError(f"{code[:20]!r} is not an ISO 4217 currency code; use three letters such as INR or USD")
    return digits


def to_minor(amount: Decimal | float | str, currency: str) -> int:
    """Turn an amount into whole minor units, halves rounded up.

    Formula: round_half_up(amount × 10^minor_digits(currency)).

    Raises
    ------
    ValueError : not a finite number, or beyond ±10^15 minor units.

    >>> to_minor("4999.005", "INR"), to_minor(0.1 + 0.2, "INR"), to_minor(250, "JPY")
    (499901, 30, 250)
    >>> to_minor(float("nan"), "INR")
    Traceback (most recent call last):
    ValueError: is not a finite number; give an amount such as 4999 or 4999.50
    """
    try:
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
        if not exact.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError("is not a finite number; give an amount such as 4999 or 4999.50") from None
    if abs(exact) > MAX_MINOR:
        raise ValueError(f"is beyond {MAX_MINOR} minor units; check the amount")
    minor = int(exact.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_UP))
    if abs(minor) > MAX_MINOR:
        raise ValueError(f"is beyond {MAX_MINOR} minor units; check the amount")
    return minor


def to_major(minor: int, currency: str) -> float:
    """Turn minor units into the number that is shown; exact to the minor unit up to 2^53 of them.

    >>> to_major(499901, "INR"), to_major(250, "JPY")
    (4999.01, 250.0)
    """
    return minor / float(10 ** minor_digits(currency))


def major_units(minor: pl.Expr, currency: str) -> pl.Expr:
    """A column of minor units as the numbers that are shown, each the same as from `to_major`.

    >>> pl.DataFrame({"value_minor": [57143]}).select(major_units(pl.col("value_minor"), "INR")).item()
    571.43
    """
    # polars divides by multiplying with the inverse, and 57143 × 0.01 is 571.4300000000001; rounding undoes that.
    digits = minor_digits(currency)
    return (minor / float(10**digits)).round(digits)


def in_reporting_currency(
    frame: pl.LazyFrame, rates: pl.DataFrame, *, currency: str, amount: str, on: str, into: str
) -> pl.LazyFrame:
    """Add the amount of each row in the reporting currency, at its own day's rate.

    Formula: round(amount × rate × 10^(digits of `currency` − digits of the row's)); the rate is that of the row's day,
    else the latest one of the `RATE_MAX_AGE_DAYS` days before; the row's own currency has rate 1.

    Parameters
    ----------
    frame : one row per amount, with `currency` (text), the amount in minor units and its day.
    rates : one row per currency, in_currency and day `on`; `rate` is the in_currency that one currency bought.
    currency : the reporting currency.
    amount, on : names of the amount's and of the day's column.
    into : name of the new Int64 column; null where no rate is known (never a guess), or where the amount is null.

    Returns
    -------
    The frame with `into` beside it, rows as before (order not kept).

    >>> from datetime import date
    >>> day = date(2026, 1, 5)
    >>> sold = pl.LazyFrame({"currency": ["INR", "USD", "JPY"], "value_minor": [100, 200, 300], "on": [day] * 3})
    >>> rates = pl.DataFrame({"currency": ["USD"], "in_currency": ["INR"], "on": [day], "rate": [90.0]})
    >>> done = in_reporting_currency(sold, rates, currency="INR", amount="value_minor", on="on", into="inr_minor")
    >>> done.sort("value_minor").collect()["inr_minor"].to_list()
    [100, 18000, None]
    """
    usable = rates.lazy().filter(pl.col("rate") > 0, pl.col("rate").is_finite())
    direct = usable.filter(pl.col("in_currency") == currency).select("currency", "on", "rate")
    inverse = usable.filter(pl.col("currency") == currency).select(
        pl.col("in_currency").alias("currency"), "on", (1 / pl.col("rate")).alias("rate")
    )
    known = collected(
        pl.concat([direct, inverse])
        .unique(["currency", "on"], keep="first", maintain_order=True)
        .select("currency", pl.col("on").alias("__on"), pl.col("rate").alias("__rate"))
        .sort("currency", "__on"),
        n_rows=rates.height,
    )
    digits = {code: minor_digits(code) for code in known["currency"].unique()}
    scale = pl.col("currency").replace_strict(
        {code: 10.0 ** (minor_digits(currency) - n) for code, n in digits.items()}, default=1.0, return_dtype=pl.Float64
    )
    own = frame.filter(pl.col("currency") == currency).with_columns(pl.col(amount).cast(pl.Int64).alias(into))
    foreign = (
        frame.filter(pl.col("currency") != currency)
        .with_columns(pl.col(on).alias("__on"))
        .sort("__on")
        .join_asof(
            known.lazy().sort("__on"),
            on="__on",
            by="currency",
            strategy="backward",
            tolerance=f"{RATE_MAX_AGE_DAYS}d",
            check_sortedness=False,
        )
        .with_columns((pl.col(amount) * pl.col("__rate") * scale).round().cast(pl.Int64).alias(into))
        .drop("__on", "__rate")
    )
    return pl.concat([own, foreign])


CurrencyCode = Annotated[str, AfterValidator(known_currency)]
