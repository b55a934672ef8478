from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.journeys.frequent_ways import MAX_STEPS, frequent_ways
from tests.journeys.told import steps


def test_ways_as_followed_by_hand() -> None:
    """Two look and read a letter, of whom one buys; one clicks an ad; one buys at once."""
    found = frequent_ways(
        steps(
            ("a", 0, "page_view"), ("a", 1, "page_view"), ("a", 2, "email_open"), ("a", 3, "purchase"),
            ("a", 4, "page_view"), ("a", 5, "purchase"),
            ("b", 1, "email_open"), ("b", 0, "page_view"),
            ("c", 0, "ad_click"),
            ("d", 0, "purchase"),
        )
    )  # fmt: skip
    assert found.rows() == [
        (["page_view", "email_open"], 2, 1, 0.5),
        ([], 1, 1, 1.0),
        (["ad_click"], 1, 0, 0.0),
    ]
    assert frequent_ways(steps(("a", 0, "page_view")), limit=1).height == 1


def test_of_a_long_way_the_last_steps_before_the_purchase_are_told() -> None:
    told = [("a", n, "page_view" if n % 2 else "ad_click") for n in range(20)]
    [way] = frequent_ways(steps(*told, ("a", 20, "purchase")))["way"].to_list()
    assert way == ["ad_click", "page_view"] * (MAX_STEPS // 2)


def test_of_steps_at_one_instant_the_answer_depends_on_no_order() -> None:
    told = [("a", 0, "purchase"), ("a", 0, "page_view"), ("a", 0, "ad_click")]
    assert frequent_ways(steps(*told)).rows() == frequent_ways(steps(*reversed(told))).rows()
    assert frequent_ways(steps(*told))["way"].to_list() == [["ad_click", "page_view"]]


def test_no_steps_are_no_ways_and_a_step_of_nobody_is_on_none() -> None:
    assert frequent_ways(steps()).height == 0
    assert frequent_ways(steps((None, 0, "page_view"))).height == 0


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_of_nothing_is_refused(limit: int) -> None:
    with pytest.raises(InvalidData, match="limit"):
        frequent_ways(steps(), limit=limit)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 5), st.sampled_from(["page_view", "ad_click", "purchase"])),
        max_size=20,
    )
)
def test_every_customer_is_on_one_way(told: list[tuple[str, int, str]]) -> None:
    found = frequent_ways(steps(*told), limit=1000)
    assert found["n_customers"].sum() == len({key for key, _, _ in told})
    assert found["n_converted"].sum() == len({key for key, _, event_type in told if event_type == "purchase"})
    for way in found["way"]:
        assert all(a != b for a, b in pairwise(way))
