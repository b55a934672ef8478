"""Criteria in plain words, as a sentence and as lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from adplanning.segments.criteria import Criteria, Rule, Value
from adplanning.segments.fields import FIELDS, Kind, operator_words

_JOINED = {"AND": " and ", "OR": " or ", "NOT": " and "}
_HEADINGS = {"AND": "All of these hold:", "OR": "At least one of these holds:", "NOT": "Not all of these hold:"}
_EVERYONE = "everyone"


def criteria_in_words(criteria: Criteria, currency: str) -> str:
    """Criteria as one phrase; amounts in `currency`.

    >>> from adplanning.segments.criteria import parse_criteria
    >>> loyal = parse_criteria({"rules": [{"field": "total_orders", "operator": ">", "value": 5},
    ...     {"field": "last_order_date", "operator": "within_last_days", "value": 30}]})
    >>> criteria_in_words(loyal, "INR")
    'Orders is more than 5 and Last order is within the last 30 days'
    """
    parts = [rule_in_words(rule, currency) for rule in criteria.rules]
    for group in criteria.groups:
        words = criteria_in_words(group, currency)
        one_part = len(group.rules) + len(group.groups) < 2 or group.logic == "NOT"
        parts.append(words if one_part else f"({words})")
    if not parts:
        return _EVERYONE
    joined = _JOINED[criteria.logic].join(parts)
    return f"not ({joined})" if criteria.logic == "NOT" else joined


def worded_lines(criteria: Criteria, currency: str) -> list[tuple[int, str]]:
    """Criteria as lines, each with how deep it is set in.

    >>> from adplanning.segments.criteria import Criteria, Rule
    >>> worded_lines(Criteria("OR", (Rule("age", ">", 30.0),), (Criteria("AND"),)), "INR")
    [(0, 'At least one of these holds:'), (1, 'Age is more than 30 years'), (1, 'everyone')]
    """
    return list(_lines(criteria, currency, 0))


def rule_in_words(rule: Rule, currency: str) -> str:
    """One rule as a phrase.

    >>> from adplanning.segments.criteria import Rule
    >>> rule_in_words(Rule("total_spent", "between", (1000.0, 2500.5)), "INR")
    'Total spent is between 1,000 and 2,500.50 INR'
    >>> rule_in_words(Rule("tags", "contains", "vip"), "INR")
    "Tags have 'vip'"
    """
    field = FIELDS.get(rule.field)
    kind: Kind = field.kind if field else "text"
    title = field.title if field else f"'{rule.field}'"
    if rule.operator == "older_than_days":
        return f"{title} is more than {_value(rule.value)} days ago"
    unit = {"money": currency}.get(kind, field.unit if field and field.unit in ("days", "years") else "")
    if rule.operator == "within_last_days":
        unit = "days"
    is_ordered = isinstance(rule.value, (date, tuple)) and isinstance(_first(rule.value), date)
    words = operator_words(rule.operator, "date" if is_ordered else kind)
    if rule.operator == "between" and isinstance(rule.value, tuple):
        said = " and ".join(_value(one, kind) for one in rule.value)
    else:
        said = _value(rule.value, kind)
    return f"{title} {words} {said} {unit}".rstrip()


def _lines(criteria: Criteria, currency: str, depth: int) -> Iterator[tuple[int, str]]:
    if criteria.is_empty:
        yield depth, _EVERYONE
        return
    yield depth, _HEADINGS[criteria.logic]
    for rule in criteria.rules:
        yield depth + 1, rule_in_words(rule, currency)
    for group in criteria.groups:
        yield from _lines(group, currency, depth + 1)


def _first(value: Value) -> Value:
    return value[0] if isinstance(value, tuple) else value


def _value(value: Value, kind: Kind = "number") -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(one, kind) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return f"{value:,.0f}"
        return f"{value:,.2f}" if kind == "money" else f"{value:,.15g}"
    return value.isoformat() if isinstance(value, date) else f"'{value}'"
