"""Criteria held against one customer at a time in plain Python: what the compiled expression must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from adplanning.core.money import to_major
from adplanning.segments.criteria import Criteria, Rule
from adplanning.segments.fields import FIELDS, NEGATIVE, column_of
from tests.segments.customers import ZONE

Row = Mapping[str, Any]


def holds(criteria: Criteria, row: Row, today: date) -> bool:
    """Whether a customer matches."""
    if criteria.is_empty:
        return True
    parts = [*(rule_holds(rule, row, today) for rule in criteria.rules)]
    parts += [holds(group, row, today) for group in criteria.groups]
    if criteria.logic == "OR":
        return any(parts)
    return all(parts) != (criteria.logic == "NOT")


def rule_holds(rule: Rule, row: Row, today: date) -> bool:
    """Whether a rule does."""
    has = row.get(column_of(rule.field))
    field = FIELDS.get(rule.field)
    if has is None:
        return rule.operator in NEGATIVE
    if isinstance(has, list):
        return of_list(rule, [str(one) for one in has])
    if field is None:
        return of_own(rule, has, today)
    if field.kind == "money":
        has = to_major(has, "INR")
    return compared(rule.operator, has, in_zone(rule.value), today)


def of_list(rule: Rule, has: list[str]) -> bool:
    wanted = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    if rule.operator not in ("contains", "not_contains", "in", "not_in", "==", "!="):
        return False
    has_one = bool({one.lower() for one in has} & {text_of(one).lower() for one in wanted})
    return has_one != (rule.operator in NEGATIVE)


def of_own(rule: Rule, has: str, today: date) -> bool:
    value = in_zone(rule.value)
    first = value[0] if isinstance(value, tuple) else value
    if rule.operator in (">", ">=", "<", "<=", "between", "within_last_days", "older_than_days"):
        is_day = isinstance(first, date) or rule.operator.endswith("days")
        known = day_of(has) if is_day else number_of(has)
        return known is not None and compared(rule.operator, known, value, today)
    if rule.operator in ("contains", "not_contains"):
        return compared(rule.operator, has, text_of(value), today)
    wanted = [text_of(one) for one in (value if isinstance(value, tuple) else (value,))]
    numbers = [number_of(one) for one in wanted]
    is_one = has.lower() in [one.lower() for one in wanted] or (
        number_of(has) is not None and number_of(has) in numbers
    )
    return is_one != (rule.operator in NEGATIVE)


def compared(operator: str, has: Any, value: Any, today: date) -> bool:  # noqa: PLR0911 - one line an operator
    if isinstance(has, str):
        has = has.lower()
        value = tuple(one.lower() for one in value) if isinstance(value, tuple) else value.lower()
    match operator:
        case ">":
            return bool(has > value)
        case ">=":
            return bool(has >= value)
        case "<":
            return bool(has < value)
        case "<=":
            return bool(has <= value)
        case "==":
            return bool(has == value)
        case "!=":
            return bool(has != value)
        case "contains" | "not_contains":
            return (value in has) == (operator == "contains")
        case "in" | "not_in":
            return (has in value) == (operator == "in")
        case "between":
            return bool(value[0] <= has <= value[1])
        case "within_last_days":
            return bool(today - timedelta(days=value) <= has <= today)
    return bool(has < today - timedelta(days=value))


def in_zone(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(in_zone, value))
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def number_of(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None
    except ValueError:
        return None
