"""Criteria read from JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from adplanning.core.errors import InvalidData
from adplanning.segments.criteria import (
    MAX_DEPTH,
    MAX_LISTED,
    MAX_RULES,
    MAX_TEXT,
    Criteria,
    Rule,
    criteria_json,
    fields_of,
    parse_criteria,
)
from tests.segments.any_criteria import any_criteria


def read(field: str, operator: str, value: object) -> Rule:
    return parse_criteria({"rules": [{"field": field, "operator": operator, "value": value}]}).rules[0]


def fault(given: object) -> tuple[str, str]:
    with pytest.raises(InvalidData) as refused:
        parse_criteria(given)
    [(path, message)] = refused.value.issues
    return path, message


@given(any_criteria())
def test_criteria_written_as_json_are_read_back_the_same(criteria: Criteria) -> None:
    assert parse_criteria(json.loads(json.dumps(criteria_json(criteria)))) == criteria


@pytest.mark.parametrize(
    ("field", "operator", "value", "rule"),
    [
        ("total_purchases", "greater_than", "5", Rule("total_orders", ">", 5.0)),
        ("total_revenue", "less_or_equal", 99.5, Rule("total_spent", "<=", 99.5)),
        ("days_since_last_purchase", "less_than", 3, Rule("days_since_last_order", "<", 3.0)),
        ("clv_score", "greater_or_equal", " 10 ", Rule("clv", ">=", 10.0)),
        ("last_order_date", "within_days", "30", Rule("last_order_date", "within_last_days", 30.0)),
        ("last_order_date", ">", "2026-11-01", Rule("last_order_date", ">", date(2026, 11, 1))),
        ("created_at", "between", ["2026-01-01", "2026-02-01"],
         Rule("created_at", "between", (date(2026, 1, 1), date(2026, 2, 1)))),
        ("age", "between", "18, 30", Rule("age", "between", (18.0, 30.0))),
        ("age", "in", ["18", 19], Rule("age", "in", (18.0, 19.0))),
        ("city", "in", "Pune, Goa", Rule("city", "in", ("Pune", "Goa"))),
        ("rfm_score", "equals", 555, Rule("rfm_score", "==", "555")),
        ("tags", "contains", "vip", Rule("tags", "contains", "vip")),
        ("has_account", "not_equals", "yes", Rule("has_account", "!=", True)),
        ("size", "==", "42", Rule("size", "==", "42")),
        ("size", ">", "42", Rule("size", ">", 42.0)),
        ("joined", "<", "2026-11-01", Rule("joined", "<", date(2026, 11, 1))),
    ],
)  # fmt: skip
def test_values_are_read_as_what_their_field_is(field: str, operator: str, value: object, rule: Rule) -> None:
    assert read(field, operator, value) == rule


@pytest.mark.parametrize(
    ("field", "operator", "value", "place", "words"),
    [
        ("age", "contains", "3", "operator", "does not go with age"),
        ("city", ">", "A", "operator", "choose one of: ==, !="),
        ("age", "=>", 3, "operator", "unknown value '=>'"),
        ("age", None, 3, "operator", "unknown value None"),
        ("", "==", 3, "field", "must be the name of a field"),
        (7, "==", 3, "field", "must be the name of a field"),
        ("age", ">", None, "value", "nothing is not a number"),
        ("age", ">", True, "value", "True is not a number"),
        ("age", ">", float("nan"), "value", "is not a number"),
        ("age", ">", "inf", "value", "is not a number"),
        ("age", ">", "1e999", "value", "is not a number"),
        pytest.param("age", ">", 10**400, "value", "is not a number", id="beyond every float"),
        ("age", "between", [30, 18], "value", "the lower bound 30 must come before"),
        ("age", "between", [1], "value", "two bounds"),
        ("age", "between", [1, "x"], "value[1]", "'x' is not a number"),
        ("created_at", "between", ["2026-01-01", "2026-02-01T10:00:00Z"], "value", "lower bound"),
        ("age", "in", [], "value", "has 0 values"),
        ("city", "in", ["a"] * (MAX_LISTED + 1), "value", "1 to 1000 are allowed"),
        ("age", "in", 3, "value", "is not a list"),
        ("city", "==", "a" * (MAX_TEXT + 1), "value", "give at most 1000"),
        ("city", "==", "a\x00", "value", "U+0000"),
        ("city", "==", {"$ne": 1}, "value", "is not a text"),
        ("city", "==", " ", "value", "is not a text"),
        ("has_account", "==", "maybe", "value", "neither true nor false"),
        ("created_at", ">", "2026-02-30", "value", "is not a day"),
        ("created_at", ">", 20261101, "value", "is not a day"),
        ("created_at", "within_last_days", -1, "value", "a number of days"),
        ("created_at", "older_than_days", 1.5, "value", "a number of days"),
        ("size", ">", "large", "value", "neither a number nor a day"),
        ("size", "==", None, "value", "is not a number"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_place(
    field: object, operator: object, value: object, place: str, words: str
) -> None:
    rule = {"field": field, "operator": operator, "value": value}
    path, message = fault({"groups": [{}, {"rules": [rule]}]})
    assert path == f"criteria.groups[1].rules[0].{place}"
    assert words in message


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (None, "criteria"),
        ([], "criteria"),
        ("everyone", "criteria"),
        ({"rule": []}, "criteria"),
        ({"logic": "XOR"}, "criteria.logic"),
        ({"logic": 1}, "criteria.logic"),
        ({"rules": {}}, "criteria.rules"),
        ({"rules": ["a"]}, "criteria.rules[0]"),
        ({"rules": [{"fields": "age"}]}, "criteria.rules[0]"),
        ({"groups": [None]}, "criteria.groups[0]"),
    ],
)
def test_what_is_no_criteria_is_refused_since_a_misspelt_part_would_match_everyone(given: object, path: str) -> None:
    assert fault(given)[0] == path


def nested(depth: int) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for _ in range(depth - 1):
        whole = {"groups": [whole]}
    return whole


def test_depth_and_number_of_rules_are_bounded() -> None:
    parse_criteria(nested(MAX_DEPTH))
    path, message = fault(nested(MAX_DEPTH + 1))
    assert path == "criteria" + ".groups[0]" * MAX_DEPTH
    assert "flatten" in message
    fault(nested(5000))
    rule = {"field": "age", "operator": ">", "value": 1}
    parse_criteria({"rules": [rule] * MAX_RULES})
    assert "201 rules" in fault({"rules": [rule] * MAX_RULES, "groups": [{"rules": [rule]}]})[1]
    assert "groups" in fault({"groups": [{"groups": [{}] * 150}, {"groups": [{}] * 150}]})[1]


def test_parts_may_be_left_out_and_logic_may_be_small() -> None:
    assert parse_criteria({}) == parse_criteria({"logic": "and", "rules": None, "groups": []}) == Criteria()
    assert fields_of(
        parse_criteria({"groups": [{"rules": [{"field": "clv_score", "operator": ">", "value": 1}]}]})
    ) == {"clv"}
