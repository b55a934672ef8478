from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution import sequences as module
from adplanning.attribution.credit import conversion_paths
from adplanning.attribution.sequences import (
    Counts,
    Evidence,
    distinct_paths,
    non_converting_paths,
    path_steps,
    sequences,
)
from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import DirectCredit

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
INSTANT = pl.Datetime("us", "UTC")
SOLD = {"conversion_id": pl.String, "path_key": pl.String, "converted_at": INSTANT}
TOUCHED = {
    "touchpoint_id": pl.String,
    "path_key": pl.String,
    "touched_at": INSTANT,
    "channel": pl.String,
    "is_direct": pl.Boolean,
}


def conversions(*rows: tuple[str, datetime]) -> pl.LazyFrame:
    return pl.LazyFrame([(f"c{n}", *row) for n, row in enumerate(rows)], schema=SOLD, orient="row")


def touchpoints(*rows: tuple[str, str, datetime], direct: str = "") -> pl.LazyFrame:
    """Touchpoints whose channel is their id, so that paths can be read off."""
    told = [(name, key, at, name, name in direct) for name, key, at in rows]
    return pl.LazyFrame(told, schema=TOUCHED, orient="row")


def idle(sold: pl.LazyFrame, touched: pl.LazyFrame, **options: Any) -> list[str]:
    """The non-converting paths, each as the ids of its touchpoints in order."""
    found = non_converting_paths(sold, touched, **options).collect().sort("path", "position")
    assert found["position"].equals(
        found.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("path")).to_series()
    )
    return found.group_by("path", maintain_order=True).agg(pl.col("channel").str.join())["channel"].to_list()


def test_what_no_conversion_follows_within_the_lookback_is_on_a_path_of_its_own() -> None:
    touched = touchpoints(
        ("o", "p", NOON - 30 * DAY - MICROSECOND),
        ("e", "p", NOON - 30 * DAY),
        ("i", "p", NOON),
        ("l", "p", NOON + MICROSECOND),
    )
    assert idle(conversions(("p", NOON)), touched) == ["o", "l"]


def test_a_gap_longer_than_the_lookback_begins_another_path() -> None:
    touched = touchpoints(("a", "p", NOON), ("b", "p", NOON + 30 * DAY), ("c", "p", NOON + 60 * DAY + MICROSECOND))
    assert idle(conversions(), touched) == ["ab", "c"]


def test_equal_times_are_in_the_order_of_their_ids_and_path_keys_stay_apart() -> None:
    touched = touchpoints(("b", "p", NOON), ("a", "p", NOON), ("c", "q", NOON))
    assert idle(conversions(), touched) == ["ab", "c"]


def test_a_touchpoint_on_two_path_keys_counts_once() -> None:
    touched = touchpoints(("a", "person:asha", NOON), ("a", "visitor:kiosk", NOON), ("b", "visitor:kiosk", NOON + DAY))
    assert idle(conversions(), touched) == ["a", "b"]


def test_a_touchpoint_that_led_to_a_conversion_on_one_path_key_is_idle_on_none() -> None:
    touched = touchpoints(("a", "person:asha", NOON), ("a", "visitor:kiosk", NOON))
    assert idle(conversions(("person:asha", NOON)), touched) == []


def test_a_direct_touchpoint_is_left_off_a_path_that_holds_another() -> None:
    touched = touchpoints(("a", "p", NOON), ("d", "p", NOON + DAY), ("d", "q", NOON), ("e", "r", NOON), direct="de")
    assert idle(conversions(), touched.filter(pl.col("path_key") != "q")) == ["a", "e"]
    always = idle(conversions(), touched.filter(pl.col("path_key") != "q"), direct_credit=DirectCredit.always)
    assert always == ["ad", "e"]


def test_a_direct_touchpoint_that_earned_nothing_beside_another_is_not_idle() -> None:
    touched = touchpoints(("a", "p", NOON - DAY), ("d", "p", NOON), direct="d")
    assert idle(conversions(("p", NOON)), touched) == []


instants = st.integers(0, 40).map(lambda days: NOON + 2 * days * DAY)


