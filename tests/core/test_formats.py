"""Values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core import formats

NUMBERS = st.integers(-(10**18), 10**18) | st.floats(-1e18, 1e18)
CURRENCIES = st.sampled_from(["INR", "USD", "EUR", "JPY", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (0, "INR", "₹0.00"),
        (999.5, "INR", "₹999.50"),
        (100_000, "INR", "₹1,00,000.00"),
        (1234567.5, "INR", "₹12,34,567.50"),
        (-12_34_56_789, "INR", "-₹12,34,56,789.00"),
        (10**13, "INR", "₹1,00,00,00,00,00,000.00"),
        (1234567, "JPY", "¥1,234,567"),
        (1234.5678, "KWD", "KWD1,234.568"),
        (-0.5, "USD", "-$0.50"),
        (None, "INR", "–"),
    ],
)
def test_an_amount_has_the_grouping_and_the_decimals_of_its_currency(
    amount: float | None, currency: str, written: str
) -> None:
    assert formats.money(amount, currency) == written


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (0, "INR", "₹0"),
        (0.4, "INR", "₹0"),
        (-0.4, "INR", "₹0"),
        (999.4, "INR", "₹999"),
        (999.5, "INR", "₹1K"),
        (1234, "INR", "₹1.23K"),
        (99_949, "INR", "₹99.9K"),
        (99_950, "INR", "₹1L"),
        (1_00_000, "INR", "₹1L"),
        (12_34_567, "INR", "₹12.3L"),
        (-12_34_567, "INR", "-₹12.3L"),
        (99_95_000, "INR", "₹1Cr"),
        (1_24_76_432, "INR", "₹1.25Cr"),
        (123_45_67_890, "INR", "₹123Cr"),
        (1.94e10, "INR", "₹1.94KCr"),
        (1.94e12, "INR", "₹1.94LCr"),
        (1234, "USD", "$1.23K"),
        (999_500, "USD", "$1M"),
        (1_234_567, "USD", "$1.23M"),
        (5_000_000_000, "USD", "$5B"),
        (2.54e12, "USD", "$2.54T"),
        (1234.5, "JPY", "¥1.23K"),
        (None, "USD", "–"),
    ],
)
def test_a_card_shows_three_digits_and_their_scale(amount: float | None, currency: str, written: str) -> None:
    assert formats.short_money(amount, currency) == written


def test_unknown_is_a_dash_and_never_a_zero() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    written = [
        formats.money(None, "INR"),
        formats.short_money(None, "INR"),
        formats.number(None),
        formats.percent(None),
        formats.times(None),
        formats.moment(None, zone),
        formats.duration(None),
    ]
    assert written == ["–"] * 7


@pytest.mark.parametrize(
    ("value", "decimals", "currency", "written"),
    [
        (0, 0, "INR", "0"),
        (1234567, 0, "INR", "12,34,567"),
        (1234567, 0, "USD", "1,234,567"),
        (-2.345, 1, "INR", "-2.3"),
    ],
)
def test_counts_are_grouped_as_amounts_are(value: float, decimals: int, currency: str, written: str) -> None:
    assert formats.number(value, decimals, currency=currency) == written


def test_shares_are_percents_and_ratios_times() -> None:
    assert [formats.percent(share) for share in (0, 0.001, 0.12345, 1, -0.5, 12.5)] == [
        "0.0%",
        "0.1%",
        "12.3%",
        "100.0%",
        "-50.0%",
        "1,250.0%",
    ]
    assert formats.percent(0.876, 0) == "88%"
    assert [formats.times(ratio) for ratio in (0, 3.456, 1234.5)] == ["0.00×", "3.46×", "1,234.50×"]


def test_an_instant_is_shown_in_the_zone_also_where_clocks_change() -> None:
    berlin, kolkata = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert [formats.moment(before + timedelta(hours=n), berlin) for n in range(3)] == [
        "25 Oct 2026, 02:30",
        "25 Oct 2026, 02:30",
        "25 Oct 2026, 03:30",
    ]
    assert formats.moment(datetime(2026, 12, 31, 18, 29, tzinfo=UTC), kolkata) == "31 Dec 2026, 23:59"
    assert formats.moment(datetime(2026, 12, 31, 18, 30, tzinfo=UTC), kolkata) == "1 Jan 2027, 00:00"


def test_a_duration_is_said_in_its_two_largest_units() -> None:
    assert [formats.duration(s) for s in (0, 59.4, 59.6, 3599.4, 3599.6, 3600, 90_000)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
        "1 h 0 min",
        "25 h 0 min",
    ]


@given(amount=NUMBERS, currency=CURRENCIES)
def test_no_number_is_left_unwritten(amount: float, currency: str) -> None:
    for written in (
        formats.money(amount, currency),
        formats.short_money(amount, currency),
        formats.number(amount, currency=currency),
        formats.number(amount, 2, currency=currency),
        formats.percent(amount),
        formats.times(amount),
        formats.duration(abs(amount)),
    ):
        assert written.strip()
        assert written != formats.UNKNOWN


@given(amount=st.integers(1, 10**15), currency=CURRENCIES)
def test_a_negative_amount_differs_by_its_sign_alone(amount: int, currency: str) -> None:
    assert formats.short_money(-amount, currency) == f"-{formats.short_money(amount, currency)}"
    assert formats.money(-amount, currency) == f"-{formats.money(amount, currency)}"
