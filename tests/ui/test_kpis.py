"""Headline numbers on cards."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adplanning.ui.kpis import MAX_POINTS, Kpi, Kpis, course


def test_cards_show_what_they_are_given_in_its_order() -> None:
    kpis = Kpis()
    kpis.show([Kpi("Conversions", "465", "All of them.", change=None), Kpi("Value", "₹12.3L", "Their sum.")], "In all.")
    assert [(item["label"], item["value"]) for item in kpis.items] == [("Conversions", "465"), ("Value", "₹12.3L")]
    assert kpis.items[0]["change"] is None
    assert kpis.caption == "In all."
    kpis.show([])
    assert (kpis.items, kpis.caption) == ([], "")


@given(st.lists(st.floats(-1e9, 1e9), max_size=400))
def test_a_course_has_few_points_within_the_bounds_of_its_values(values: list[float]) -> None:
    points = course(values)
    assert len(points) <= MAX_POINTS
    assert bool(points) == bool(values)
    if values:
        assert min(values) - 1e-3 <= min(points)
        assert max(points) <= max(values) + 1e-3


def test_the_last_point_of_a_course_is_the_mean_of_the_newest_values() -> None:
    assert course(list(range(61)))[-1] == (58 + 59 + 60) / 3
