"""How ready to buy a visitor looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.tracking.intent import Behaviour, purchase_intent

numbers = st.floats(0, 1e6)
behaviours = st.builds(
    Behaviour,
    st.integers(0, 1000),
    st.lists(numbers),
    st.lists(st.tuples(st.sampled_from(["/a", "/b", None]), numbers)),
    st.integers(0, 10),
)


def test_a_score_worked_by_hand() -> None:
    # 2 pages: 10; depth 90: 27; 200 s on /a and 130 s on /b: 33; engaged: 10.
    intent = purchase_intent(Behaviour(2, [50, 90], [("/a", 120), ("/a", 200), ("/b", 130)], 3))
    assert intent.breakdown == {"pageviews": 10, "scroll": 27, "time": 33, "engagement": 10}
    assert (intent.score, intent.level) == (80, "high")


def test_every_part_has_its_bound_and_together_they_are_a_hundred() -> None:
    intent = purchase_intent(Behaviour(99, [100], [("/a", 9999)], 9))
    assert intent.breakdown == {"pageviews": 20, "scroll": 30, "time": 40, "engagement": 10}
    assert intent.score == 100


def test_who_did_nothing_has_no_intent() -> None:
    assert purchase_intent(Behaviour(0, [], [], 0)).score == 0


@pytest.mark.parametrize(("seconds", "level"), [(299.9, "low"), (300, "medium")])
def test_medium_begins_at_thirty(seconds: float, level: str) -> None:
    assert purchase_intent(Behaviour(0, [], [("/a", seconds)], 0)).level == level


def test_high_begins_at_seventy() -> None:
    assert purchase_intent(Behaviour(4, [100], [("/a", 200)], 0)).level == "high"
    assert purchase_intent(Behaviour(4, [100], [("/a", 199)], 0)).level == "medium"


@given(behaviours)
def test_the_parts_add_up_to_a_score_between_zero_and_a_hundred(behaviour: Behaviour) -> None:
    intent = purchase_intent(behaviour)
    assert sum(intent.breakdown.values()) == intent.score
    assert 0 <= intent.score <= 100


@given(behaviours)
def test_the_order_of_events_changes_nothing(behaviour: Behaviour) -> None:
    n_pageviews, depths, seconds, n_engagements = behaviour
    turned = Behaviour(n_pageviews, depths[::-1], seconds[::-1], n_engagements)
    assert purchase_intent(turned).score == pytest.approx(purchase_intent(behaviour).score)


@given(behaviours, st.integers(1, 5))
def test_to_do_more_never_lowers_the_score(behaviour: Behaviour, more: int) -> None:
    n_pageviews, depths, seconds, n_engagements = behaviour
    eager = Behaviour(n_pageviews + more, [*depths, 50], [*seconds, ("/c", 30)], n_engagements + more)
    assert purchase_intent(eager).score >= purchase_intent(behaviour).score
