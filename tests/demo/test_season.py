from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adplanning.demo.numbering import instants
from adplanning.demo.season import Season


def test_a_day_begins_at_midnight_in_india() -> None:
    """18:30 UTC of the day before."""
    season = Season.of(14, date(2026, 11, 14))
    assert instants(np.array([season.start]))[0] == datetime(2026, 10, 31, 18, 30, tzinfo=UTC)
    assert instants(np.array([season.end]))[0] - instants(np.array([season.start]))[0] == timedelta(days=14)


def test_more_happens_on_the_weekend_and_most_at_the_festive_peak() -> None:
    season = Season.of(180, date(2026, 11, 21))
    weekday = (season.first.weekday() + np.arange(180)) % 7
    assert season.demand[weekday == 5].mean() > season.demand[weekday == 0].mean()
    assert season.demand.argmax() == 144


@given(st.lists(st.integers(0, 29), min_size=1), st.integers(0, 1000))
def test_a_moment_lies_on_its_day(days: list[int], seed: int) -> None:
    season = Season.of(30, date(2026, 11, 14))
    at = season.moments(np.array(days), np.random.default_rng(seed))
    assert season.day_of(at).tolist() == days
