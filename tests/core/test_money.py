from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.money import (
    MAX_MINOR,
    RATE_MAX_AGE_DAYS,
    in_reporting_currency,
    known_currency,
    major_units,
    minor_digits,
    to_major,
    to_minor,
)

CURRENCIES = ["INR", "USD", "EUR", "JPY", "KWD", "CLF"]
MONDAY = date(2026, 1, 5)


# --- Currencies and minor units


@pytest.mark.parametrize(
    ("code", "digits"), [("INR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("inr", 2), ("Usd", 2), ("MGA", 2), ("MRU", 2)]
)
def test_a_currency_has_the_decimals_of_iso_4217(code: str, digits: int) -> None:
    assert minor_digits(code) == digits


@pytest.mark.parametrize("code", ["", "RUPEE", "XX", "₹", "XXX", "XAU", "123", "IN R", "A" * 500])
def test_what_is_no_currency_one_can_spend_is_refused(code: str) -> None:
    with pytest.raises(
        ValueError, match="is not an ISO 4217 currency code; use three letters such as INR or USD"
    ) as fault:
        known_currency(code)
    assert len(str(fault.value)) < 120


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("4999", "INR", 499900),
        ("0.005", "INR", 1),
        ("-0.005", "INR", -1),
        ("0.0049999", "INR", 0),
        (Decimal("1.005"), "INR", 101),
        (1.005, "INR", 101),
        (0.1 + 0.2, "INR", 30),
        ("0.5", "JPY", 1),
        ("1.5", "JPY", 2),
        ("2.5", "JPY", 3),
        ("1.2345", "KWD", 1235),
        ("1e2", "INR", 10000),
        (0, "INR", 0),
        ("-0", "INR", 0),
    ],
)
def test_an_amount_is_rounded_to_minor_units_with_halves_away_from_zero(
    amount: Decimal | float | str, currency: str, minor: int
) -> None:
    assert to_minor(amount, currency) == minor


@given(minor=st.integers(-MAX_MINOR, MAX_MINOR), currency=st.sampled_from(CURRENCIES))
def test_minor_units_come_back_from_the_number_shown(minor: int, currency: str) -> None:
    assert to_minor(to_major(minor, currency), currency) == minor


@given(
    amount=st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6),
    currency=st.sampled_from(CURRENCIES),
)
def test_rounding_moves_an_amount_by_half_a_minor_unit_at_most(amount: Decimal, currency: str) -> None:
    exact = amount * 10 ** minor_digits(currency)
    assert abs(to_minor(amount, currency) - exact) <= Decimal("0.5")


@given(amount=st.decimals(-(10**9), 10**9, places=4), currency=st.sampled_from(CURRENCIES))
def test_a_refund_is_worth_what_was_paid(amount: Decimal, currency: str) -> None:
    assert to_minor(-amount, currency) == -to_minor(amount, currency)


def test_the_largest_amount_is_kept_and_the_next_is_refused() -> None:
    assert to_minor("9999999999999.99", "INR") == MAX_MINOR
    assert to_minor("-9999999999999.99", "INR") == -MAX_MINOR
    for beyond in ("9999999999999.995", "10000000000000", "-10000000000000", "1e400", 1e300, 10**40):
        with pytest.raises(ValueError, match="is beyond 999999999999999 minor units; check the amount"):
            to_minor(beyond, "INR")


@pytest.mark.parametrize("amount", ["nan", float("nan"), "Infinity", float("-inf"), "", "1.234,56", "₹5", "sNaN"])
def test_what_is_no_finite_number_is_refused(amount: float | str) -> None:
    with pytest.raises(ValueError, match=r"is not a finite number; give an amount such as 4999 or 4999\.50"):
        to_minor(amount, "INR")


# --- Amounts in the reporting currency


def rate(currency: str, in_currency: str, on: date, value: float) -> dict[str, object]:
    return {"currency": currency, "in_currency": in_currency, "on": on, "rate": value}


def converted(
    amounts: list[tuple[str, int | None, date | None]], rates: list[dict[str, object]], currency: str = "INR"
) -> list[int | None]:
    frame = pl.LazyFrame(
        {
            "n": range(len(amounts)),
            "currency": [a[0] for a in amounts],
            "value_minor": [a[1] for a in amounts],
            "day": [a[2] for a in amounts],
        },
        schema_overrides={"value_minor": pl.Int64, "day": pl.Date, "currency": pl.String},
    )
    known = pl.DataFrame(
        rates, schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64}
    )
    done = in_reporting_currency(
        frame, known, currency=currency, amount="value_minor", on="day", into="reported_minor"
    ).collect()
    assert done.columns == ["n", "currency", "value_minor", "day", "reported_minor"]
    assert done.schema["reported_minor"] == pl.Int64
    return done.sort("n")["reported_minor"].to_list()


def test_the_rate_of_the_very_day_is_taken() -> None:
    rates = [rate("USD", "INR", MONDAY + timedelta(days=n), 90.0 + n) for n in (-1, 0, 1)]
    assert converted([("USD", 200, MONDAY)], rates) == [18_000]


