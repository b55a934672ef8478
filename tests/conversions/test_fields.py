"""What may be given for a conversion and for a goal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adplanning.conversions.fields import (
    Conditions,
    ConversionChange,
    ConversionFields,
    GoalChange,
    GoalFields,
    conversion_changes,
    conversion_columns,
    goal_changes,
    goal_columns,
)
from adplanning.conversions.goals import CONDITIONS
from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.store.tables.catalogue import TABLES


def test_a_form_with_texts_becomes_the_values_of_a_conversion() -> None:
    form = {"visitor_id": " v1 ", "conversion_type": "purchase", "conversion_value": "499.50", "utm_source": " "}
    given = validated(ConversionFields, form)
    assert (given.visitor_id, given.conversion_value, given.utm_source) == ("v1", Decimal("499.50"), None)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("conversion_value", "-1", "Input should be greater than or equal to 0 (given: '-1')"),
        ("attribution_weight", 2, "Input should be less than or equal to 1 (given: 2)"),
        ("visitor_id", " ", "String should have at least 1 character (given: ' ')"),
        ("currency", "RUPEE", "'RUPEE' is not an ISO 4217 currency code; use three letters such as INR or USD"),
    ],
)
def test_a_value_of_a_conversion_that_is_not_allowed_is_named(field: str, value: Any, text: str) -> None:
    with pytest.raises(InvalidData) as refusal:
        validated(ConversionFields, {"visitor_id": "v", "conversion_type": "purchase", field: value})
    [(path, message)] = refusal.value.issues
    assert path == field
    assert message.startswith(text)


def test_the_conditions_that_may_be_given_are_those_that_a_goal_looks_at() -> None:
    assert tuple(Conditions.model_fields) == CONDITIONS
    with pytest.raises(InvalidData, match=r"conditions\.min_vlaue: Extra inputs are not permitted"):
        validated(GoalFields, {"name": "a", "goal_type": "purchase", "conditions": {"min_vlaue": 5}})


def test_fields_become_columns_of_the_store() -> None:
    goal = validated(GoalFields, {"name": "a", "goal_type": "purchase", "conditions": {"min_value": 5}})
    columns = goal_columns(goal_changes(validated(GoalChange, goal.model_dump())), "INR")
    columns_of_the_table = {"extra" if name == "metadata" else name for name in TABLES["goals"].columns.keys()}  # noqa: SIM118 - a collection of columns, not a dict
    assert set(columns) <= columns_of_the_table
    assert (columns["conditions"], columns["default_value_minor"]) == ({"min_value": 5.0}, None)
    assert goal_columns({"default_value": Decimal("250")}, "JPY") == {"default_value_minor": 250}
    assert conversion_columns({"conversion_value": Decimal("4.999")}, "KWD") == {"value_minor": 4999}


def test_only_what_is_named_changes_and_what_must_have_a_value_keeps_one() -> None:
    assert conversion_changes(ConversionChange(conversion_name=None, visitor_id="v")) == {"conversion_name": None}
    with pytest.raises(InvalidData, match="platform: must not be null"):
        conversion_changes(ConversionChange(platform=None))
    with pytest.raises(InvalidData, match="priority: must not be null"):
        goal_changes(GoalChange(priority=None))
