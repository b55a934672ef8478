"""Criteria: rules on customers in nested groups, read from JSON with the place of every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from adplanning.core.errors import InvalidData
from adplanning.core.periods import in_range, parse_instant
from adplanning.core.texts import storable_text
from adplanning.segments.fields import FIELDS, OPERATOR_NAMES, OPERATORS, Kind, known_name, operators_of

Logic = Literal["AND", "OR", "NOT"]
Value = float | str | bool | date | datetime | tuple["Value", ...]

MAX_DEPTH: Final = 8
"""Groups within groups, the outermost among them; nobody reads deeper ones."""
MAX_RULES: Final = 200
MAX_TEXT: Final = 1000
MAX_LISTED: Final = 1000
MAX_DAYS: Final = 36_500
# Beyond it a whole number is not kept exactly.
MAX_NUMBER: Final = 2.0**53
_LOGICS: Final = ("AND", "OR", "NOT")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LISTS: Final = frozenset({"in", "not_in"})
_DAYS: Final = frozenset({"within_last_days", "older_than_days"})
_COMPARED: Final = frozenset({">", ">=", "<", "<=", "between"})


@dataclass(frozen=True)
class Rule:
    """One condition: a field's own name, an operator's own name, and the value as its kind.

    Numbers are floats (amounts in major units), days dates, lists tuples; `between` has a tuple of two.
    """

    field: str
    operator: str
    value: Value


@dataclass(frozen=True)
class Criteria:
    """Rules and groups under one logic; NOT negates the AND of its parts. Without any part everyone matches."""

    logic: Logic = "AND"
    rules: tuple[Rule, ...] = ()
    groups: tuple[Criteria, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing by itself."""
        return not self.rules and not self.groups


EVERYONE: Final = Criteria()


def parse_criteria(given: object) -> Criteria:
    """Read criteria from JSON.

    Form: `{"logic": "AND"|"OR"|"NOT", "rules": [{"field", "operator", "value"}], "groups": [criteria, …]}`; each part
    may be left out. A field that is none of `FIELDS` is an attribute of the person's own. Numbers may come as texts,
    lists as a text with commas, days as ISO 8601.

    Raises
    ------
    InvalidData : at the place of the fault, such as `criteria.groups[0].rules[1].value`; deeper than `MAX_DEPTH`, more
        than `MAX_RULES` rules or groups, a name that is not known. A misspelt "rules" would else match everyone.

    >>> parse_criteria({"rules": [{"field": "total_orders", "operator": "greater_than", "value": "5"}]}).rules
    (Rule(field='total_orders', operator='>', value=5.0),)
    >>> parse_criteria({"groups": [{"rules": [{"field": "age", "operator": ">", "value": "old"}]}]})
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: criteria.groups[0].rules[0].value: 'old' is not a number; write it as 5 or \
4999.5
    """
    criteria = _group(given, "criteria", 1)
    for what, n in (("rules", len(list(rules_of(criteria)))), ("groups", _n_groups(criteria))):
        if n > MAX_RULES:
            raise InvalidData.at("criteria", f"has {n} {what}; at most {MAX_RULES} are allowed")
    return criteria


def criteria_json(criteria: Criteria) -> dict[str, Any]:
    """Criteria as JSON, from which `parse_criteria` reads the same.

    >>> criteria_json(Criteria("OR", (Rule("age", ">", 30.0),)))["rules"]
    [{'field': 'age', 'operator': '>', 'value': 30}]
    """
    return {
        "logic": criteria.logic,
        "rules": [
            {"field": rule.field, "operator": rule.operator, "value": _value_json(rule.value)}
            for rule in criteria.rules
        ],
        "groups": [criteria_json(group) for group in criteria.groups],
    }


def rules_of(criteria: Criteria) -> Iterator[Rule]:
    """Every rule, over all groups."""
    yield from criteria.rules
    for group in criteria.groups:
        yield from rules_of(group)


def fields_of(criteria: Criteria) -> frozenset[str]:
    """The names of all fields asked for, attributes of the person's own among them."""
    return frozenset(rule.field for rule in rules_of(criteria))


def number_in(text: str) -> float | None:
    """The number that a text is, or None.

    >>> number_in(" 4999.50 "), number_in("1,000"), number_in("nan"), number_in("1_0")
    (4999.5, None, None, None)
    """
    bare = text.strip()
    if not _NUMBER.fullmatch(bare):
        return None
    number = float(bare)
    return number if abs(number) <= MAX_NUMBER else None


def _n_groups(criteria: Criteria) -> int:
    return len(criteria.groups) + sum(map(_n_groups, criteria.groups))


def _group(given: object, path: str, depth: int) -> Criteria:
    if depth > MAX_DEPTH:
        raise InvalidData.at(path, f"lies deeper than {MAX_DEPTH} groups; flatten the criteria")
    members = _members(given, path, ("logic", "rules", "groups"))
    logic = members.get("logic") or "AND"
    if not isinstance(logic, str) or logic.upper() not in _LOGICS:
        raise InvalidData.unknown_choice(f"{path}.logic", logic, _LOGICS)
    return Criteria(
        cast("Logic", logic.upper()),
        tuple(_rule(rule, f"{path}.rules[{n}]") for n, rule in enumerate(_parts(members, "rules", path))),
        tuple(_group(part, f"{path}.groups[{n}]", depth + 1) for n, part in enumerate(_parts(members, "groups", path))),
    )


def _members(given: object, path: str, allowed: Collection[str]) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise InvalidData.at(path, f"{_shown(given)} is not an object; write it with {', '.join(allowed)}")
    for name in given:
        if name not in allowed:
            raise InvalidData.unknown_choice(path, name, allowed)
    return given


