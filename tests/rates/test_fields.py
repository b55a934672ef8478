"""What somebody tells of a rate."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.rates.fields import MAX_RATE, RateFields, checked_rate, exact, key_of, rate_id

TODAY = date(2026, 11, 28)
RATE: dict[str, Any] = {"currency": "usd", "in_currency": "INR", "on": "2026-11-01", "rate": "88.5"}


def test_a_rate_is_read_as_it_is_written() -> None:
    rate = checked_rate(validated(RateFields, RATE), today=TODAY)
    assert rate.model_dump() == {"currency": "USD", "in_currency": "INR", "on": date(2026, 11, 1), "rate": 88.5}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": -88.5}, "rate"),
        ({"rate": "nan"}, "rate"),
        ({"rate": "inf"}, "rate"),
        ({"rate": 2 * MAX_RATE}, "rate"),
        ({"rate": 0.1 / MAX_RATE}, "rate"),
        ({"rate": True}, "rate"),
        ({"rate": "much"}, "rate"),
        ({"currency": "RUPEE"}, "currency"),
        ({"in_currency": "ZZZ"}, "in_currency"),
        ({"currency": "inr"}, "currency"),
        ({"on": "2026-11-29"}, "on"),
        ({"on": "1970-12-31"}, "on"),
        ({"on": "2026-02-30"}, "on"),
    ],
)
def test_what_can_be_no_rate_is_refused_at_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidData) as refusal:
        checked_rate(validated(RateFields, RATE | wrong), today=TODAY)
    assert refusal.value.issues[0][0] == field


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)))
def test_an_id_names_one_rate(on: date) -> None:
    assert key_of(rate_id("USD", "INR", on)) == ("USD", "INR", on)


@pytest.mark.parametrize("text", ["", "USD-INR", "USD-INR-today", "a-b-c-d", "USD-INR-2026-11-01-x"])
def test_a_text_that_is_no_id_names_none(text: str) -> None:
    assert key_of(text) is None


@given(st.floats(1 / MAX_RATE, MAX_RATE))
def test_a_rate_is_shown_as_it_was_told(rate: float) -> None:
    shown = exact(rate)
    assert float(shown) == rate
    assert "e" not in shown.lower()
