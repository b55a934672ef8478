"""Which customers match criteria: the criteria as one expression over the feature table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.money import minor_digits
from adplanning.segments.criteria import Criteria, Rule, number_in
from adplanning.segments.fields import FIELDS, NEGATIVE, Kind, column_of

_COMPARED: Final[Mapping[str, Callable[[Any, Any], pl.Expr]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}

_ORDERED: Final = frozenset({">", ">=", "<", "<=", "between", "within_last_days", "older_than_days"})


def matches(criteria: Criteria, *, as_of: datetime, zone: ZoneInfo, currency: str, own: Mapping[str, Kind]) -> pl.Expr:
    """Compile criteria to one boolean expression over the feature table, never null.

    Logic is two-valued: a rule on a missing value is false, or true under `!=`, not_contains and not_in; NOT then turns
    it round as any other. So "not (orders > 5)" holds where orders are unknown. A group without parts is true under
    every logic. Texts and tags are compared without regard to case; `contains` on tags is having that tag. Days are
    calendar days in `zone`: `within_last_days` n is from n days before today up to today, `older_than_days` n is before
    that, so of days up to today exactly one of the two holds.

    Parameters
    ----------
    criteria : as from `parse_criteria`.
    as_of : the instant whose day in `zone` is today.
    zone : the reporting time zone.
    currency : the reporting currency, in whose major units criteria speak of amounts.
    own : each attribute of persons' own that the table has, and its kind; others are missing in every row. A number is
        compared as one where the attribute's text reads as one; a day likewise.

    Source: the API's own contract for missing values and empty criteria.

    >>> from datetime import UTC
    >>> from adplanning.segments.criteria import parse_criteria
    >>> table = pl.DataFrame({"person_id": ["asha", "ravi"], "total_orders": [6, 2], "total_spent_minor": [None, 900]})
    >>> rules = [{"field": "total_orders", "operator": ">", "value": 5}, {"field": "total_spent", "operator": "!=",
    ...     "value": 9}]
    >>> today = dict(as_of=datetime(2026, 3, 2, tzinfo=UTC), zone=ZoneInfo("UTC"), currency="INR", own={})
    >>> table.filter(matches(parse_criteria({"rules": rules}), **today))["person_id"].to_list()
    ['asha']
    """
    today = as_of.astimezone(zone).date()

    def of_group(group: Criteria) -> pl.Expr:
        if group.is_empty:
            return pl.lit(value=True)
        parts = [*map(of_rule, group.rules), *map(of_group, group.groups)]
        if group.logic == "OR":
            return pl.any_horizontal(parts)
        together = pl.all_horizontal(parts)
        return ~together if group.logic == "NOT" else together

    def of_rule(rule: Rule) -> pl.Expr:
        missing = rule.operator in NEGATIVE
        column = pl.col(column_of(rule.field))
        if rule.field in FIELDS:
            kind = FIELDS[rule.field].kind
            value = _in_minor(rule.value, currency) if kind == "money" else _on_days(rule.value, zone)
            holds = _listed(column, rule.operator, value) if kind == "list" else _holds(column, rule, value, today)
        elif rule.field in own:
            value = _on_days(rule.value, zone)
            is_list = own[rule.field] == "list"
            holds = _listed(column, rule.operator, value) if is_list else _of_own(column, rule, value, today)
        else:
            holds = pl.lit(None, pl.Boolean)
        return holds.fill_null(missing)

    return of_group(criteria)


def _holds(column: pl.Expr, rule: Rule, value: Any, today: date) -> pl.Expr:
    """A rule on a column of one value each; null where that is missing."""
    if isinstance(value, str):
        column, value = _small(column), value.lower()
    elif isinstance(value, tuple) and isinstance(value[0], str):
        column, value = _small(column), tuple(one.lower() for one in value)
    match rule.operator.removeprefix("not_"):
        case "contains":
            holds = column.str.contains(value, literal=True)
        case "in":
            is_text = isinstance(value[0], str)
            holds = (column if is_text else column.cast(pl.Float64)).is_in(list(value))
        case "between":
            holds = column.is_between(pl.lit(value[0]), pl.lit(value[1]))
        case "within_last_days":
            holds = column.is_between(pl.lit(today - timedelta(days=value)), pl.lit(today))
        case "older_than_days":
            holds = column < pl.lit(today - timedelta(days=value))
        case _:
            return _COMPARED[rule.operator](column, pl.lit(value))
    return ~holds if rule.operator in NEGATIVE else holds


def _listed(column: pl.Expr, operator: str, value: Any) -> pl.Expr:
    """A rule on a column of lists: whether one of the values is in it; nothing else can be asked of a list."""
    if operator in _ORDERED:
        return pl.lit(None, pl.Boolean)
    wanted = [_as_text(one).lower() for one in (value if isinstance(value, tuple) else (value,))]
    has_one = column.list.eval(_small(pl.element()).is_in(wanted)).list.any()
    return ~has_one if operator in NEGATIVE else has_one


def _of_own(column: pl.Expr, rule: Rule, value: Any, today: date) -> pl.Expr:
    """A rule on an attribute of the person's own, kept as text: as numbers or days where both sides are such."""
    values = value if isinstance(value, tuple) else (value,)
    if rule.operator in _ORDERED:
        is_day = isinstance(values[0], date) or rule.operator in ("within_last_days", "older_than_days")
        return _holds(_day(column) if is_day else _number(column), rule, value, today)
    texts = [_as_text(one) for one in values]
    if rule.operator in ("contains", "not_contains"):
        return _holds(column, rule, texts[0], today)
    numbers = [number for number in map(number_in, texts) if number is not None]
    is_one = _small(column).is_in([text.lower() for text in texts])
    if numbers:
        is_one |= _number(column).is_in(numbers).fill_null(value=False)
    return ~is_one if rule.operator in NEGATIVE else is_one


def _small(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _number(text: pl.Expr) -> pl.Expr:
    number = text.str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _day(text: pl.Expr) -> pl.Expr:
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _as_text(value: float | str | bool) -> str:
    """A value as an attribute's text is kept: as JSON writes it, a text without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _in_minor(value: Any, currency: str) -> Any:
    """An amount in minor units, not rounded: more than 0.005 is more than nothing."""
    if isinstance(value, tuple):
        return tuple(_in_minor(one, currency) for one in value)
    return float(Decimal(str(value)).scaleb(minor_digits(currency)))


def _on_days(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, tuple):
        return tuple(_on_days(one, zone) for one in value)
    return value.astimezone(zone).date() if isinstance(value, datetime) else value
