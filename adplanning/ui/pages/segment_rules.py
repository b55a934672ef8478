"""The rules of a segment as they are put together on a page: what can be asked, how, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.core.errors import InvalidData
from adplanning.segments.contradictions import contradictions
from adplanning.segments.criteria import parse_criteria
from adplanning.segments.fields import FIELDS, OPERATOR_NAMES, Kind, operator_words, operators_of
from adplanning.segments.wording import worded_lines
from adplanning.ui.rule_builder import Criteria, Judgement, RuleField, RuleOperator

GROUPS: Mapping[str, Sequence[str]] = {
    "Orders": (
        "total_orders",
        "total_spent",
        "avg_order_value",
        "last_order_date",
        "days_since_last_order",
        "total_conversions",
    ),
    "Visits": ("total_visits", "visits_last_7_days"),
    "Scores": ("nps_score", "engagement_score", "clv", "churn_risk"),
    "Recency, frequency, monetary value": ("recency", "frequency", "monetary", "rfm_score"),
    "Person": (
        "email",
        "first_name",
        "age",
        "country",
        "state",
        "city",
        "tags",
        "created_at",
        "customer_since_days",
        "has_account",
    ),
}
OWN = "Your own attributes"
_BY_OPERATOR = {"in": "texts", "not_in": "texts", "within_last_days": "days", "older_than_days": "days"}
_BY_KIND = {"number": "number", "money": "number", "date": "date", "text": "text", "list": "text", "flag": "flag"}


def rule_fields(
    currency: str, own: Mapping[str, Kind] | None = None, seen: Mapping[str, Sequence[str]] | None = None
) -> list[RuleField]:
    """Every field that a rule can ask about, with the operators of its kind.

    Parameters
    ----------
    currency : of the amounts.
    own : attributes that persons have besides, with their kinds.
    seen : by field, values that exist.
    """
    seen = seen or {}
    known = [
        RuleField(
            name,
            FIELDS[name].title,
            group,
            _operators(FIELDS[name].kind),
            unit=currency if FIELDS[name].kind == "money" else FIELDS[name].unit,
            help=FIELDS[name].help,
            example=FIELDS[name].example,
            values=seen.get(name, ()),
        )
        for group, names in GROUPS.items()
        for name in names
    ]
    return known + [
        RuleField(name, name, OWN, _operators(kind), values=seen.get(name, ())) for name, kind in (own or {}).items()
    ]


def _operators(kind: Kind) -> list[RuleOperator]:
    return [
        RuleOperator(name, operator_words(name, kind), _takes(name, kind), _names_of(name))
        for name in operators_of(kind)
    ]


def _names_of(operator: str) -> list[str]:
    return [name for name, meant in OPERATOR_NAMES.items() if meant == operator]


def _takes(operator: str, kind: Kind) -> str:
    if operator == "between":
        return "dates" if kind == "date" else "numbers"
    return _BY_OPERATOR.get(operator) or _BY_KIND[kind]


def judgement(given: Criteria, currency: str) -> Judgement:
    """What there is to say of criteria that a browser has sent.

    >>> judgement({"rules": [{"field": "age", "operator": ">", "value": "old"}]}, "INR").issues
    {'criteria.rules[0].value': "'old' is not a number; write it as 5 or 4999.5"}
    >>> judgement({}, "INR").lines
    [(0, 'everyone')]
    """
    try:
        criteria = parse_criteria(given)
    except InvalidData as refused:
        return Judgement(dict(refused.issues))
    return Judgement({}, contradictions(criteria, currency), worded_lines(criteria, currency))
