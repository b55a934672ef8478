"""The form of a goal holds all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.conversions.fields import Conditions, GoalFields, goal_changes, goal_columns
from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.core.vocabulary import GoalType
from adplanning.store.tables.events import Goal
from adplanning.ui.pages.goal_form import conditions_in_words, given_of, goal_change, goal_fields, goal_values

AT = datetime(2026, 11, 22, tzinfo=UTC)
EVERY_CONDITION: dict[str, Any] = {
    "event_name": "quiz_done",
    "pathname_pattern": "/products/*",
    "min_time_seconds": 30.0,
    "min_scroll_percent": 75.0,
    "min_value": 499.5,
    "custom_conditions": {
        "colour": "blue",
        "size": 42,
        "ratio": 1.5,
        "gift": True,
        "code": "0042",
        "digits": "5",
        "truth": "true",
        "quoted": '"x"',
        "nothing": None,
        "list": [1, "a"],
        "word": "NaN",
        "name": "धन्यवाद",
    },
}


def goal(kind: GoalType, conditions: dict[str, Any], **fields: Any) -> Goal:
    plain = {
        "id": "goal_1",
        "name": "A goal",
        "description": None,
        "goal_type": kind.value,
        "conditions": conditions,
        "currency": "INR",
        "default_value_minor": 49950,
        "value_from_event": False,
        "is_active": True,
        "priority": 5,
        "created_at": AT,
        "updated_at": AT,
    }
    return Goal(**plain | fields)


def as_sent(stored: Goal) -> dict[str, Any]:
    """What a browser sends of the form when nothing was touched: the visible fields, those left empty left out."""
    holds = given_of(stored)
    return {
        field.key: holds[field.key]
        for field in goal_fields(stored.currency, holds)
        if holds.get(field.key) is not None and all(holds[key] in wanted for key, wanted in field.only_for.items())
    }


@pytest.mark.parametrize("kind", list(GoalType))
@pytest.mark.parametrize("conditions", [{}, EVERY_CONDITION], ids=["none", "every"])
def test_saving_a_goal_untouched_changes_nothing(kind: GoalType, conditions: dict[str, Any]) -> None:
    stored = goal(kind, conditions, description="Why", priority=-3)
    columns = goal_columns(goal_changes(goal_change(as_sent(stored))), "INR")
    for name, value in columns.items():
        assert getattr(stored, name) == value, name


@given(
    custom=st.dictionaries(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True),
        st.text(max_size=8) | st.integers(-99, 99) | st.booleans() | st.floats(-9, 9) | st.none(),
        max_size=4,
    )
)
def test_whatever_a_condition_must_equal_keeps_its_kind(custom: dict[str, Any]) -> None:
    holds = given_of(goal(GoalType.custom_event, {"custom_conditions": custom}))
    lines = {"conditions.custom_conditions": holds["conditions.custom_conditions"]}
    assert goal_values(lines)["conditions"].get("custom_conditions", {}) == custom
    read = goal_values(lines)["conditions"].get("custom_conditions", {})
    assert {name: type(value) for name, value in read.items()} == {name: type(value) for name, value in custom.items()}


@pytest.mark.parametrize("kind", list(GoalType))
def test_a_new_goal_of_every_type_is_made_of_its_visible_fields(kind: GoalType) -> None:
    given_values: dict[str, Any] = {
        "name": "A goal",
        "goal_type": kind.value,
        "default_value": "250",
        "value_from_event": True,
        "is_active": True,
        "conditions.custom_conditions": [],
    }
    samples = {"min_value": "500", "event_name": "quiz", "pathname_pattern": "/a/*", "min_time_seconds": "30",
               "min_scroll_percent": "75"}  # fmt: skip
    shown = {
        field.key.removeprefix("conditions.")
        for field in goal_fields("INR")
        if field.only_for and kind in field.only_for["goal_type"]
    }
    given_values |= {f"conditions.{name}": samples[name] for name in shown}
    fields = validated(GoalFields, goal_values(given_values))
    assert fields.goal_type is kind
    assert {name for name, value in fields.conditions.model_dump().items() if value is not None} == shown


def test_every_condition_has_a_field_that_some_type_shows() -> None:
    keys = {field.key.removeprefix("conditions."): field for field in goal_fields("INR")}
    assert set(Conditions.model_fields) <= set(keys)
    for name in Conditions.model_fields:
        only_for = keys[name].only_for
        assert not only_for or set(only_for["goal_type"]) <= set(GoalType)


def test_a_line_with_a_value_needs_a_name_and_an_empty_line_is_none() -> None:
    lines = [{"name": " ", "value": ""}, {"name": " colour ", "value": "blue"}]
    assert goal_values({"conditions.custom_conditions": lines}) == {
        "conditions": {"custom_conditions": {"colour": "blue"}}
    }
    with pytest.raises(InvalidData, match="a value has no name"):
        goal_values({"conditions.custom_conditions": [{"name": "", "value": "blue"}]})


@pytest.mark.parametrize("missing", ["name", "goal_type"])
def test_a_name_or_type_left_empty_is_missing(missing: str) -> None:
    values = {"name": "A goal", "goal_type": "purchase"}
    del values[missing]
    with pytest.raises(InvalidData) as refused:
        goal_change(values)
    assert [path for path, _ in refused.value.issues] == [missing]


def test_conditions_are_read_as_words() -> None:
    assert conditions_in_words(goal(GoalType.purchase, {})) == "any"
    assert conditions_in_words(goal(GoalType.purchase, {"min_value": 500, "event_name": None})) == (
        "value of at least ₹500.00"
    )
    assert conditions_in_words(goal(GoalType.time_on_page, {"pathname_pattern": "/a/*", "min_time_seconds": 30.0})) == (
        "page /a/*, at least 30 s"
    )
