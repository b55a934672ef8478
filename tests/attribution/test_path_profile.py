from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.credit import conversion_paths
from adplanning.attribution.path_profile import path_lengths, time_lags, top_paths
from adplanning.core.errors import InvalidData

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = pl.Datetime("us", "UTC")
SALE = {"conversion_id": pl.String, "path_key": pl.String, "converted_at": INSTANT, "reported_minor": pl.Int64}
TOUCH = {"touchpoint_id": pl.String, "path_key": pl.String, "touched_at": INSTANT, "channel": pl.String}


def paths(*told: tuple[list[tuple[str, timedelta]], int | None]) -> pl.LazyFrame:
    """Paths of conversions at noon: per conversion its (channel, time before it) and its value."""
    sold = [(f"c{n}", f"p{n}", NOON, value) for n, (_, value) in enumerate(told)]
    touched = [
        (f"t{n}.{at:02}", f"p{n}", NOON - before, channel)
        for n, (touches, _) in enumerate(told)
        for at, (channel, before) in enumerate(touches)
    ]
    return conversion_paths(
        pl.LazyFrame(sold, schema=SALE, orient="row"), pl.LazyFrame(touched, schema=TOUCH, orient="row")
    )


FOUR = (
    ([("search", 9 * DAY), ("email", 2 * DAY)], 500),
    ([("search", 1 * DAY), ("email", timedelta(hours=1))], 300),
    ([("email", timedelta(hours=23))], 900),
    ([("email", 3 * DAY), ("search", 2 * DAY), ("email", DAY)], None),
)


def test_top_paths_are_those_that_most_conversions_came_along() -> None:
    assert top_paths(paths(*FOUR)).rows() == [
        ("search > email", 2, 2, 800, 0.5),
        ("email", 1, 1, 900, 0.25),
        ("email > search > email", 3, 1, 0, 0.25),
    ]


def test_shares_are_of_all_paths_although_only_the_top_is_shown() -> None:
    assert top_paths(paths(*FOUR), limit=1).rows() == [("search > email", 2, 2, 800, 0.5)]


def test_lengths_of_paths_as_counted_by_hand() -> None:
    assert path_lengths(paths(*FOUR)).rows() == [(1, 1, 900, 0.25), (2, 2, 800, 0.5), (3, 1, 0, 0.25)]


def test_days_since_the_first_and_the_last_touchpoint_as_counted_by_hand() -> None:
    assert time_lags(paths(*FOUR)).select("days", "conversions").rows() == [(0, 1), (1, 1), (3, 1), (9, 1)]
    since_last = time_lags(paths(*FOUR), since="last")
    assert since_last.rows() == [(0, 2, 1200, 0.5), (1, 1, 0, 0.25), (2, 1, 500, 0.25)]


@pytest.mark.parametrize("days", [*range(31)])
def test_a_whole_day_ago_is_that_day_and_a_microsecond_less_the_day_before(days: int) -> None:
    exactly = paths(([("a", days * DAY)], 1))
    assert time_lags(exactly)["days"].to_list() == [days]
    if days:
        just_less = paths(([("a", days * DAY - timedelta(microseconds=1))], 1))
        assert time_lags(just_less)["days"].to_list() == [days - 1]


touches = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30).map(lambda n: n * DAY)), min_size=1, max_size=4)


@given(told=st.lists(st.tuples(touches, st.integers(-500, 500)), min_size=1, max_size=6))
def test_every_view_adds_up_to_all_conversions_and_their_value(
    told: list[tuple[list[tuple[str, timedelta]], int]],
) -> None:
    found = paths(*told)
    for view in (top_paths(found), path_lengths(found), time_lags(found), time_lags(found, since="last")):
        assert view["conversions"].sum() == len(told)
        assert view["value_minor"].sum() == sum(value for _, value in told)
        assert view["share"].sum() == pytest.approx(1)


def test_without_paths_every_view_is_empty() -> None:
    found = paths()
    assert all(view.is_empty() for view in (top_paths(found), path_lengths(found), time_lags(found)))


def test_an_unknown_beginning_is_refused() -> None:
    with pytest.raises(InvalidData, match="since: unknown value 'start'; choose one of: first, last"):
        time_lags(paths(), since="start")


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidData, match="limit: must be 1 or more, not 0"):
        top_paths(paths(), limit=0)
