"""Currency rates from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.imports.conftest import Take

Rows = Callable[..., list[Any]]
DAY = date(2026, 1, 1)


def test_a_rate_is_in_the_reporting_currency_unless_it_says_another(take: Take, rows: Rows) -> None:
    take("rates", "date,currency,rate,in_currency", "2026-01-01,USD,84.5,", "2026-01-01,usd,0.92,eur")
    assert rows("currency_rates", "in_currency", "currency", "on", "rate") == [
        ("EUR", "USD", DAY, 0.92),
        ("INR", "USD", DAY, 84.5),
    ]


def test_a_newer_rate_replaces_the_older_and_an_equal_one_is_a_duplicate(take: Take, rows: Rows) -> None:
    take("rates", "on,currency,rate", "2026-01-01,USD,84.5", "2026-01-01,EUR,91")
    summary = take("rates", "on,currency,rate", "2026-01-01,USD,85", "2026-01-01,EUR,91")
    assert (summary.stored, summary.duplicates) == (1, 1)
    assert rows("currency_rates", "currency", "rate") == [("EUR", 91.0), ("USD", 85.0)]


def test_a_row_that_contradicts_an_earlier_one_is_refused(take: Take, rows: Rows) -> None:
    summary = take("rates", "on,currency,rate", "2026-01-01,USD,84.5", "2026-01-01,USD,84.5", "2026-01-01,USD,85")
    assert (summary.stored, summary.duplicates, summary.rejected) == (1, 1, 1)
    assert rows("currency_rates", "rate") == [(84.5,)]


def test_rates_are_positive_and_between_two_currencies(take: Take, reasons: Callable[[], dict[int, str]]) -> None:
    take("rates", "on,currency,rate", "2026-01-01,USD,0", "2026-01-01,INR,1", "2026-01-01,USD,1e-5")
    assert reasons() == {
        2: "rate: '0' is not positive; a rate is more than 0",
        3: "currency: is the same as in_currency; its rate is 1",
    }
