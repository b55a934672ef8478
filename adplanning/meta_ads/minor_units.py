"""Meta's own whole numbers of money, such as budgets, as our minor units."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from adplanning.core.money import to_minor

WHOLE_UNITS: Final = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})
"""The currencies that Meta counts in whole units; all others in hundredths, whatever ISO 4217 says."""


def from_platform_minor(value: str | int, currency: str) -> int:
    """Turn a budget, or another whole number of Meta's, into our minor units.

    Formula: value ÷ 1 (currencies of `WHOLE_UNITS`) or ÷ 100 (all others) is the amount; × 10^(decimals of ISO 4217).

    Parameters
    ----------
    value : as Meta writes it, a whole number as text.
    currency : of the ad account.

    Raises
    ------
    ValueError : no whole number, or beyond 10^15 minor units.

    >>> [from_platform_minor("5000", code) for code in ("JPY", "HUF", "USD", "BHD")]
    [5000, 500000, 5000, 50000]

    Source: Meta, Marketing API, Currencies (developers.facebook.com/docs/marketing-api/currencies).
    """
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError("is not a whole number of the currency's smallest unit")
    return to_minor(exact if currency in WHOLE_UNITS else exact / 100, currency)
