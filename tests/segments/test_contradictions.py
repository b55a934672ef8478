"""Criteria that cannot mean what they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from adplanning.segments.contradictions import contradictions
from adplanning.segments.criteria import Criteria, Rule, parse_criteria
from tests.segments import by_hand
from tests.segments.any_criteria import any_row, any_rule
from tests.segments.customers import ZONE
from tests.segments.test_matching import AS_OF


def said(*rules: tuple[str, str, object], logic: str = "AND", groups: list[dict[str, Any]] | None = None) -> list[str]:
    given = [{"field": field, "operator": operator, "value": value} for field, operator, value in rules]
    return contradictions(parse_criteria({"logic": logic, "rules": given, "groups": groups or []}), "INR")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("total_orders", ">", 5), ("total_orders", "<", 3)),
        (("total_orders", ">", 5), ("total_orders", "<=", 5)),
        (("total_orders", "==", 5), ("total_orders", "!=", 5)),
        (("total_orders", "==", 5), ("total_orders", ">", 5)),
        (("total_orders", "between", [1, 2]), ("total_orders", ">=", 3)),
        (("total_orders", "in", [1, 2]), ("total_orders", ">", 2)),
        (("city", "==", "Pune"), ("city", "==", "Goa")),
        (("city", "in", ["Pune", "Goa"]), ("city", "not_in", "GOA, pune, Agra")),
        (("city", "contains", "a"), ("city", "not_contains", "a")),
        (("tags", "in", ["a"]), ("tags", "not_in", ["a", "b"])),
        (("last_order_date", "within_last_days", 30), ("last_order_date", "older_than_days", 30)),
        (("created_at", ">", "2026-02-01"), ("created_at", "<", "2026-01-01")),
        (("has_account", "==", True), ("has_account", "==", False)),
    ],
)
def test_two_rules_that_exclude_each_other_are_named(
    one: tuple[str, str, object], other: tuple[str, str, object]
) -> None:
    [sentence] = said(one, other)
    assert sentence.startswith("Nobody can meet both: ")
    assert said(other, one) != []
    inner = {"rules": [{"field": other[0], "operator": other[1], "value": other[2]}]}
    assert said(one, groups=[inner]) == [sentence]
    assert said(one, other, logic="OR") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("total_orders", ">=", 5), ("total_orders", "<=", 5)),
        (("total_orders", ">", 5), ("total_spent", "<", 3)),
        (("tags", "in", ["a"]), ("tags", "in", ["b"])),
        (("likes", "in", ["a"]), ("likes", "in", ["b"])),
        (("city", "==", "Pune"), ("city", "contains", "un")),
        (("last_order_date", "within_last_days", 60), ("last_order_date", "older_than_days", 30)),
        (("size", ">", 5), ("size", ">", "2026-01-01")),
    ],
)
def test_two_rules_that_go_together_are_not(one: tuple[str, str, object], other: tuple[str, str, object]) -> None:
    assert said(one, other) == []


@given(any_rule(), any_rule(), any_row())
def test_of_what_is_called_a_contradiction_no_customer_meets_both(one: Rule, other: Rule, row: dict[str, Any]) -> None:
    both = Criteria(rules=(one, other))
    if any(sentence.startswith("Nobody can meet both") for sentence in contradictions(both)):
        assert not by_hand.holds(both, row, AS_OF.astimezone(ZONE).date())


def test_what_no_customer_can_have_is_said_with_what_they_can() -> None:
    assert said(("churn_risk", ">", 100)) == [
        "Nobody can meet this: Churn risk is more than 100; Churn risk is always 0 to 100."
    ]
    assert said(("total_orders", "<", 0)) == [
        "Nobody can meet this: Orders is less than 0; Orders is always 0 or more."
    ]
    assert said(("churn_risk", ">=", 100)) == []
    # Everyone meets it: odd, and no contradiction.
    assert said(("total_orders", "!=", -1)) == []


def test_an_empty_group_is_said_since_everyone_matches_it() -> None:
    assert said(groups=[{"logic": "OR"}]) == [
        "A group has no rules, so everyone matches it; add a rule or remove the group."
    ]
    assert said() == []
