"""Which number a text means."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.money import to_minor
from adplanning.imports.decimals import EXACT, decimal_mark, foreign_sign, minor_units, numbers


def one(text: str) -> Decimal | None:
    return numbers(pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("₹1,23,456.78", "123456.78"),
        ("Rs. 12,00,000", "1200000"),
        ("$ 5", "5"),
        ("5 €", "5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e-07", "0.0000001"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("-3.25", "-3.25"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1\u202f234,5 €", "1234.5"),
        ("1'234.50", "1234.5"),
    ],
)
def test_a_number_is_read_as_its_writer_meant_it(text: str, value: str) -> None:
    assert one(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["abc", "NaN", "inf", "-inf", "1e400", "4" * 40, "1,23", "12 34", "1_000", "0x10", "5%", "--5", "1,2,3", ".", "₹"],
)
def test_what_is_no_number_beside_plain_ones_is_null(text: str) -> None:
    assert numbers(pl.Series([text, "0.5"])).to_list() == [None, Decimal("0.5")]


def test_a_column_that_needs_both_readings_keeps_the_decimal_point() -> None:
    """A comma for decimals is believed only where nothing contradicts it."""
    assert numbers(pl.Series(["1.234,56", "12.5", "1,234"])).to_list() == [None, Decimal("12.5"), Decimal(1234)]


def test_a_column_that_does_not_tell_is_read_as_the_file_is() -> None:
    texts = pl.Series(["1.000", "12.500"])
    assert numbers(texts).to_list() == [1, Decimal("12.5")]
    assert numbers(texts, otherwise=",").to_list() == [1000, 12500]
    assert numbers(pl.Series(["1.000", "0.5"]), otherwise=",").to_list() == [1, Decimal("0.5")]
    assert decimal_mark(texts) is None


def test_a_zero_does_not_begin_a_group() -> None:
    assert numbers(pl.Series(["0.125", "12,5"])).to_list() == [Decimal("0.125"), None]


def test_one_value_that_needs_the_comma_decides_for_the_ambiguous_ones() -> None:
    assert numbers(pl.Series(["0,99", "1.234", "1,234"])).to_list() == [
        Decimal("0.99"),
        Decimal(1234),
        Decimal("1.234"),
    ]


@given(st.lists(st.decimals(0, 10**11, places=4), min_size=1, max_size=20))
def test_plain_decimals_are_read_exactly(values: list[Decimal]) -> None:
    assert numbers(pl.Series([format(value, "f") for value in values])).to_list() == values


@given(st.lists(st.decimals(1000, 10**11, places=2), min_size=1, max_size=20), st.booleans())
def test_grouped_decimals_are_read_exactly_with_point_and_with_comma(values: list[Decimal], comma: bool) -> None:
    texts = [f"{value:,.2f}" for value in values]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    assert numbers(pl.Series(texts)).to_list() == values


@given(st.lists(st.text(st.sampled_from("0123456789.,-+eE ₹$"), min_size=1, max_size=9), min_size=1, max_size=6))
def test_any_text_is_what_a_reading_one_by_one_says(texts: list[str]) -> None:
    assert numbers(pl.Series(texts)).to_list() == read_one_by_one(texts)


def read_one_by_one(texts: list[str]) -> list[Decimal | None]:
    """The rule of the docstring in plain Python."""
    point = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})*,\d{3})?(\.\d*)?([eE][+-]?\d+)?")
    comma = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?")
    bare = [re.sub(r"^(₹|\$)\s*", "", text.strip()) for text in texts]
    bare = [
        stripped if stripped != text.strip() else re.sub(r"\s*(₹|\$)$", "", text.strip())
        for stripped, text in zip(bare, texts, strict=True)
    ]
    by_point = [_decimal(text.replace(",", "")) if point.fullmatch(text) else None for text in bare]
    by_comma = [_decimal(text.replace(".", "").replace(",", ".")) if comma.fullmatch(text) else None for text in bare]
    needs_point = any(p is not None and c is None for p, c in zip(by_point, by_comma, strict=True))
    needs_comma = any(c is not None and p is None for p, c in zip(by_point, by_comma, strict=True))
    return by_comma if needs_comma and not needs_point else by_point


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if abs(value) < 10**20 else None


@given(st.decimals(0, 10**11, places=5), st.sampled_from(["INR", "JPY", "KWD"]))
def test_minor_units_are_those_of_money(value: Decimal, currency: str) -> None:
    digits = {"INR": 2, "JPY": 0, "KWD": 3}[currency]
    frame = pl.DataFrame({"v": [format(value, "f")]}).select(v=pl.col("v").cast(EXACT), d=pl.lit(digits))
    assert frame.select(minor_units(pl.col("v"), pl.col("d"))).item() == to_minor(value, currency)


def test_digits_beyond_the_eighteenth_do_not_round_up_into_a_cent() -> None:
    exact = numbers(pl.Series(["0.0049999999999999999999"]))
    assert pl.DataFrame({"v": exact, "d": [2]}).select(minor_units(pl.col("v"), pl.col("d"))).item() == 0


def test_a_dollar_sign_is_foreign_only_to_currencies_with_a_sign_of_their_own() -> None:
    currencies = ["INR", "USD", "CAD", "EUR"]
    assert foreign_sign(pl.Series(["$5"] * 4), pl.Series(currencies)).to_list() == [True, False, False, True]
