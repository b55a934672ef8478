from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.journeys.conversion_times import times_to_convert
from tests.journeys.told import AT, DAY, steps


def ranges(*told: tuple[str, float, str]) -> dict[str, int]:
    filled = times_to_convert(steps(*told)).histogram.filter(pl.col("n") > 0)
    return dict(filled.select("label", "n").iter_rows())


def test_times_as_measured_by_hand() -> None:
    """Half a day, three days and twenty; only the first purchase and the first step count."""
    found = times_to_convert(
        steps(
            ("a", 0, "page_view"), ("a", 0.5, "purchase"), ("a", 9, "purchase"),
            ("b", 0, "ad_click"), ("b", 2, "page_view"), ("b", 3, "purchase"), ("b", 4, "page_view"),
            ("c", 1, "email_open"), ("c", 21, "purchase"),
            ("only looks", 0, "page_view"),
        )
    )  # fmt: skip
    assert (found.n, found.n_unknown, found.median_days) == (3, 0, 3.0)
    assert found.mean_days == pytest.approx(23.5 / 3)
    assert found.histogram.filter(pl.col("n") > 0).rows() == [
        ("under a day", 0, 1, 1),
        ("2–3 days", 2, 4, 1),
        ("15–30 days", 15, 31, 1),
    ]


def test_who_bought_before_any_step_that_is_known_took_an_unknown_time_not_none() -> None:
    found = times_to_convert(steps(("a", 0, "purchase"), ("b", 0, "purchase"), ("b", 1, "page_view")))
    assert (found.n, found.n_unknown, found.median_days, found.mean_days) == (0, 2, None, None)
    assert found.histogram["n"].sum() == 0


def test_a_step_at_the_very_instant_of_the_purchase_is_a_time_of_none() -> None:
    assert times_to_convert(steps(("a", 0, "page_view"), ("a", 0, "purchase"))).median_days == 0


@pytest.mark.parametrize(
    ("days", "label"), [(0, "under a day"), (1, "1 day"), (2, "2–3 days"), (91, "91–180 days"), (181, "over 180 days")]
)
def test_a_range_begins_at_its_first_day_and_a_microsecond_less_is_the_one_before(days: int, label: str) -> None:
    assert ranges(("a", 0, "page_view"), ("a", days, "purchase")) == {label: 1}
    if days:
        just_less = days - timedelta(microseconds=1) / DAY
        assert label not in ranges(("a", 0, "page_view"), ("a", just_less, "purchase"))


def test_a_period_takes_those_who_first_bought_in_it_with_all_of_their_way() -> None:
    told = steps(
        ("a", -9, "page_view"), ("a", 1, "purchase"),
        ("b", -9, "page_view"), ("b", -1, "purchase"), ("b", 1, "purchase"),
    )  # fmt: skip
    found = times_to_convert(told, since=AT)
    assert (found.n, found.median_days) == (1, 10.0)


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="event_type"):
        times_to_convert(steps().drop("event_type"))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 400), st.sampled_from(["page_view", "purchase"])), max_size=12
    )
)
def test_every_buyer_has_a_time_or_an_unknown_one(told: list[tuple[str, int, str]]) -> None:
    found = times_to_convert(steps(*told))
    assert found.n + found.n_unknown == len({key for key, _, event_type in told if event_type == "purchase"})
    assert found.histogram["n"].sum() == found.n
