"""Widgets side by side."""

from __future__ import annotations

from adplanning.ui.chart import ChartCard
from adplanning.ui.grid import Grid


def test_what_stands_in_it_leaves_with_it() -> None:
    inside = [ChartCard(served=True, title=title, file_name="chart") for title in ("A", "B")]
    grid = Grid(inside)
    assert grid.widgets == inside
    grid.close()
    assert [grid.closed, *(card.closed for card in inside)] == [True, True, True]
