"""Segments to begin with."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from adplanning.segments.contradictions import contradictions
from adplanning.segments.criteria import criteria_json, parse_criteria
from adplanning.segments.matching import matches
from adplanning.segments.suggestions import SUGGESTIONS
from tests.segments.customers import NOON, ZONE

CUSTOMERS = pl.DataFrame(
    {
        "person_id": ["best", "lost", "first order", "long ago", "looks only"],
        "rfm_score": ["545", "145", "511", "111", None],
        "total_orders": [9, 7, 1, 1, 0],
        "last_order_date": [date(2026, 11, 19), date(2026, 6, 1), date(2026, 11, 1), date(2025, 1, 1), None],
    }
)


@pytest.mark.parametrize(
    ("key", "expected"),
    [("champions", ["best"]), ("at_risk", ["lost"]), ("new", ["first order"]), ("lapsed", ["long ago"])],
)
def test_each_suggestion_finds_whom_it_is_named_after(key: str, expected: list[str]) -> None:
    [suggested] = [one for one in SUGGESTIONS if one.key == key]
    holds = matches(suggested.criteria, as_of=NOON, zone=ZONE, currency="INR", own={})
    assert CUSTOMERS.filter(holds)["person_id"].to_list() == expected


def test_every_suggestion_can_be_read_as_json_and_does_not_contradict_itself() -> None:
    assert len({one.key for one in SUGGESTIONS}) == len(SUGGESTIONS)
    for one in SUGGESTIONS:
        assert parse_criteria(criteria_json(one.criteria)) == one.criteria
        assert contradictions(one.criteria) == []