def test_on_a_weekend_fridays_rate_is_taken() -> None:
    friday, sunday = date(2026, 1, 2), date(2026, 1, 4)
    assert converted([("USD", 100, sunday)], [rate("USD", "INR", friday, 90.0)]) == [9_000]


def test_a_rate_is_good_for_seven_days_and_not_one_more() -> None:
    rates = [rate("USD", "INR", MONDAY, 90.0)]
    days = [MONDAY + timedelta(days=n) for n in (-1, 0, RATE_MAX_AGE_DAYS, RATE_MAX_AGE_DAYS + 1)]
    assert converted([("USD", 100, day) for day in days], rates) == [None, 9_000, 9_000, None]


def test_the_reporting_currency_itself_needs_no_rate() -> None:
    assert converted([("INR", 123, MONDAY), ("INR", None, MONDAY), ("INR", 5, None)], []) == [123, None, 5]


def test_a_stored_rate_of_the_reporting_currency_in_itself_changes_nothing() -> None:
    assert converted([("INR", 123, MONDAY)], [rate("INR", "INR", MONDAY, 2.0)]) == [123]


def test_a_rate_the_other_way_round_is_divided_by() -> None:
    assert converted([("USD", 100, MONDAY)], [rate("INR", "USD", MONDAY, 0.0125)]) == [8_000]


def test_a_direct_rate_goes_before_the_inverse_one() -> None:
    rates = [rate("INR", "USD", MONDAY, 0.0125), rate("USD", "INR", MONDAY, 90.0)]
    assert converted([("USD", 100, MONDAY)], rates) == [9_000]


@pytest.mark.parametrize("value", [0.0, -90.0, float("nan"), float("inf")])
def test_a_rate_that_buys_nothing_is_no_rate(value: float) -> None:
    assert converted([("USD", 100, MONDAY)], [rate("USD", "INR", MONDAY, value)]) == [None]
    assert converted([("USD", 100, MONDAY)], [rate("INR", "USD", MONDAY, value)]) == [None]


def test_currencies_of_other_decimals_are_scaled() -> None:
    rates = [rate("JPY", "INR", MONDAY, 0.6), rate("KWD", "INR", MONDAY, 290.0)]
    # 1,000 yen at 0.60 are 600.00 rupees; 1.500 dinars at 290 are 435.00 rupees.
    assert converted([("JPY", 1_000, MONDAY), ("KWD", 1_500, MONDAY)], rates) == [60_000, 43_500]
    # 900 rupees at 90 a dollar and 1/0.6 yen a rupee are 1,500 yen, which have no decimals.
    assert converted([("INR", 90_000, MONDAY)], rates, currency="JPY") == [1_500]


def test_there_is_no_rate_through_a_third_currency() -> None:
    rates = [rate("EUR", "USD", MONDAY, 1.1), rate("USD", "INR", MONDAY, 90.0)]
    assert converted([("EUR", 100, MONDAY)], rates) == [None]


def test_an_amount_without_a_rate_is_unknown_and_its_row_stays() -> None:
    assert converted([("USD", 100, MONDAY), ("INR", 100, MONDAY)], []) == [None, 100]


def test_an_unknown_amount_or_day_stays_unknown() -> None:
    rates = [rate("USD", "INR", MONDAY, 90.0)]
    assert converted([("USD", None, MONDAY), ("USD", 100, None)], rates) == [None, None]


def test_no_rows_are_no_rows() -> None:
    assert converted([], [rate("USD", "INR", MONDAY, 90.0)]) == []


rows_of_money = st.lists(
    st.tuples(
        st.sampled_from(["INR", "USD", "JPY"]), st.integers(-(10**9), 10**9), st.integers(0, 20)
    ),
    max_size=20,
)  # fmt: skip


@given(rows=rows_of_money, day_of_rate=st.integers(0, 20), value=st.floats(0.01, 1000))
def test_rows_are_neither_added_nor_lost_nor_mixed(
    rows: list[tuple[str, int, int]], day_of_rate: int, value: float
) -> None:
    rates = [rate("USD", "INR", MONDAY + timedelta(days=day_of_rate), value)]
    answers = converted([(c, minor, MONDAY + timedelta(days=n)) for c, minor, n in rows], rates)
    assert len(answers) == len(rows)
    for (currency, minor, day), answer in zip(rows, answers, strict=True):
        if currency == "INR":
            assert answer == minor
        elif currency == "USD" and 0 <= day - day_of_rate <= RATE_MAX_AGE_DAYS:
            assert answer is not None
            assert abs(answer - minor * value) <= 0.5 + abs(minor * value) * 1e-12
        else:
            assert answer is None


@given(st.lists(st.integers(-MAX_MINOR, MAX_MINOR), min_size=1), st.sampled_from(["INR", "JPY", "KWD"]))
def test_a_column_of_amounts_is_shown_as_each_amount_alone(amounts: list[int], currency: str) -> None:
    column = pl.DataFrame({"value_minor": amounts}).select(major_units(pl.col("value_minor"), currency)).to_series()
    assert column.to_list() == [to_major(amount, currency) for amount in amounts]
