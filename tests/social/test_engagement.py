"""How people have answered a post."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.social.engagement import Engagement, engagement


def test_reactions_comments_and_shares_add_up() -> None:
    found = engagement({"reactions": 60, "comments": 6, "shares": 2, "post_clicks": 120})
    assert (found, found.total) == (Engagement(60, 6, 2), 68)


def test_likes_stand_for_reactions_only_where_there_are_none() -> None:
    assert engagement({"likes": 7}).reactions == 7
    assert engagement({"likes": 7, "reactions": 9}).total == 9


@pytest.mark.parametrize(
    "insights", [None, {}, {"reactions": "60"}, {"comments": -1}, {"shares": True}, {"likes": 1.5}]
)
def test_what_nobody_has_counted_is_unknown_and_not_zero(insights: dict[str, Any] | None) -> None:
    assert engagement(insights) == Engagement(None, None, None)
    assert engagement(insights).total is None


@given(st.lists(st.none() | st.integers(0, 10**9), min_size=3, max_size=3))
def test_the_total_is_the_sum_of_what_is_known(counts: list[int | None]) -> None:
    names = ("reactions", "comments", "shares")
    found = engagement({name: n for name, n in zip(names, counts, strict=True) if n is not None})
    assert (found.total or 0) == sum(n or 0 for n in counts)
    assert (found.total is None) == (counts == [None, None, None])
