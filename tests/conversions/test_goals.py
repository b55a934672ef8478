"""Which events meet which goals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.conversions.goals import EVENTS_OF_GOAL, EventView, GoalRule, met_goals, rules_by_event
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import GoalType


def goal(goal_type: str = "purchase", *, website_id: str | None = None, **conditions: Any) -> GoalRule:
    return GoalRule("goal_1", goal_type, conditions, 1000, "INR", True, website_id)


def event(event_type: str = "purchase", **fields: Any) -> EventView:
    given: dict[str, Any] = {
        "kind": "conversion",
        "event_name": None,
        "page": "/",
        "website_id": "web_1",
        "value_minor": None,
        "currency": "INR",
        "data": {},
    }
    return EventView(event_type=event_type, **{**given, **fields})


def meets(seen: EventView, rule: GoalRule) -> bool:
    return bool(met_goals(seen, [rule]))


def test_every_kind_of_goal_listens_to_something() -> None:
    assert set(EVENTS_OF_GOAL) == set(GoalType)
    assert all(EVENTS_OF_GOAL.values())


def test_a_purchase_sent_as_conversion_and_as_journey_event_counts_once() -> None:
    assert meets(event("purchase"), goal("purchase"))
    assert not meets(event("purchase", kind="journey"), goal("purchase"))


def test_an_event_that_mirrors_another_record_counts_for_nothing() -> None:
    lead = event("lead_capture", kind="journey")
    assert meets(lead, goal("lead_form"))
    assert not meets(event("lead_capture", kind="journey", derived=True), goal("lead_form"))


@pytest.mark.parametrize(
    ("rule", "seen", "expected"),
    [
        # A least value of ₹500 is 50,000 paise: reached, missed by one, and not comparable in dollars.
        (goal(min_value=500), event(value_minor=50_000), True),
        (goal(min_value=500), event(value_minor=49_999), False),
        (goal(min_value=500), event(value_minor=50_000, currency="USD"), False),
        (goal(min_value=500), event(value_minor=None), False),
        (goal("scroll_depth", min_scroll_percent=75), event("scroll_depth", data={"depth": 75}), True),
        (goal("scroll_depth", min_scroll_percent=75), event("scroll_depth", data={"depth": 74.9}), False),
        (goal("scroll_depth", min_scroll_percent=75), event("scroll_depth", data={"depth": "90"}), False),
        (goal("scroll_depth", min_scroll_percent=1), event("scroll_depth", data={"depth": True}), False),
        (goal("time_on_page", min_time_seconds=30), event("time_on_site", data={"seconds": 31}), True),
        (goal("custom_event", event_name="wishlist"), event("custom", event_name="wishlist"), True),
        (goal("custom_event", event_name="wishlist"), event("custom", event_name="Wishlist"), False),
        (goal(custom_conditions={"gift": True}), event(data={"gift": True, "x": 1}), True),
        (goal(custom_conditions={"gift": True}), event(data={}), False),
        (goal(website_id="web_2"), event(website_id="web_1"), False),
        (goal(website_id="web_1"), event(website_id="web_1"), True),
        (goal(pathname_pattern="/thanks*"), event(page="https://shop.in/thanks/1?x=/no"), True),
        (goal(pathname_pattern="/thanks"), event(page="/thanks/1"), False),
        (goal(pathname_pattern="/a?c"), event(page="/abc"), False),
        (goal(pathname_pattern="/a[b]"), event(page="/ab"), False),
        (goal(pathname_pattern="/*"), event(page=None), False),
        (goal(pathname_pattern="/*"), event(page="http://[::1"), False),
    ],
)
def test_a_condition_holds_or_not(rule: GoalRule, seen: EventView, expected: bool) -> None:
    assert meets(seen, rule) is expected


def test_all_conditions_must_hold() -> None:
    rule = goal(min_value=5, pathname_pattern="/thanks")
    assert meets(event(value_minor=500, page="/thanks"), rule)
    assert not meets(event(value_minor=500, page="/cart"), rule)


def test_a_completion_is_worth_the_event_or_else_the_default() -> None:
    assert met_goals(event(value_minor=700, currency="USD"), [goal()])[0][1:] == (700, "USD")
    assert met_goals(event(), [goal()])[0][1:] == (1000, "INR")


def test_an_unknown_condition_is_an_error_not_a_pass() -> None:
    with pytest.raises(InvalidData, match="Did you mean 'min_value'"):
        met_goals(event(), [goal(min_valeu=5)])


@given(st.sampled_from(sorted(GoalType)), st.sampled_from(sorted({e for es in EVENTS_OF_GOAL.values() for e in es})))
def test_the_index_by_event_finds_exactly_the_goals_that_can_be_met(goal_type: str, what: tuple[Any, str]) -> None:
    rule = goal(goal_type)
    kind, event_type = what
    indexed = rules_by_event([rule]).get((kind, event_type), [])
    assert met_goals(event(event_type, kind=kind), indexed) == met_goals(event(event_type, kind=kind), [rule])
