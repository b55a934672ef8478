"""Criteria compiled to one expression."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.segments.criteria import MAX_DEPTH, MAX_RULES, Criteria, parse_criteria
from adplanning.segments.features import SCORE_OF
from adplanning.segments.fields import FIELDS, Kind, column_of
from adplanning.segments.matching import matches
from tests.segments import by_hand
from tests.segments.any_criteria import any_criteria, any_row
from tests.segments.customers import ZONE

# 20:00 UTC of the 19th is the 20th in India.
AS_OF = datetime(2026, 11, 19, 20, tzinfo=UTC)
OWN: dict[str, Kind] = {"size": "number", "colour": "text", "likes": "list"}
_DTYPES: dict[Kind, Any] = {
    "number": pl.Float64, "money": pl.Int64, "date": pl.Date, "text": pl.String, "list": pl.List(pl.String),
    "flag": pl.Boolean,
}  # fmt: skip
_WHOLE = [name for name, field in FIELDS.items() if field.kind == "number" and name not in SCORE_OF]
SCHEMA = (
    {column_of(name): _DTYPES[field.kind] for name, field in FIELDS.items()}
    | dict.fromkeys(_WHOLE, pl.Int64)
    | {
        "own:size": pl.String,
        "own:colour": pl.String,
        "own:likes": pl.List(pl.String),
    }
)


def holding(criteria: Criteria, rows: list[dict[str, Any]]) -> list[bool]:
    table = pl.DataFrame(rows, schema=SCHEMA)
    expression = matches(criteria, as_of=AS_OF, zone=ZONE, currency="INR", own=OWN)
    # Beside a column, so that what holds for everyone is said of each.
    found: list[bool] = table.with_columns(holds=expression)["holds"].to_list()
    return found


def holds(field: str, operator: str, value: object, has: object) -> bool:
    criteria = parse_criteria({"rules": [{"field": field, "operator": operator, "value": value}]})
    [found] = holding(criteria, [{column_of(field): has}])
    return found


@given(any_criteria(), st.lists(any_row(), min_size=1, max_size=6))
def test_the_expression_says_of_every_customer_what_plain_python_does(
    criteria: Criteria, rows: list[dict[str, Any]]
) -> None:
    expected = [by_hand.holds(criteria, row, date(2026, 11, 20)) for row in rows]
    assert holding(criteria, rows) == expected


@pytest.mark.parametrize(
    ("field", "operator", "value", "has", "expected"),
    [
        ("total_orders", ">", "5", 6, True),
        ("total_orders", ">", 5, 5, False),
        ("total_spent", "==", 4999.01, 499_901, True),
        # More than half a paisa is more than nothing, and a paisa is.
        ("total_spent", ">", 0.005, 1, True),
        ("total_spent", ">", 0.005, 0, False),
        ("city", "==", "mumbai", "MUMBAI", True),
        ("city", "contains", "umb", "Mumbai", True),
        ("city", "contains", ".*", "Mumbai", False),
        ("tags", "contains", "vip", ["new", "VIP"], True),
        ("tags", "contains", "vi", ["VIP"], False),
        ("tags", "not_contains", "vip", [], True),
        ("tags", "in", ["a", "b"], ["b", "c"], True),
        ("tags", "not_in", ["a", "b"], ["c"], True),
        ("last_order_date", "within_last_days", 30, date(2026, 10, 21), True),
        ("last_order_date", "within_last_days", 30, date(2026, 10, 20), False),
        ("last_order_date", "within_last_days", 30, date(2026, 11, 21), False),
        ("last_order_date", "older_than_days", 30, date(2026, 10, 20), True),
        ("last_order_date", "older_than_days", 30, date(2026, 10, 21), False),
        ("last_order_date", "==", "2026-11-19T20:00:00Z", date(2026, 11, 20), True),
        ("age", "between", [18, 30], 18, True),
        ("age", "between", [18, 30], 30, True),
        ("has_account", "==", "true", True, True),
        ("colour", "==", "RED", "red", True),
        ("colour", "==", 5, "5.0", True),
        ("colour", "!=", "5", "5.0", False),
        ("colour", ">", 4, "5", True),
        ("colour", ">", 4, "much", False),
        ("colour", "<", "2026-11-20", "2026-11-19T10:00:00Z", True),
        ("colour", "within_last_days", 1, "2026-11-19", True),
        ("colour", "==", True, "true", True),
        ("colour", ">", 4, "nan", False),
        ("likes", "contains", "tea", ["Tea"], True),
        ("likes", "==", "tea", ["Tea", "chai"], True),
        ("likes", ">", 1, ["2"], False),
    ],
)
def test_a_rule_on_one_customer(field: str, operator: str, value: object, has: object, expected: bool) -> None:
    assert holds(field, operator, value, has) is expected


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("age", ">", 5, False),
        ("age", "<=", 5, False),
        ("age", "==", 5, False),
        ("age", "!=", 5, True),
        ("age", "in", [5], False),
        ("age", "not_in", [5], True),
        ("age", "between", [1, 5], False),
        ("city", "contains", "a", False),
        ("city", "not_contains", "a", True),
        ("tags", "contains", "a", False),
        ("tags", "not_in", "a", True),
        ("last_order_date", "within_last_days", 30, False),
        ("last_order_date", "older_than_days", 30, False),
        ("has_account", "!=", True, True),
        ("size", "==", 5, False),
        ("size", "!=", 5, True),
        ("nobody has it", "==", 5, False),
        ("nobody has it", "not_contains", "5", True),
    ],
)
def test_a_missing_value_matches_nothing_but_what_is_asked_not_to_be(
    field: str, operator: str, value: object, expected: bool
) -> None:
    criteria = {"rules": [{"field": field, "operator": operator, "value": value}]}
    assert holding(parse_criteria(criteria), [{}]) == [expected]
    # Two-valued: what is false of a missing value is true below NOT.
    assert holding(parse_criteria({"logic": "NOT", **criteria}), [{}]) == [not expected]


def test_not_negates_all_of_its_parts_together() -> None:
    young, pune = {"field": "age", "operator": "<", "value": 30}, {"field": "city", "operator": "==", "value": "Pune"}
    neither_both = parse_criteria({"logic": "NOT", "rules": [young], "groups": [{"rules": [pune]}]})
    rows = [{"age": 20, "city": "Pune"}, {"age": 20, "city": "Goa"}, {"age": 40, "city": "Goa"}]
    assert holding(neither_both, rows) == [False, True, True]


@pytest.mark.parametrize("logic", ["AND", "OR", "NOT"])
def test_empty_criteria_match_everyone_under_every_logic(logic: str) -> None:
    assert holding(parse_criteria({"logic": logic}), [{}, {"age": 3}]) == [True, True]


def test_the_largest_criteria_are_one_expression_still() -> None:
    rule = {"field": "age", "operator": ">", "value": 1}
    whole: dict[str, Any] = {"rules": [rule] * (MAX_RULES - MAX_DEPTH + 1)}
    for _ in range(MAX_DEPTH - 1):
        whole = {"logic": "NOT", "rules": [rule], "groups": [whole]}
    assert holding(parse_criteria(whole), [{"age": 5}]) == [False]
