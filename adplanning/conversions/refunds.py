"""What is left of a conversion's value when money was paid back."""

from __future__ import annotations

from adplanning.core.errors import InvalidData
from adplanning.core.money import to_major


def remaining_minor(value_minor: int | None, refunded_minor: int, refunded_now_minor: int, *, currency: str) -> int:
    """The value that counts once `refunded_now_minor` has been paid back in all.

    Formula: value + refunded before − refunded now. Told as the sum of all refunds, a repeated notice changes nothing.

    Parameters
    ----------
    value_minor : what counts so far, in minor units of `currency`; null when the conversion has no value.
    refunded_minor : what had been paid back before, which is out of `value_minor`.
    refunded_now_minor : what has been paid back in all.

    Raises
    ------
    InvalidData : more is paid back than was paid, or there is no value to pay back from.

    >>> remaining_minor(50000, 0, 20000, currency="INR"), remaining_minor(30000, 20000, 20000, currency="INR")
    (30000, 30000)
    >>> remaining_minor(30000, 20000, 0, currency="INR")
    50000
    """
    paid = (value_minor or 0) + refunded_minor
    if refunded_now_minor > paid:
        given, most = (to_major(minor, currency) for minor in (refunded_now_minor, paid))
        raise InvalidData.at("refunded_value", f"{given} {currency} is more than the {most} that were paid; give less")
    return paid - refunded_now_minor
