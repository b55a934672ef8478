"""Whether a figure has changed by more than chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.alerts.changes import change_against_weeks_before


def test_a_fall_worked_by_hand() -> None:
    """Mean 100, s² = 8/3, by chance 100²/100 = 100: 2 × √(1.25 × 100) = 22.36, so 78 is within it and 77 is not."""
    before = [100, 98, 102, 100]
    assert not change_against_weeks_before(78, before, before).is_beyond_chance
    fall = change_against_weeks_before(77, before, before)
    assert (fall.expected, fall.share, fall.is_beyond_chance) == (100, -0.23, True)


def test_weeks_that_vary_much_hide_a_fall_that_steady_ones_show() -> None:
    assert change_against_weeks_before(60, [100, 100, 100, 100], [100] * 4).is_beyond_chance
    assert not change_against_weeks_before(60, [40, 160, 60, 140], [100] * 4).is_beyond_chance


def test_a_sum_over_few_events_varies_more_than_one_over_many() -> None:
    few, many = ([n] * 4 for n in (20, 2000))
    assert not change_against_weeks_before(700, [1000.0] * 4, few).is_beyond_chance
    assert change_against_weeks_before(700, [1000.0] * 4, many).is_beyond_chance


def test_what_was_spent_is_held_against_its_own_weeks_alone() -> None:
    assert change_against_weeks_before(90, [100, 101, 99, 100], None).is_beyond_chance


@pytest.mark.parametrize(
    ("before", "counts", "reason"),
    [
        ([19, 20, 20, 20], [19, 20, 20, 20], "too little to tell: 20 were to be expected, and of fewer than 20"),
        ([100, 100, None, 100], [100, 100, 100, 100], "one of the four weeks before is not known"),
        ([100, 100, 100, 100], [100, None, 100, 100], "one of the four weeks before is not known"),
        ([100, 100, 100, 0], [100, 100, 100, 0], "one of the four weeks before had none"),
        ([50, 50, 50, -200], [30] * 4, "nothing was to be expected"),
    ],
)
def test_what_cannot_be_told_says_why(before: list[float | None], counts: list[float | None], reason: str) -> None:
    change = change_against_weeks_before(10, before, counts)
    assert change.share is None
    assert str(change.unknown_because).startswith(reason)
    assert not change.is_beyond_chance


weeks = st.lists(st.integers(20, 10_000), min_size=4, max_size=4)


@given(weeks, st.integers(0, 20_000), st.permutations(range(4)))
def test_the_order_of_the_weeks_does_not_matter(before: list[int], value: int, order: list[int]) -> None:
    told = change_against_weeks_before(value, before, before)
    shuffled = [before[n] for n in order]
    again = change_against_weeks_before(value, shuffled, shuffled)
    assert (again.share, again.is_beyond_chance) == (pytest.approx(told.share), told.is_beyond_chance)


@given(weeks)
def test_a_week_like_the_mean_has_not_changed(before: list[int]) -> None:
    change = change_against_weeks_before(sum(before) / 4, before, before)
    assert change.share == pytest.approx(0, abs=1e-9)
    assert not change.is_beyond_chance
