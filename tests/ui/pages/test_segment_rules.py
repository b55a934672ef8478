"""What rules can ask about on a page."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.segments.criteria import Rule, parse_criteria
from adplanning.segments.fields import FIELDS, operators_of
from adplanning.ui.pages.segment_rules import GROUPS, OWN, judgement, rule_fields

# What a browser gives for each kind of input, for a number or for a text.
GIVEN: dict[str, Any] = {
    "number": "5", "numbers": ["1", "9"], "date": "2026-11-01", "dates": ["2026-01-01", "2026-02-01"], "days": "30",
    "text": "IN", "texts": ["IN", "US"], "flag": True,
}  # fmt: skip


def test_every_field_stands_in_one_group() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_whatever_a_field_offers_can_be_read_as_a_rule(name: str) -> None:
    [field] = [field for field in rule_fields("INR") if field.name == name]
    assert [one.name for one in field.operators] == list(operators_of(FIELDS[name].kind))
    for one in field.operators:
        is_number = FIELDS[name].kind in ("number", "money") and one.takes == "texts"
        rule = {"field": name, "operator": one.name, "value": ["5", "7"] if is_number else GIVEN[one.takes]}
        [read] = parse_criteria({"rules": [rule]}).rules
        assert isinstance(read, Rule)
        assert (read.field, read.operator) == (name, one.name)


@pytest.mark.parametrize(
    ("field", "operator", "words"),
    [("total_orders", "greater_than", "is more than"), ("last_order_date", "within_days", "is within the last")],
)
def test_an_operator_goes_by_each_of_its_names(field: str, operator: str, words: str) -> None:
    [its] = [one for one in rule_fields("INR") if one.name == field]
    [found] = [one for one in its.operators if operator in one.names]
    assert found.words == words


def test_amounts_are_in_the_reporting_currency_and_every_field_is_explained() -> None:
    fields = {field.name: field for field in rule_fields("EUR")}
    assert fields["total_spent"].unit == "EUR"
    assert fields["age"].unit == "years"
    assert all(field.help for field in fields.values())


def test_attributes_of_the_persons_own_come_last_with_the_operators_of_their_kind() -> None:
    *_, size, colour = rule_fields("INR", {"size": "number", "colour": "text"}, {"colour": ["blue"]})
    assert (size.group, colour.group) == (OWN, OWN)
    assert [one.name for one in size.operators] == list(operators_of("number"))
    assert colour.values == ["blue"]


def test_rules_are_told_line_by_line_with_what_contradicts_itself() -> None:
    rules = [{"field": "total_orders", "operator": op, "value": value} for op, value in ((">", 5), ("<", 3))]
    found = judgement({"logic": "AND", "rules": rules}, "INR")
    assert found.issues == {}
    assert found.lines[0] == (0, "All of these hold:")
    assert len(found.lines) == 3
    assert len(found.contradictions) == 1


@pytest.mark.parametrize(
    ("criteria", "path"),
    [
        ({"rules": [{"field": "", "operator": "", "value": None}]}, "criteria.rules[0].field"),
        ({"rules": [{"field": "age", "operator": "like", "value": 1}]}, "criteria.rules[0].operator"),
        ({"rules": [{"field": "age", "operator": ">", "value": ""}]}, "criteria.rules[0].value"),
        ({"groups": [{"rules": [{"field": "age", "operator": ">"}]}]}, "criteria.groups[0].rules[0].value"),
        ({"rules": [[]]}, "criteria.rules[0]"),
        ({"logic": "XOR"}, "criteria.logic"),
        ({"rules": [{"field": "a", "operator": "==", "value": "b"}] * 201}, "criteria.rules"),
        ({"rule": []}, "criteria"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(criteria: dict[str, Any], path: str) -> None:
    assert list(judgement(criteria, "INR").issues) == [path]


def test_groups_that_lie_too_deep_are_told_and_not_followed() -> None:
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"groups": [deep]}
    [words] = judgement(deep, "INR").issues.values()
    assert "deeper than" in words
