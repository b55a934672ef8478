"""What criteria may ask of a customer: each field with its kind, unit and meaning, and the operators of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["number", "money", "date", "text", "list", "flag"]


@dataclass(frozen=True)
class SegmentField:
    """A field of the feature table; `least` and `most` bound what a customer can have there.

    `aliases` are other names under which criteria may ask for it. The example is what a value in criteria looks like.
    """

    name: str
    title: str
    kind: Kind
    unit: str
    help: str
    example: str
    aliases: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def _count(name: str, title: str, unit: str, meaning: str, *aliases: str, example: str = "5") -> SegmentField:
    return SegmentField(name, title, "number", unit, meaning, example, aliases, least=0)


def _money(name: str, title: str, meaning: str, *aliases: str) -> SegmentField:
    return SegmentField(name, title, "money", "reporting currency", meaning, "10000", aliases)


def _text(name: str, title: str, meaning: str, example: str) -> SegmentField:
    return SegmentField(name, title, "text", "", meaning, example)


_FIELDS: Final = (
    _count("total_orders", "Orders", "orders", "purchases that count", "total_purchases"),
    _money(
        "total_spent",
        "Total spent",
        "value of all purchases; unknown where no rate is known for one of them",
        "total_revenue",
    ),
    _money("avg_order_value", "Average order value", "total spent over the purchases that have a value"),
    SegmentField("last_order_date", "Last order", "date", "", "day of the latest purchase", "2026-11-01"),
    _count(
        "days_since_last_order",
        "Days since last order",
        "days",
        "calendar days from the latest purchase to today",
        "days_since_last_purchase",
        example="30",
    ),
    _count("total_conversions", "Conversions", "conversions", "conversions of all types, purchases among them"),
    _count("total_visits", "Visits", "visits", "visits with a page view; half an hour of quiet ends one"),
    _count("visits_last_7_days", "Visits, last 7 days", "visits", "visits begun in the last 7 × 24 hours", example="3"),
    SegmentField(
        "nps_score", "NPS rating", "number", "0 to 10", "what they answered, on the scale of 10", "9", least=0, most=10
    ),
    SegmentField(
        "engagement_score", "Engagement score", "number", "0 to 100", "the kept score", "70", least=0, most=100
    ),
    _money("clv", "Customer lifetime value", "the kept prediction", "clv_score"),
    SegmentField("churn_risk", "Churn risk", "number", "0 to 100", "the kept score", "50", least=0, most=100),
    _count("recency", "Recency", "days", "calendar days since the latest purchase; only buyers have it", example="30"),
    _count("frequency", "Frequency", "orders", "purchases; only buyers have it"),
    _money("monetary", "Monetary value", "total spent; only buyers have it"),
    _text(
        "rfm_score",
        "RFM score",
        "recency, frequency and monetary quintile, 5 the best; only buyers have it",
        "555",
    ),
    _text("email", "E-mail", "their address", "@example.com"),
    _text("first_name", "First name", "as they gave it", "Asha"),
    SegmentField("age", "Age", "number", "years", "whole years since the day of birth", "30", least=0),
    _text("country", "Country", "as it was given", "IN"),
    _text("state", "State", "as it was given", "Maharashtra"),
    _text("city", "City", "as it was given", "Mumbai"),
    SegmentField("tags", "Tags", "list", "", "words that the shop put on them", "vip"),
    SegmentField("created_at", "Customer since", "date", "", "day when they became known", "2026-01-01"),
    _count("customer_since_days", "Days as customer", "days", "calendar days since they became known", example="365"),
    SegmentField("has_account", "Has an account", "flag", "", "whether an e-mail address is known", "true"),
)
FIELDS: Final[Mapping[str, SegmentField]] = MappingProxyType({field.name: field for field in _FIELDS})
_NAMES: Final = {name: field.name for field in _FIELDS for name in (field.name, *field.aliases)}

_NUMBERS: Final = (">", ">=", "<", "<=", "==", "!=", "between", "in", "not_in")
_TEXTS: Final = ("==", "!=", "contains", "not_contains", "in", "not_in")
_OF_KIND: Final[Mapping[Kind, tuple[str, ...]]] = {
    "number": _NUMBERS,
    "money": _NUMBERS,
    "date": ("within_last_days", "older_than_days", ">", ">=", "<", "<=", "==", "!=", "between"),
    "text": _TEXTS,
    "list": ("contains", "not_contains", "in", "not_in"),
    "flag": ("==", "!="),
}
OPERATOR_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ">": "is more than",
        ">=": "is at least",
        "<": "is less than",
        "<=": "is at most",
        "==": "is",
        "!=": "is not",
        "contains": "contains",
        "not_contains": "does not contain",
        "in": "is one of",
        "not_in": "is none of",
        "between": "is between",
        "within_last_days": "is within the last",
        "older_than_days": "is more than … days ago",
    }
)
OPERATORS: Final = tuple(OPERATOR_WORDS)
OPERATOR_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{operator: operator for operator in OPERATOR_WORDS},
        "greater_than": ">",
        "less_than": "<",
        "greater_or_equal": ">=",
        "less_or_equal": "<=",
        "equals": "==",
        "not_equals": "!=",
        "within_days": "within_last_days",
    }
)
"""Every name that an operator may come under, and the operator."""
# Those that hold where a value is missing.
NEGATIVE: Final = frozenset({"!=", "not_contains", "not_in"})
_DATE_WORDS: Final = {">": "is after", ">=": "is on or after", "<": "is before", "<=": "is on or before", "==": "is on"}
_LIST_WORDS: Final = {"contains": "have", "not_contains": "do not have", "in": "have one of", "not_in": "have none of"}


def operators_of(kind: Kind) -> tuple[str, ...]:
    """The operators that a kind of field has, the usual ones first.

    >>> operators_of("flag")
    ('==', '!=')
    """
    return _OF_KIND[kind]


def operator_words(operator: str, kind: Kind) -> str:
    """How an operator reads between a field of this kind and its value.

    >>> operator_words(">", "number"), operator_words(">", "date"), operator_words("contains", "list")
    ('is more than', 'is after', 'have')
    """
    of_kind: Mapping[str, str] = {"date": _DATE_WORDS, "list": _LIST_WORDS}.get(kind, {})
    return of_kind.get(operator, OPERATOR_WORDS[operator])


def known_name(name: str) -> str:
    """The field's own name; a name that is no field's is an attribute of the person's own, and stays.

    >>> known_name("total_revenue"), known_name("favourite_colour")
    ('total_spent', 'favourite_colour')
    """
    return _NAMES.get(name, name)


def column_of(name: str) -> str:
    """The column of the feature table that holds a field; amounts are in minor units there.

    >>> column_of("total_spent"), column_of("total_orders"), column_of("shoe_size")
    ('total_spent_minor', 'total_orders', 'own:shoe_size')
    """
    field = FIELDS.get(name)
    if field is None:
        return f"own:{name}"
    return f"{name}_minor" if field.kind == "money" else name
