"""The form of a goal: its fields, what they hold as a goal, and a goal as they hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adplanning.conversions.fields import GoalChange, GoalFields
from adplanning.core import formats
from adplanning.core.errors import InvalidData
from adplanning.core.money import to_major
from adplanning.core.validation import validated
from adplanning.core.vocabulary import GoalType
from adplanning.store.tables.events import Goal
from adplanning.ui import badges
from adplanning.ui.form import Field, Values

TYPES = {kind.value: badges.GOAL_TYPES[kind].words for kind in GoalType}
CREDITING = ("lookback_days", "half_life_days", "first_weight", "last_weight")
_VALUED = (GoalType.purchase, GoalType.add_to_cart, GoalType.lead_form, GoalType.custom_event)
_ON_PAGES = (GoalType.page_view, GoalType.lead_form, GoalType.time_on_page, GoalType.scroll_depth)


def goal_fields(currency: str, given: Values | None = None) -> tuple[Field, ...]:
    """The form of a goal whose amounts are in a currency; a condition that it has already shows whatever its type."""
    kept = {key for key, value in (given or {}).items() if value is not None}
    return tuple(replace(one, only_for={}) if one.key in kept else one for one in _fields(currency))


def _fields(currency: str) -> tuple[Field, ...]:
    return (
        Field("name", "Name", required=True, help='What you call it, such as "Order over ₹500".'),
        Field("goal_type", "Type", "choice", required=True, options=TYPES, help="Which events it listens to."),
        Field(
            "conditions.min_value",
            "Value of at least",
            "number",
            unit=currency,
            help="An event of exactly this value counts; one in another currency does not.",
            only_for={"goal_type": _VALUED},
        ),
        Field(
            "conditions.event_name",
            "Event name",
            help="Exactly as the shop sends it.",
            only_for={"goal_type": (GoalType.custom_event,)},
        ),
        Field(
            "conditions.pathname_pattern",
            "Page",
            help="The page's path; * stands for anything, as in /products/*.",
            only_for={"goal_type": _ON_PAGES},
        ),
        Field(
            "conditions.min_time_seconds",
            "Time of at least",
            "number",
            unit="seconds",
            only_for={"goal_type": (GoalType.time_on_page,)},
        ),
        Field(
            "conditions.min_scroll_percent",
            "Scrolled at least",
            "number",
            unit="%",
            only_for={"goal_type": (GoalType.scroll_depth,)},
        ),
        Field(
            "conditions.custom_conditions",
            "Further conditions",
            "rows",
            help="Each must equal what the event carries under that name; numbers, true and false count as such.",
            parts=(Field("name", "Name in the event"), Field("value", "Value")),
        ),
        Field("value_from_event", "Worth the event's own value", "switch", help="Otherwise the default value below."),
        Field(
            "default_value",
            "Default value",
            "number",
            unit=currency,
            help="What a completion is worth when its event has no value.",
        ),
        Field(
            "lookback_days",
            "Lookback window",
            "number",
            unit="days",
            help="How long before a completion a touchpoint may lie to be credited; 30 when empty.",
        ),
        Field(
            "half_life_days",
            "Half-life",
            "number",
            unit="days",
            help="Under time decay, a touchpoint this much older earns half; 7 when empty.",
        ),
        Field(
            "first_weight",
            "Weight of the first touch",
            "number",
            help="Under position based, from 0 to 1; 0.4 when empty. Give both weights or neither.",
        ),
        Field("last_weight", "Weight of the last touch", "number", help="What both leave goes to the touches between."),
        Field("priority", "Priority", "number", help="Higher ones are listed first."),
        Field("description", "Description", "area"),
        Field("is_active", "Active", "switch", help="A paused goal keeps its completions and counts no new ones."),
    )


FRESH: Mapping[str, Any] = {"goal_type": "purchase", "value_from_event": True, "is_active": True, "priority": 0}


def goal_values(given: Values) -> dict[str, Any]:
    """What the form holds, as the fields of a goal.

    >>> goal_values({"name": "Blue", "conditions.custom_conditions": [{"name": "colour", "value": "blue"}]})
    {'name': 'Blue', 'conditions': {'custom_conditions': {'colour': 'blue'}}}
    """
    values = {key: value for key, value in given.items() if not key.startswith("conditions.")}
    conditions = {key.removeprefix("conditions."): value for key, value in given.items() if key not in values}
    lines = conditions.pop("custom_conditions", [])
    if any(line["value"].strip() and not line["name"].strip() for line in lines):
        raise InvalidData.at("conditions.custom_conditions", "a value has no name; name it or remove the line")
    custom = {line["name"].strip(): _literal(line["value"]) for line in lines if line["name"].strip()}
    if custom:
        conditions["custom_conditions"] = custom
    return {**values, "conditions": conditions}


def _literal(written: str) -> object:
    """What a line of the form means: JSON as such, anything else as text."""
    try:
        return json.loads(written, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return written


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is a word")


def _written(value: object) -> str:
    """A value as a line that means it."""
    return value if isinstance(value, str) and _literal(value) == value else json.dumps(value, ensure_ascii=False)


def goal_change(values: Values) -> GoalChange:
    """What the form holds as a change: a field left empty is emptied, a priority left empty is 0."""
    emptied = {"description": None, "default_value": None, "priority": 0} | dict.fromkeys(CREDITING)
    # A name or type left empty is missing, as in a new goal.
    validated(GoalFields, goal_values(values))
    return validated(GoalChange, {**emptied, **goal_values(values)})


def given_of(goal: Goal) -> dict[str, Any]:
    """A goal as its form holds it."""
    conditions = {f"conditions.{name}": value for name, value in goal.conditions.items()}
    custom = goal.conditions.get("custom_conditions") or {}
    conditions["conditions.custom_conditions"] = [
        {"name": name, "value": _written(value)} for name, value in custom.items()
    ]
    default_minor = goal.default_value_minor
    return {
        "name": goal.name,
        "description": goal.description,
        "goal_type": goal.goal_type,
        "value_from_event": goal.value_from_event,
        "is_active": goal.is_active,
        "priority": goal.priority,
        "default_value": None if default_minor is None else to_major(default_minor, goal.currency),
        **{name: getattr(goal, name) for name in CREDITING},
        **conditions,
    }


def conditions_in_words(goal: Goal) -> str:
    """The conditions of a goal as one reads them."""
    named = {name: value for name, value in goal.conditions.items() if value is not None}
    words = {
        "event_name": "event {}",
        "pathname_pattern": "page {}",
        "min_time_seconds": "at least {:g} s",
        "min_scroll_percent": "scrolled at least {:g}%",
    }
    parts = [words[name].format(named[name]) for name in words if name in named]
    if "min_value" in named:
        parts.append(f"value of at least {formats.money(named['min_value'], goal.currency)}")
    parts += [f"{name} = {value}" for name, value in (named.get("custom_conditions") or {}).items()]
    return ", ".join(parts) or "any"
