"""Criteria that cannot mean what they say: rules that exclude one another, groups that ask for nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from adplanning.segments.criteria import Criteria, Rule, Value
from adplanning.segments.fields import FIELDS
from adplanning.segments.wording import rule_in_words

_LOWER: Final = frozenset({">", ">="})
_UPPER: Final = frozenset({"<", "<="})


def contradictions(criteria: Criteria, currency: str = "") -> list[str]:
    """What is wrong with criteria that can be evaluated all the same; each fault as a sentence, once.

    Found are: of rules that must hold together (those of an AND, through ANDs within it) two that exclude each other on
    one field, a rule that no customer can meet, and an empty group, which everyone matches.

    Parameters
    ----------
    currency : how amounts are written in the sentences.

    >>> from adplanning.segments.criteria import parse_criteria
    >>> contradictions(parse_criteria({"rules": [{"field": "total_orders", "operator": ">", "value": 5},
    ...     {"field": "total_orders", "operator": "<", "value": 3}]}))
    ['Nobody can meet both: Orders is more than 5; Orders is less than 3.']
    """
    return list(dict.fromkeys((*_impossible(criteria), *_exclusions(criteria, currency), *_empty_groups(criteria, 0))))


def _empty_groups(criteria: Criteria, depth: int) -> Iterator[str]:
    if depth and criteria.is_empty:
        yield "A group has no rules, so everyone matches it; add a rule or remove the group."
    for group in criteria.groups:
        yield from _empty_groups(group, depth + 1)


def _impossible(criteria: Criteria) -> Iterator[str]:
    for rule in criteria.rules:
        field = FIELDS.get(rule.field)
        if field is None or isinstance(rule.value, str):
            continue
        low, high = _interval(rule)
        least = -math.inf if field.least is None else float(field.least)
        most = math.inf if field.most is None else float(field.most)
        if isinstance(low, float) and isinstance(high, float) and _is_void((max(low, least), min(high, most)), [rule]):
            allowed = f"{least:g} or more" if field.most is None else f"{least:g} to {most:g}"
            yield f"Nobody can meet this: {rule_in_words(rule, '')}; {field.title} is always {allowed}."
    for group in criteria.groups:
        yield from _impossible(group)


def _exclusions(criteria: Criteria, currency: str) -> Iterator[str]:
    by_field: dict[str, list[Rule]] = defaultdict(list)
    together, apart = _together(criteria)
    for rule in together:
        by_field[rule.field].append(rule)
    for rules in by_field.values():
        for n, one in enumerate(rules):
            for other in rules[n + 1 :]:
                if _exclude(one, other):
                    words = f"{rule_in_words(one, currency)}; {rule_in_words(other, currency)}"
                    yield f"Nobody can meet both: {words}."
    for group in apart:
        yield from _exclusions(group, currency)


def _together(criteria: Criteria) -> tuple[list[Rule], list[Criteria]]:
    """The rules that must hold at once, and the groups to be looked at for themselves."""
    if criteria.logic == "OR":
        return [], [*(Criteria(rules=(rule,)) for rule in criteria.rules), *criteria.groups]
    rules, apart = list(criteria.rules), list[Criteria]()
    for group in criteria.groups:
        if group.logic == "AND":
            inner, further = _together(group)
            rules += inner
            apart += further
        else:
            apart.append(group)
    return rules, apart


def _exclude(one: Rule, other: Rule) -> bool:
    first, second = _choices(one), _choices(other)
    # Who has several values of a field, such as tags, may have one of each list.
    is_single = one.field in FIELDS and FIELDS[one.field].kind != "list"
    if first is not None and second is not None and (is_single or one.operator == other.operator == "=="):
        return not first & second
    for chosen, rule in ((first, other), (second, one)):
        if chosen is not None and rule.operator in ("!=", "not_in"):
            return chosen <= _listed(rule.value)
    if {one.operator, other.operator} == {"contains", "not_contains"}:
        return one.value == other.value
    if {one.operator, other.operator} == {"within_last_days", "older_than_days"}:
        within, older = sorted((one, other), key=lambda rule: rule.operator, reverse=True)
        return isinstance(within.value, float) and isinstance(older.value, float) and within.value <= older.value
    (low, high), (other_low, other_high) = _interval(one), _interval(other)
    if not _comparable(low, other_low) or not _comparable(high, other_high):
        return False
    return _is_void((_later(low, other_low), _earlier(high, other_high)), [one, other])


def _choices(rule: Rule) -> frozenset[Value] | None:
    """The only values that a rule allows, where it names them."""
    return _listed(rule.value) if rule.operator in ("==", "in") else None


def _listed(value: Value) -> frozenset[Value]:
    listed = value if isinstance(value, tuple) else (value,)
    return frozenset(one.lower() if isinstance(one, str) else one for one in listed)


def _interval(rule: Rule) -> tuple[Value, Value]:
    """The bounds that a rule sets; infinite where it sets none."""
    value = rule.value
    if rule.operator == "between" and isinstance(value, tuple):
        return value[0], value[1]
    if rule.operator == "in" and isinstance(value, tuple) and all(isinstance(one, float) for one in value):
        return min(value), max(value)
    if rule.operator == "==":
        return value, value
    return value if rule.operator in _LOWER else -math.inf, value if rule.operator in _UPPER else math.inf


def _comparable(one: Value, other: Value) -> bool:
    kinds = {type(bound) for bound in (one, other) if bound not in (-math.inf, math.inf)}
    return len(kinds) < 2 and kinds <= {float, date}


def _later(one: Value, other: Value) -> Value:
    if -math.inf in (one, other):
        return other if one == -math.inf else one
    return max(one, other)


def _earlier(one: Value, other: Value) -> Value:
    if math.inf in (one, other):
        return other if one == math.inf else one
    return min(one, other)


def _is_void(bounds: tuple[Value, Value], rules: Sequence[Rule]) -> bool:
    """Whether nothing lies between; at one point it does unless a rule leaves its bound out."""
    low, high = bounds
    if low == -math.inf or high == math.inf or type(low) is not type(high):
        return False
    is_open = any(rule.operator in (">", "<") and rule.value in (low, high) for rule in rules)
    return low > high or (low == high and is_open)  # type: ignore[operator]  # comparable
