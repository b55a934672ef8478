from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution.windows import lookback_windows

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")
MICROSECOND = timedelta(microseconds=1)
SOLD = {"conversion_id": pl.Int64(), "path_key": pl.Int64(), "converted_at": INSTANT}
TOUCHED = {"touchpoint_id": pl.String(), "path_key": pl.Int64(), "touched_at": INSTANT, "__direct": pl.Boolean()}


def windows_of(
    sales: list[tuple[int, datetime | None]], touches: list[tuple[int, datetime, bool]], days: int = 30
) -> list[tuple[int, list[str]]]:
    sold = pl.LazyFrame([(n, key, at) for n, (key, at) in enumerate(sales)], SOLD, orient="row")
    touched = pl.LazyFrame(
        [(f"t{n:02}", key, at, is_direct) for n, (key, at, is_direct) in enumerate(touches)], TOUCHED, orient="row"
    )
    found = lookback_windows(sold, touched, lookback=timedelta(days=days))
    ids = found.touchpoints["touchpoint_id"].to_list()
    return sorted(
        (key, [ids[row] for row in found.order[start:end]])
        for key, start, end in zip(found.conversions["path_key"], found.starts, found.ends, strict=True)
    )


def test_centuries_and_many_keys_keep_microseconds_apart() -> None:
    # The bits of key and time together do not fit into one number: times that look equal in it are told apart.
    sales: list[tuple[int, datetime | None]] = [(key, NOON) for key in range(2**12)]
    early = datetime(1700, 1, 1, tzinfo=UTC)
    touches = [(7, NOON, False), (7, NOON - MICROSECOND, False), (7, NOON - 2 * MICROSECOND, False)]
    found = windows_of([*sales, (7, early)], [*touches, (7, early, False)], days=36_500)
    assert found == [(7, ["t02", "t01", "t00"]), (7, ["t03"])]


def test_what_has_no_key_or_no_time_is_on_no_path() -> None:
    sold = pl.LazyFrame({"conversion_id": [1, 2], "path_key": [None, 1], "converted_at": [NOON, None]}, SOLD)
    touched = pl.LazyFrame(
        [("a", None, NOON, False), ("b", 1, NOON, False), ("c", 1, None, False)], TOUCHED, orient="row"
    )
    assert lookback_windows(sold, touched, lookback=timedelta(days=1)).starts.size == 0


def test_nothing_has_no_windows() -> None:
    assert windows_of([], []) == []
    assert windows_of([(1, NOON)], []) == []
    assert windows_of([], [(1, NOON, False)]) == []


keys = st.integers(0, 3)
instants = st.integers(-3, 60 * 4).map(lambda steps: NOON - steps * timedelta(hours=6) + (steps % 3 - 1) * MICROSECOND)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(keys, instants), max_size=8), st.lists(st.tuples(keys, instants, st.booleans()), max_size=30))
def test_a_window_holds_what_the_definition_names(
    sales: list[tuple[int, datetime | None]], touches: list[tuple[int, datetime, bool]]
) -> None:
    expected = []
    for key, converted_at in sales:
        assert converted_at is not None
        within = sorted(
            (at, f"t{n:02}", is_direct)
            for n, (its, at, is_direct) in enumerate(touches)
            if its == key and converted_at - timedelta(days=30) <= at <= converted_at
        )
        named = [touch for _, touch, is_direct in within if not is_direct] or [touch for _, touch, _ in within]
        if named:
            expected.append((key, named))
    assert windows_of(sales, touches) == sorted(expected)
