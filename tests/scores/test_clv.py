"""What a customer is worth by rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.scores.clv import rule_based_values

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCHEMA = {"person_id": pl.String, "purchased_at": pl.Datetime("us", "UTC"), "value_minor": pl.Int64}


def value_of(*bought: tuple[float, int | None]) -> dict[str, Any]:
    rows = [("asha", NOW - timedelta(days=ago), value) for ago, value in bought]
    return rule_based_values(pl.LazyFrame(rows, schema=SCHEMA, orient="row"), as_of=NOW).collect().row(0, named=True)


def test_a_single_purchase_is_taken_for_one_in_three_months_over_a_year() -> None:
    found = value_of((10, 1_000_00))
    assert (found["monthly_frequency"], found["expected_months"]) == (pytest.approx(1 / 3), 12)
    assert (found["predicted_minor"], found["realized_minor"], found["remaining_minor"]) == (
        4_000_00,
        1_000_00,
        3_000_00,
    )


@pytest.mark.parametrize(
    ("agos", "frequency", "months"),
    [
        ((60, 0), 1.0, 36),  # 2 purchases in 2 months, 60 days apart
        ((90, 0), 2 / 3, 24),  # exactly 90 days apart is not closer
        ((180, 0), 1 / 3, 24),  # exactly 180 days apart is not over
        ((181, 0), 2 / (181 / 30), 12),
        ((240, 200, 0), 3 / 8, 24),  # 120 days apart on average
        ((10, 5), 2.0, 36),  # the first month counts as a whole one
    ],
)
def test_rhythm_tells_how_many_months_are_expected(agos: tuple[float, ...], frequency: float, months: int) -> None:
    found = value_of(*((ago, 500_00) for ago in agos))
    assert found["monthly_frequency"] == pytest.approx(frequency)
    assert found["expected_months"] == months
    assert found["predicted_minor"] == pytest.approx(500_00 * frequency * months, abs=1)


def test_what_is_expected_never_falls_below_nothing() -> None:
    found = value_of((400, 9_000_00), (0, 1_000_00))
    # 5,000 × 2 / (400 / 30) × 12 = 9,000, less than the 10,000 paid already.
    assert (found["predicted_minor"], found["realized_minor"], found["remaining_minor"]) == (9_000_00, 10_000_00, 0)


def test_a_purchase_of_unknown_value_counts_in_the_rhythm_and_in_no_average() -> None:
    found = value_of((60, 1_000_00), (30, None))
    assert (found["purchase_count"], found["n_unvalued"], found["average_order_minor"]) == (2, 1, 1_000_00)
    unknown = value_of((60, None))
    assert (unknown["average_order_minor"], unknown["predicted_minor"]) == (None, 0)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 10**9)), min_size=1, max_size=12))
def test_realized_is_what_was_paid_and_remaining_makes_up_the_rest(bought: list[tuple[float, int]]) -> None:
    found = value_of(*bought)
    assert found["realized_minor"] == sum(value for _, value in bought)
    assert found["remaining_minor"] == max(0, found["predicted_minor"] - found["realized_minor"])
    assert found["predicted_minor"] == value_of(*reversed(bought))["predicted_minor"]
