"""What is left of a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.conversions.refunds import remaining_minor
from adplanning.core.errors import InvalidData


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), max_size=5))
def test_only_the_last_sum_paid_back_counts_whatever_was_told_before(paid: int, told: list[int]) -> None:
    value, refunded = paid, 0
    for now in (min(sum_, paid) for sum_ in told):
        value, refunded = remaining_minor(value, refunded, now, currency="INR"), now
        assert value + refunded == paid


def test_no_more_can_be_paid_back_than_was_paid() -> None:
    with pytest.raises(InvalidData, match=r"refunded_value: 900\.0 INR is more than the 500\.0 that were paid"):
        remaining_minor(30000, 20000, 90000, currency="INR")


def test_what_has_no_value_has_nothing_to_pay_back() -> None:
    assert remaining_minor(None, 0, 0, currency="INR") == 0
    with pytest.raises(InvalidData, match="refunded_value"):
        remaining_minor(None, 0, 1, currency="INR")
