"""How amounts along an axis are written."""

from __future__ import annotations

import pytest

from adplanning.core.amount_axis import amount_labels


def test_rupees_are_counted_in_lakh_and_crore_and_others_in_thousands_and_millions() -> None:
    words = amount_labels("INR")
    assert words.index("'Cr'") < words.index("'L'") < words.index("'K'")
    assert amount_labels("USD") == amount_labels("JPY") == "format(datum.value, '~s')"


@pytest.mark.parametrize(("size", "unit"), [("10000000", "Cr"), ("100000", "L"), ("1000", "K")])
def test_each_unit_divides_by_its_own_size(size: str, unit: str) -> None:
    assert f"format(datum.value / {size}, '~r') + '{unit}'" in amount_labels("INR")
