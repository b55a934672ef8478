"""What somebody tells of a rate, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields
from adplanning.core.money import CurrencyCode

MAX_RATE: Final = 1e9
"""Beyond what any two currencies in use are worth (the rial of Iran is near 1e-6 of a dinar of Kuwait)."""
FIRST_DAY: Final = date(1971, 1, 1)
_ID_PARTS: Final = 3


def _a_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


class RateFields(Fields):
    """On the day, one unit of `currency` was worth `rate` units of `in_currency`."""

    currency: CurrencyCode
    in_currency: CurrencyCode
    on: date
    rate: Annotated[
        float,
        BeforeValidator(_a_number),
        Field(gt=0, ge=1 / MAX_RATE, le=MAX_RATE, allow_inf_nan=False, description="more than 0"),
    ]


def checked_rate(fields: RateFields, *, today: date) -> RateFields:
    """The rate, if it can be one.

    Parameters
    ----------
    today : the day that it is in the reporting zone; of a later one nobody knows the rate.

    Raises
    ------
    InvalidData : the same currency twice, or a day that is not yet or too long ago.

    >>> usd = RateFields(currency="usd", in_currency="INR", on=date(2026, 11, 1), rate=88.5)
    >>> checked_rate(usd, today=date(2026, 11, 1)).currency
    'USD'
    >>> checked_rate(usd, today=date(2026, 10, 31))
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: on: 2026-11-01 is not here yet; give today, 2026-10-31, or an earlier day
    """
    if fields.currency == fields.in_currency:
        raise InvalidData.at("currency", f"is the same as in_currency, {fields.currency}; its rate is always 1")
    if fields.on > today:
        raise InvalidData.at("on", f"{fields.on} is not here yet; give today, {today}, or an earlier day")
    if fields.on < FIRST_DAY:
        raise InvalidData.at("on", f"{fields.on} is too long ago; give {FIRST_DAY} or a later day")
    return fields


def rate_id(currency: str, in_currency: str, on: date) -> str:
    """What a rate is called in an address.

    >>> rate_id("USD", "INR", date(2026, 11, 1))
    'USD-INR-2026-11-01'
    """
    return f"{currency}-{in_currency}-{on.isoformat()}"


def key_of(rate_id: str) -> tuple[str, str, date] | None:
    """The currencies and the day of a rate's id; None of a text that is none.

    >>> key_of("USD-INR-2026-11-01"), key_of("USD")
    (('USD', 'INR', datetime.date(2026, 11, 1)), None)
    """
    parts = rate_id.split("-", _ID_PARTS - 1)
    if len(parts) != _ID_PARTS:
        return None
    try:
        return parts[0], parts[1], date.fromisoformat(parts[2])
    except ValueError:
        return None


def exact(rate: float) -> str:
    """A rate as it was told, without the digits that no one told.

    >>> exact(88.5), exact(0.0112)
    ('88.5', '0.0112')
    """
    return format(Decimal(repr(rate)).normalize(), "f")
