"""Meta's whole numbers of money."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.money import to_major
from adplanning.meta_ads.minor_units import WHOLE_UNITS, from_platform_minor


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", 5000.0), ("HUF", 5000.0), ("IDR", 5000.0), ("BHD", 50.0), ("USD", 50.0)]
)
def test_the_same_number_is_another_amount_in_each_currency(currency: str, amount: float) -> None:
    assert to_major(from_platform_minor("5000", currency), currency) == amount


@given(st.integers(0, 10**9), st.sampled_from(["INR", "USD", "BHD", *sorted(WHOLE_UNITS)]))
def test_no_part_of_a_unit_is_lost(value: int, currency: str) -> None:
    amount = to_major(from_platform_minor(value, currency), currency)
    assert round(amount * (1 if currency in WHOLE_UNITS else 100)) == value


@pytest.mark.parametrize("value", ["abc", "1.5", "NaN", ""])
def test_what_is_no_whole_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        from_platform_minor(value, "INR")
