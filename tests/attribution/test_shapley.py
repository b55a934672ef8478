from __future__ import annotations

import os
from collections.abc import Callable
from itertools import combinations
from math import factorial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution.shapley import SHAPLEY_WEIGHT, shapley_conversions, shapley_weights
from adplanning.core.errors import InvalidData

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))

Told = tuple[str, int, int]
"""Channels of one letter each, conversions, non-converting ends."""


def steps(*told: Told) -> pl.DataFrame:
    rows = [
        (number, position, channel, n_conversions, n_null)
        for number, (channels, n_conversions, n_null) in enumerate(told)
        for position, channel in enumerate(channels, start=1)
    ]
    schema = {
        "path": pl.Int64,
        "position": pl.Int64,
        "channel": pl.String,
        "n_conversions": pl.Int64,
        "n_null": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def conversions(*told: Told) -> dict[str, float]:
    return dict(shapley_conversions(steps(*told)).iter_rows())


def weights(*told: Told) -> dict[str, float]:
    return dict(shapley_weights(steps(*told)).iter_rows())


def by_all_coalitions(channels: list[str], worth: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Σ over S without c: |S|! (n − |S| − 1)! / n! × (v(S with c) − v(S))."""
    n, values = len(channels), {}
    for channel in channels:
        others = [other for other in channels if other != channel]
        values[channel] = sum(
            factorial(size) * factorial(n - size - 1) / factorial(n)
            * (worth(frozenset({*coalition, channel})) - worth(frozenset(coalition)))
            for size in range(n)
            for coalition in combinations(others, size)
        )  # fmt: skip
    return values


def worth_in_conversions(told: list[Told], coalition: frozenset[str]) -> float:
    return sum(n for channels, n, _ in told if set(channels) <= coalition)


def worth_in_rates(told: list[Told], coalition: frozenset[str]) -> float:
    seen = {frozenset(channels) for channels, *_ in told}
    of_set = {
        exact: [sum(counts[which] for channels, *counts in told if frozenset(channels) == exact) for which in (0, 1)]
        for exact in seen
    }
    return sum(n / (n + n_null) for exact, (n, n_null) in of_set.items() if exact <= coalition)


paths = st.lists(
    st.tuples(st.text("abcde", min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 4)).filter(
        lambda told: told[1] + told[2] > 0
    ),
    min_size=1,
    max_size=10,
)


def test_conversions_are_shared_equally_by_the_channels_of_a_path_as_worked_by_hand() -> None:
    # 6 by a and b: 3 each, however often a occurs; 3 by a, b and c: 1 each; 1 by a alone.
    assert conversions(("aba", 6, 2), ("cab", 3, 0), ("a", 1, 9)) == pytest.approx({"a": 5, "b": 4, "c": 1})


def test_rates_are_shared_by_set_as_worked_by_hand() -> None:
    # {a, b}: 7 of 10 in either order; {a}: 1 of 10.
    assert weights(("ab", 6, 2), ("bba", 1, 1), ("a", 1, 9)) == pytest.approx({"a": 0.35 + 0.1, "b": 0.35})


@settings(max_examples=60, deadline=None)
@given(told=paths)
def test_both_are_the_shapley_values_over_all_coalitions(told: list[Told]) -> None:
    channels = sorted({channel for path, *_ in told for channel in path})
    by_conversions = by_all_coalitions(channels, lambda coalition: worth_in_conversions(told, coalition))
    by_rates = by_all_coalitions(channels, lambda coalition: worth_in_rates(told, coalition))
    assert conversions(*told) == pytest.approx(by_conversions, abs=1e-12)
    assert weights(*told) == pytest.approx(by_rates, abs=1e-12)


@given(told=paths)
def test_values_add_up_to_what_all_channels_are_worth(told: list[Told]) -> None:
    everyone = frozenset("abcde")
    assert sum(conversions(*told).values()) == pytest.approx(worth_in_conversions(told, everyone))
    assert sum(weights(*told).values()) == pytest.approx(worth_in_rates(told, everyone))


@given(told=paths)
def test_credit_along_the_paths_adds_up_to_the_values_by_conversions(told: list[Told]) -> None:
    along = steps(*told).with_columns(
        (SHAPLEY_WEIGHT / SHAPLEY_WEIGHT.sum().over("path") * pl.col("n_conversions")).alias("credited")
    )
    credited = along.group_by("channel").agg(pl.col("credited").sum()).iter_rows()
    assert dict(credited) == pytest.approx(conversions(*told))


@given(told=paths, seed=st.integers(0, 9))
def test_neither_order_of_rows_nor_of_channels_matters(told: list[Told], seed: int) -> None:
    shuffled = steps(*told).sample(fraction=1, shuffle=True, seed=seed)
    turned = steps(*((path[::-1], n, n_null) for path, n, n_null in told))
    for rows in (shuffled, turned):
        assert shapley_conversions(rows).equals(shapley_conversions(steps(*told)))
        assert shapley_weights(rows).equals(shapley_weights(steps(*told)))


def test_channels_of_one_kind_of_path_are_worth_alike() -> None:
    found = weights(("abc", 1, 2), ("cba", 0, 3))
    assert found == pytest.approx(dict.fromkeys("abc", 1 / 18))


def test_a_channel_on_non_converting_paths_alone_is_worth_nothing() -> None:
    assert conversions(("a", 2, 0), ("ab", 0, 5))["b"] == weights(("a", 2, 0), ("ab", 0, 5))["b"] == 0


def test_where_nothing_converts_no_channel_brought_a_conversion() -> None:
    assert conversions(("ab", 0, 3)) == weights(("ab", 0, 3)) == {"a": 0.0, "b": 0.0}


def test_without_paths_there_are_no_channels() -> None:
    assert conversions() == weights() == {}


def test_more_channels_than_a_word_has_bits_stay_apart() -> None:
    # Two channels per path, whose bits have the same place in different words.
    names = [f"c{n:03}" for n in range(200)]
    rows = [(n, position, names[at], 1, 1) for n in range(100) for position, at in enumerate((n, n + 100), start=1)]
    schema = ["path", "position", "channel", "n_conversions", "n_null"]
    found = pl.DataFrame(rows, schema=schema, orient="row")
    assert dict(shapley_conversions(found).iter_rows()) == dict.fromkeys(names, 0.5)
    assert dict(shapley_weights(found).iter_rows()) == dict.fromkeys(names, 0.25)


@pytest.mark.parametrize("count", [-1, None])
def test_a_count_that_is_negative_or_unknown_is_refused(count: int | None) -> None:
    rows = steps(("ab", 1, 0)).with_columns(pl.lit(count, dtype=pl.Int64).alias("n_null"))
    with pytest.raises(InvalidData, match="n_conversions, n_null: must be numbers of 0 or more on every path"):
        shapley_conversions(rows)


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_ten_thousand_real_paths_share_their_conversions_among_their_channels() -> None:
    table = pl.read_csv(REAL / "channelattribution_pathdata" / "PathData.csv")
    rows = table.with_row_index("path_number").select(
        pl.col("path_number").alias("path"),
        pl.col("path").str.split(" > ").alias("channel"),
        pl.col("total_conversions").alias("n_conversions"),
        pl.col("total_null").alias("n_null"),
    )
    long = rows.explode("channel").with_columns(pl.int_range(pl.len()).over("path").alias("position"))
    expected: dict[str, float] = {}
    for _, channels, n_conversions, _ in rows.iter_rows():
        for channel in set(channels):
            expected[channel] = expected.get(channel, 0.0) + n_conversions / len(set(channels))
    assert dict(shapley_conversions(long).iter_rows()) == pytest.approx(expected)
    assert sum(expected.values()) == pytest.approx(table["total_conversions"].sum())
