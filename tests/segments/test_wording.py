"""Criteria in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from adplanning.segments.criteria import Criteria, parse_criteria
from adplanning.segments.wording import criteria_in_words, rule_in_words, worded_lines
from tests.segments.any_criteria import any_criteria


@pytest.mark.parametrize(
    ("field", "operator", "value", "words"),
    [
        ("total_orders", ">=", 5, "Orders is at least 5"),
        ("total_spent", ">", 4999.5, "Total spent is more than 4,999.50 INR"),
        ("days_since_last_order", "<", 7, "Days since last order is less than 7 days"),
        ("last_order_date", "within_last_days", 30, "Last order is within the last 30 days"),
        ("last_order_date", "older_than_days", 180, "Last order is more than 180 days ago"),
        ("created_at", "<=", "2026-01-31", "Customer since is on or before 2026-01-31"),
        ("joined", ">", "2026-01-31", "'joined' is after 2026-01-31"),
        ("city", "in", ["Pune", "Goa"], "City is one of 'Pune', 'Goa'"),
        ("tags", "not_in", ["vip"], "Tags have none of 'vip'"),
        ("has_account", "==", True, "Has an account is true"),
        ("age", "between", [18, 30], "Age is between 18 and 30 years"),
        ("size", "!=", 41.5, "'size' is not 41.5"),
    ],
)
def test_a_rule_reads_as_a_phrase(field: str, operator: str, value: object, words: str) -> None:
    criteria = parse_criteria({"rules": [{"field": field, "operator": operator, "value": value}]})
    assert rule_in_words(criteria.rules[0], "INR") == words


NESTED: dict[str, Any] = {
    "logic": "OR",
    "rules": [{"field": "age", "operator": ">", "value": 60}],
    "groups": [
        {
            "rules": [
                {"field": "city", "operator": "==", "value": "Pune"},
                {"field": "total_orders", "operator": ">", "value": 5},
            ]
        },
        {"logic": "NOT", "rules": [{"field": "tags", "operator": "contains", "value": "vip"}]},
    ],
}


def test_groups_are_set_in_brackets_or_in_lines() -> None:
    criteria = parse_criteria(NESTED)
    assert criteria_in_words(criteria, "INR") == (
        "Age is more than 60 years or (City is 'Pune' and Orders is more than 5) or not (Tags have 'vip')"
    )
    assert worded_lines(criteria, "INR") == [
        (0, "At least one of these holds:"),
        (1, "Age is more than 60 years"),
        (1, "All of these hold:"),
        (2, "City is 'Pune'"),
        (2, "Orders is more than 5"),
        (1, "Not all of these hold:"),
        (2, "Tags have 'vip'"),
    ]


def test_empty_criteria_are_everyone() -> None:
    assert criteria_in_words(Criteria(), "INR") == "everyone"
    assert worded_lines(Criteria("NOT"), "INR") == [(0, "everyone")]


@given(any_criteria())
def test_every_rule_has_its_line(criteria: Criteria) -> None:
    words = criteria_in_words(criteria, "INR")
    for depth, line in worded_lines(criteria, "INR"):
        assert depth >= 0
        assert line.endswith(":") or line in words
