"""Criteria and customers of any kind, for tests that hold for all of them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from adplanning.segments.criteria import Criteria, Rule, Value
from adplanning.segments.fields import FIELDS, OPERATORS, column_of, operators_of

# Few values of each kind, so that rules and customers often meet; texts beyond ASCII among them.
DAYS = st.dates(date(2026, 11, 1), date(2026, 12, 5))
NUMBERS = st.sampled_from([-1.0, 0.0, 0.005, 1.0, 4.5, 4999.01, 5.0, 30.0])
TEXTS = ["Pune", "PUNE", "pu", "Größe", "gröSSE", "ÄÖ", "5", "5.0", "2026-11-19", "true", "vip", "a b"]
OWN = {"size": "number", "colour": "text", "likes": "list"}
_VALUES = {
    "number": NUMBERS, "money": NUMBERS, "date": DAYS, "text": st.sampled_from(TEXTS), "list": st.sampled_from(TEXTS),
    "flag": st.booleans(),
}  # fmt: skip


@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    name = draw(st.sampled_from([*FIELDS, *OWN, "nobody has it"]))
    kind = FIELDS[name].kind if name in FIELDS else None
    operator = draw(st.sampled_from(operators_of(kind) if kind else OPERATORS))
    if operator in ("within_last_days", "older_than_days"):
        return Rule(name, operator, float(draw(st.integers(0, 40))))
    if kind:
        values: st.SearchStrategy[Any] = _VALUES[kind]
    elif operator in (">", ">=", "<", "<=", "between"):
        values = draw(st.sampled_from([NUMBERS, DAYS]))
    else:
        values = st.one_of(NUMBERS, st.sampled_from(TEXTS), st.booleans())
    if operator == "between":
        return Rule(name, operator, tuple(sorted((draw(values), draw(values)))))
    if operator in ("in", "not_in"):
        listed: list[Value] = draw(st.lists(values, min_size=1, max_size=3))
        return Rule(name, operator, tuple(listed))
    return Rule(name, operator, draw(values))


def any_criteria() -> st.SearchStrategy[Criteria]:
    logics = st.sampled_from(["AND", "OR", "NOT"])

    def around(inner: st.SearchStrategy[Criteria]) -> st.SearchStrategy[Criteria]:
        rules, groups = st.lists(any_rule(), max_size=3), st.lists(inner, max_size=2)
        return st.builds(Criteria, logics, rules.map(tuple), groups.map(tuple))

    leaf = st.builds(Criteria, logics, st.lists(any_rule(), max_size=3).map(tuple))
    return around(st.one_of(leaf, around(leaf)))


def any_row() -> st.SearchStrategy[dict[str, Any]]:
    """A row of the feature table with every column; any but the person may be missing."""
    return st.integers(0, 2**32).map(_row)


def _row(seed: int) -> dict[str, Any]:
    # One draw a row: thirty of hypothesis's own would take most of the test's time.
    chance = random.Random(seed)
    lists = [[], ["vip"], ["Pune", "5"], ["gröSSE", "true", "a b"]]
    days = [date(2026, 10, 20) + timedelta(days=n) for n in range(45)]
    held: dict[str, list[Any]] = {
        "number": [0, 1, 5, 30], "money": [0, 1, 100, 450, 499901, 500], "date": days, "text": TEXTS, "list": lists,
        "flag": [True, False],
    }  # fmt: skip
    row = {column_of(name): chance.choice([None, *held[field.kind]]) for name, field in FIELDS.items()}
    own = {"size": ["5", "4.5", "-1"], "colour": TEXTS, "likes": [["Vip"], ["5", "true"]]}
    return row | {column_of(name): chance.choice([None, *values]) for name, values in own.items()}
