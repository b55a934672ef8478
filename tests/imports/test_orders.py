"""Orders from a shop's file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import NOW, Take

Rows = Callable[..., list[Any]]
HEADER = "order_id,email,total,currency,placed_at"
YESTERDAY = datetime(2026, 11, 21, tzinfo=UTC)


def claim(engine: Engine, order_id: str, value_minor: int) -> None:
    """A purchase that only a browser has claimed."""
    with write_transaction(engine) as connection:
        connection.execute(
            insert(TABLES["conversions"]),
            {
                "id": f"conv_{order_id}",
                "conversion_type": "purchase",
                "platform": "meta",
                "attribution_model": "last_click",
                "attribution_weight": 1.0,
                "value_minor": value_minor,
                "currency": "USD",
                "order_id": order_id,
                "visitor_id": "browser",
                "session_id": "visit",
                "origin": "web",
                "is_bot": False,
                "converted_at": YESTERDAY,
                "received_at": YESTERDAY,
            },
        )


def test_an_order_is_a_confirmed_purchase_a_person_and_a_step(take: Take, rows: Rows) -> None:
    summary = take("orders", HEADER + ",first_name,utm_source", "7,Asha@B.co,1234.5,INR,2026-01-01 10:00,Asha,FB")
    assert summary.totals == {"orders": 1.0, "value INR": 1234.5}
    [(_, person_id, visitor_id, value, platform, origin, confirmed_at, converted_at)] = rows(
        "conversions",
        "id",
        "person_id",
        "visitor_id",
        "value_minor",
        "platform",
        "origin",
        "confirmed_at",
        "converted_at",
    )
    assert rows("persons", "id", "email", "email_key", "first_name") == [(person_id, "Asha@B.co", "asha@b.co", "Asha")]
    assert (value, platform, origin, confirmed_at) == (123450, "meta", "import", NOW)
    assert converted_at == datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
    assert rows("journey_events", "event_type", "stage", "source_type", "source_id", "person_id", "occurred_at") == [
        ("purchase", "conversion", "order", "7", person_id, converted_at)
    ]
    assert rows("visitors", "id", "person_id") == [(visitor_id, person_id)]


def test_a_missing_currency_is_the_reporting_one(take: Take, rows: Rows) -> None:
    take("orders", HEADER, "1,a@b.co,5,,2026-01-01", "2,a@b.co,5,usd,2026-01-01")
    assert rows("conversions", "order_id", "currency") == [("1", "INR"), ("2", "USD")]


def test_amounts_are_kept_in_their_currencys_own_minor_units_halves_up(take: Take, rows: Rows) -> None:
    take(
        "orders",
        HEADER,
        "1,a@b.co,4999.005,INR,2026-01-01",
        "2,a@b.co,249.5,JPY,2026-01-01",
        "3,a@b.co,1.0005,KWD,2026-01-01",
    )
    assert rows("conversions", "order_id", "value_minor") == [("1", 499901), ("2", 250), ("3", 1001)]


def test_two_spellings_of_an_email_are_one_person_and_one_visitor(take: Take, rows: Rows) -> None:
    """Unique visitors are the denominator of the conversion rate: ten orders of one buyer are one visitor."""
    take("orders", HEADER, "1,a@b.co,5,INR,2026-01-01", "2,A@B.CO,5,INR,2026-01-02")
    take("orders", HEADER, "3,a@B.co,5,INR,2026-01-03")
    assert len(rows("persons", "id")) == 1
    assert len(set(rows("conversions", "visitor_id"))) == 1


def test_an_order_without_visitor_claims_no_browser(take: Take, rows: Rows) -> None:
    take("orders", HEADER + ",visitor_id", "1,a@b.co,5,INR,2026-01-05,tablet", "2,a@b.co,5,INR,2026-01-02,")
    [(person_id,)] = rows("persons", "id")
    assert rows("conversions", "order_id", "visitor_id") == [("1", "tablet"), ("2", f"order:{person_id}")]


def test_an_order_without_email_names_nobody_whoever_signed_in_on_its_visitor(take: Take, rows: Rows) -> None:
    header = HEADER + ",visitor_id"
    take("orders", header, "1,a@b.co,5,INR,2026-01-01,shared", "2,c@d.co,5,INR,2026-01-05,shared")
    take("orders", header, "3,,5,INR,2026-01-02,shared")
    assert dict(rows("conversions", "order_id", "person_id"))["3"] is None


def test_a_repeated_order_changes_nothing_and_the_first_row_counts(take: Take, rows: Rows) -> None:
    take("orders", HEADER, "1,a@b.co,5,INR,2026-01-01", "1,z@z.co,6,INR,2026-01-01")
    summary = take("orders", HEADER, "2,c@d.co,5,INR,2026-01-01", "1,x@y.co,7,INR,2026-01-01")
    assert (summary.stored, summary.duplicates) == (1, 1)
    assert rows("conversions", "order_id", "value_minor") == [("1", 500), ("2", 500)]
    assert [email for _, email in rows("persons", "id", "email")] == ["a@b.co", "c@d.co"]


def test_an_order_that_a_browser_claimed_is_confirmed_and_corrected_once(
    engine: Engine, take: Take, rows: Rows
) -> None:
    claim(engine, "W1", 100)
    summary = take("orders", HEADER, "W1,a@b.co,5,INR,2026-01-01")
    assert (summary.stored, summary.duplicates) == (1, 0)
    [(person_id,)] = rows("persons", "id")
    columns = ("id", "value_minor", "currency", "person_id", "visitor_id", "session_id", "origin", "confirmed_at")
    confirmed = [("conv_W1", 500, "INR", person_id, "browser", "visit", "web", NOW)]
    assert rows("conversions", *columns) == confirmed
    assert rows("visitors", "id", "person_id") == [("browser", person_id)]
    again = take("orders", HEADER, "W1,a@b.co,9,INR,2026-01-01")
    assert (again.stored, again.duplicates) == (0, 1)
    assert rows("conversions", *columns) == confirmed
    assert len(rows("journey_events", "id")) == 1


def test_a_known_persons_empty_fields_are_filled_and_full_ones_stay(take: Take, rows: Rows) -> None:
    take("people", "email,first_name", "a@b.co,Asha")
    take("orders", HEADER + ",first_name,city", "1,A@B.co,5,INR,2026-01-01,Someone,Pune")
    assert rows("persons", "email", "first_name", "city") == [("a@b.co", "Asha", "Pune")]


def test_a_new_person_is_known_since_the_first_order(take: Take, rows: Rows) -> None:
    take("orders", HEADER, "1,a@b.co,5,INR,2026-01-02T00:00Z", "2,a@b.co,5,INR,2026-01-01T00:00Z")
    assert rows("persons", "created_at") == [(datetime(2026, 1, 1, tzinfo=UTC),)]


@pytest.mark.parametrize(
    "header", ["Order Number,Customer Email,Amount,Order Date", "order,email address,Grand-Total,created_at"]
)
def test_the_names_that_shops_use_are_known(take: Take, header: str) -> None:
    assert take("orders", header, "1,a@b.co,5,2026-01-01").stored == 1


def test_rows_of_the_store_do_not_depend_on_the_order_of_the_file(take: Take, rows: Rows) -> None:
    lines = [f"{n},p{n % 3}@b.co,{n}.5,INR,2026-01-{n % 27 + 1:02}" for n in range(60)]
    take("orders", HEADER, *reversed(lines[:30]))
    take("orders", HEADER, *lines)
    values = dict(rows("conversions", "order_id", "value_minor"))
    assert values == {str(n): n * 100 + 50 for n in range(60)}
    assert len(rows("persons", "id")) == 3


def test_what_is_paid_back_is_out_of_the_value_and_a_later_file_brings_more(take: Take, rows: Rows) -> None:
    header = HEADER + ",refunded,cancelled_at"
    take("orders", header, "7,a@b.co,1000,INR,2026-01-01,200,", "8,a@b.co,50,INR,2026-01-02,,")
    assert sorted(rows("conversions", "order_id", "value_minor", "refunded_minor")) == [
        ("7", 80000, 20000),
        ("8", 5000, 0),
    ]
    summary = take(
        "orders", header, "7,a@b.co,1000,INR,2026-01-01,300,", "8,a@b.co,50,INR,2026-01-02,,2026-01-03T10:00Z"
    )
    assert (summary.stored, summary.duplicates, summary.totals) == (2, 0, {"taken back": 2.0})
    again = take("orders", header, "7,a@b.co,1000,INR,2026-01-01,300,", "8,a@b.co,50,INR,2026-01-02,,2026-01-03T10:00Z")
    assert (again.stored, again.duplicates) == (0, 2)
    assert sorted(rows("conversions", "order_id", "value_minor", "refunded_minor", "cancelled_at")) == [
        ("7", 70000, 30000, None),
        ("8", 5000, 0, datetime(2026, 1, 3, 10, tzinfo=UTC)),
    ]


def test_a_file_that_says_nothing_of_refunds_takes_none_back(take: Take, rows: Rows) -> None:
    take("orders", HEADER + ",refunded", "7,a@b.co,1000,INR,2026-01-01,200")
    take("orders", HEADER, "7,a@b.co,1000,INR,2026-01-01")
    assert rows("conversions", "value_minor", "refunded_minor") == [(80000, 20000)]


def test_more_paid_back_than_paid_is_refused(take: Take, rows: Rows) -> None:
    summary = take("orders", HEADER + ",refunded", "7,a@b.co,1000,INR,2026-01-01,2000")
    assert (summary.rejected, rows("conversions", "id")) == (1, [])


def test_a_refund_and_a_cancellation_reach_the_goals_that_were_met(take: Take, rows: Rows, engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(
            insert(TABLES["goals"]),
            {
                "id": "goal_1",
                "name": "Big",
                "goal_type": "purchase",
                "conditions": {"min_value": 500},
                "currency": "INR",
                "value_from_event": True,
                "is_active": True,
                "priority": 0,
                "created_at": NOW,
                "updated_at": NOW,
            },
        )
    orders = ["7,a@b.co,1000,INR,2026-01-01,{},", "8,a@b.co,900,INR,2026-01-02,,{}", "9,a@b.co,800,INR,2026-01-03,{},"]
    take("orders", HEADER + ",refunded,cancelled_at", *(order.format("") for order in orders))
    assert sorted(rows("goal_completions", "value_minor")) == [(80000,), (90000,), (100000,)]
    later = (order.format(told) for order, told in zip(orders, ("300", "2026-01-04", "400"), strict=True))
    take("orders", HEADER + ",refunded,cancelled_at", *later)
    assert rows("goal_completions", "value_minor") == [(70000,)]