def _parts(members: Mapping[str, object], name: str, path: str) -> list[object]:
    parts = members.get(name)
    if parts is None:
        return []
    if not isinstance(parts, list):
        raise InvalidData.at(f"{path}.{name}", f"{_shown(parts)} is not a list")
    if len(parts) > MAX_RULES:
        raise InvalidData.at(f"{path}.{name}", f"has {len(parts)} parts; at most {MAX_RULES} are allowed")
    return parts


def _rule(given: object, path: str) -> Rule:
    members = _members(given, path, ("field", "operator", "value"))
    name = members.get("field")
    if not isinstance(name, str) or not name.strip():
        raise InvalidData.at(f"{path}.field", "must be the name of a field, such as total_orders")
    field = known_name(_text(name, f"{path}.field"))
    asked = members.get("operator")
    if not isinstance(asked, str) or asked not in OPERATOR_NAMES:
        raise InvalidData.unknown_choice(f"{path}.operator", asked, OPERATOR_NAMES)
    operator = OPERATOR_NAMES[asked]
    kind = FIELDS[field].kind if field in FIELDS else None
    allowed = OPERATORS if kind is None else operators_of(kind)
    if operator not in allowed:
        raise InvalidData.at(
            f"{path}.operator",
            f"{asked!r} does not go with {field}, which is a {kind}; choose one of: {', '.join(allowed)}",
        )
    return Rule(field, operator, _value(members.get("value"), operator, kind, f"{path}.value"))


def _value(given: object, operator: str, kind: Kind | None, path: str) -> Value:
    if operator in _DAYS:
        return _days(given, path)
    read = _READ[kind] if kind else (_ordered if operator in _COMPARED else _scalar)
    if operator in _LISTS:
        listed = given.split(",") if isinstance(given, str) else given
        if not isinstance(listed, (list, tuple)):
            raise InvalidData.at(path, f'{_shown(given)} is not a list; write it as ["a", "b"] or a, b')
        if not 0 < len(listed) <= MAX_LISTED:
            raise InvalidData.at(path, f"has {len(listed)} values; 1 to {MAX_LISTED} are allowed")
        return tuple(read(one, f"{path}[{n}]") for n, one in enumerate(listed))
    if operator == "between":
        bounds = given.split(",") if isinstance(given, str) else given
        if not isinstance(bounds, (list, tuple)) or len(bounds) != 2:
            raise InvalidData.at(path, f"{_shown(given)} is not two bounds; write them as [10, 20]")
        low, high = (read(one, f"{path}[{n}]") for n, one in enumerate(bounds))
        if type(low) is not type(high) or low > high:  # type: ignore[operator]  # both of one ordered kind
            raise InvalidData.at(path, f"the lower bound {bounds[0]} must come before the upper one {bounds[1]}")
        return low, high
    return read(given, path)


def _number(given: object, path: str) -> float:
    number = None
    if isinstance(given, str):
        number = number_in(given)
    # NaN is not within the bounds either.
    elif isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) <= MAX_NUMBER:
        number = float(given)
    if number is None:
        raise InvalidData.at(path, f"{_shown(given)} is not a number; write it as 5 or 4999.5")
    return number


def _days(given: object, path: str) -> float:
    days = _number(given, path)
    if not 0 <= days <= MAX_DAYS or days != int(days):
        raise InvalidData.at(path, f"{_shown(given)} is not a number of days; give a whole one from 0 to {MAX_DAYS}")
    return days


def _day(given: object, path: str) -> date | datetime:
    """A calendar day, or an instant whose day in the reporting zone is meant."""
    if isinstance(given, str):
        bare = given.strip()
        try:
            day = date.fromisoformat(bare)
            in_range(datetime(day.year, day.month, day.day, tzinfo=UTC))
        except ValueError:
            if len(bare) > 10:
                return parse_instant(bare, ZoneInfo("UTC"), field=path)
        else:
            return day
    raise InvalidData.at(path, f"{_shown(given)} is not a day; write it as 2026-11-22")


def _text(given: object, path: str) -> str:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        given = _plain(_number(given, path))
    if not isinstance(given, str) or not given.strip():
        raise InvalidData.at(path, f"{_shown(given)} is not a text; give one, or change the operator")
    if len(given) > MAX_TEXT:
        raise InvalidData.at(path, f"is {len(given)} characters long; give at most {MAX_TEXT}")
    try:
        return storable_text(given.strip())
    except ValueError as fault:
        raise InvalidData.at(path, str(fault)) from None


def _flag(given: object, path: str) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if isinstance(given, (str, int)) and word in _TRUTH:
        return _TRUTH[word]
    raise InvalidData.at(path, f"{_shown(given)} is neither true nor false; write one of the two")


def _scalar(given: object, path: str) -> float | str | bool:
    """A value for an attribute of the person's own, whose kind only the persons tell."""
    if isinstance(given, bool):
        return given
    if isinstance(given, str):
        return _text(given, path)
    return _number(given, path)


def _ordered(given: object, path: str) -> float | date | datetime:
    """The same where it must have an order: a number or a day."""
    if isinstance(given, str) and number_in(given) is None:
        try:
            return _day(given, path)
        except InvalidData:
            raise InvalidData.at(
                path, f"{_shown(given)} is neither a number nor a day; write it as 5 or 2026-11-22"
            ) from None
    return _number(given, path)


_READ: Final[Mapping[Kind, Callable[[object, str], Value]]] = {
    "number": _number,
    "money": _number,
    "date": _day,
    "text": _text,
    "list": _text,
    "flag": _flag,
}


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)


def _value_json(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_value_json(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:80]