@settings(deadline=None)
@given(sold=st.lists(st.tuples(st.sampled_from("pq"), instants), max_size=4), at=st.lists(
    st.tuples(st.sampled_from("pq"), instants), max_size=8
))  # fmt: skip
def test_every_touchpoint_is_on_a_conversions_path_or_on_one_that_did_not_convert(
    sold: list[tuple[str, datetime]], at: list[tuple[str, datetime]]
) -> None:
    touched = touchpoints(*(("abcdefgh"[n], key, instant) for n, (key, instant) in enumerate(at))).drop("is_direct")
    converting = conversion_paths(conversions(*sold), touched)
    on_path = set(converting.collect()["touchpoint_id"])
    alone = "".join(idle(conversions(*sold), touched))
    assert len(set(alone)) == len(alone)
    assert on_path.isdisjoint(alone)
    assert on_path | set(alone) == set("abcdefgh"[: len(at)])
    steps = path_steps(converting, non_converting_paths(conversions(*sold), touched))
    assert steps.equals(steps.sort("path", "position"))
    assert steps.filter(pl.col("n_null") == 1)["channel"].sort().to_list() == sorted(alone)
    ends = steps.unique("path")
    assert ends["n_conversions"].sum() == converting.select(pl.col("path").n_unique()).collect().item()
    assert sorted(ends["n_null"] + ends["n_conversions"]) == [1] * ends.height


lists = st.lists(st.tuples(st.text("ab", min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 3)), max_size=8)


def steps_of(told: list[tuple[str, int, int]]) -> pl.DataFrame:
    rows = [(n, at, channel, *ends) for n, (path, *ends) in enumerate(told) for at, channel in enumerate(path)]
    schema = dict.fromkeys(("path", "position", "channel", "n_conversions", "n_null"), pl.Int64)
    return pl.DataFrame(rows, schema=schema | {"channel": pl.String}, orient="row")


@settings(deadline=None)
@given(told=lists, seed=st.integers(0, 5))
def test_equal_sequences_are_added_up_and_others_kept_apart(told: list[tuple[str, int, int]], seed: int) -> None:
    expected: dict[str, list[int]] = {}
    for path, *ends in told:
        expected[path] = [a + b for a, b in zip(expected.get(path, [0, 0]), ends, strict=True)]
    shuffled = steps_of(told).sample(fraction=1, shuffle=True, seed=seed)
    found = distinct_paths(shuffled.lazy())
    assert {"".join(channels): ends for channels, _, *ends in found.iter_rows()} == expected
    assert found["n_touches"].to_list() == found["channels"].list.len().to_list()


@settings(deadline=None)
@given(told=lists, seed=st.integers(0, 5))
def test_arrays_hold_the_counted_paths_in_any_order_of_rows(told: list[tuple[str, int, int]], seed: int) -> None:
    read = sequences(steps_of(told).sample(fraction=1, shuffle=True, seed=seed))
    counted = [row for row in told if row[1] + row[2]]
    paths = [
        "".join(read.channels[code - 1] for code in read.codes[begin : end + 1])
        for begin, end in zip(read.begins, read.ends, strict=True)
    ]
    assert list(zip(paths, read.n_conversions, read.n_null, strict=True)) == counted
    assert read.path_of_step.tolist() == [n for n, (path, *_) in enumerate(counted) for _ in path]
    assert read.channels == sorted({channel for path, *_ in counted for channel in path})


def test_a_touchpoint_without_channel_is_refused() -> None:
    told = steps_of([("ab", 1, 0)]).with_columns(pl.lit(None, dtype=pl.String).alias("channel"))
    with pytest.raises(InvalidData, match="channel: is missing on a path"):
        sequences(told)


def test_missing_columns_are_named() -> None:
    with pytest.raises(InvalidData, match="steps: column n_null is missing"):
        sequences(steps_of([("ab", 1, 0)]).drop("n_null"))


def test_counts_add_up_alike_in_a_table_and_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    read = sequences(steps_of([("ab", 1, 0), ("b", 0, 2)]))
    seen: list[tuple[list[int], list[float]]] = []

    def weigh(features: module.Numbers, amounts: module.Amounts) -> module.Amounts:
        seen.append((features.tolist(), amounts.tolist()))
        return amounts

    counts = (
        Counts(read.codes.astype(np.int64), read.n_null[read.path_of_step] + 1, is_per_step=True),
        Counts(read.begins + 7, read.n_null + 1),
    )
    Evidence(counts, weigh).weights()
    monkeypatch.setattr(module, "MAX_TABLE", 0)
    Evidence(counts, weigh).weights()
    assert seen == [([1, 2, 7, 9], [1.0, 4.0, 1.0, 3.0])] * 2
