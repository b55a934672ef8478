from __future__ import annotations

import random
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import InvalidOperationError
from polars.testing import assert_frame_equal

from adplanning.attribution.spend import SPEND_KEYS, spend_by
from adplanning.core.errors import InvalidData
from adplanning.core.spend_levels import LEVELS, spend_once

SCHEMA = {
    "level": pl.String,
    "object_id": pl.String,
    "campaign_id": pl.String,
    "on": pl.Date,
    "reported_minor": pl.Int64,
}
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)

Row = tuple[str, str, str, date, int | None]


def spend(*rows: Row) -> pl.LazyFrame:
    # The ad sets are called a1 …, their ads a11 ….
    ad_set = pl.when(pl.col("level") != "campaign").then(pl.col("object_id").str.head(2))
    told = pl.LazyFrame(rows, schema=SCHEMA, orient="row")
    return told.with_columns(day=pl.col("on").cast(pl.String), ad_set_id=ad_set)


def counted(rows: pl.LazyFrame) -> list[tuple[Any, ...]]:
    return sorted(spend_once(rows).select(*SCHEMA).collect().rows())


def added_up(rows: pl.LazyFrame, by: str) -> dict[str, int | None]:
    return dict(spend_by(rows, by).collect().iter_rows())


# Two campaigns over two days. a is told at all levels on the first day, by its ads alone on the second; b by ad sets.
MIXED: list[Row] = [
    ("campaign", "a", "a", FIRST, 500),
    ("ad_set", "a1", "a", FIRST, 490),
    ("ad", "a11", "a", FIRST, 300),
    ("ad", "a12", "a", FIRST, 180),
    ("ad", "a11", "a", SECOND, 70),
    ("ad", "a12", "a", SECOND, 30),
    ("ad_set", "b1", "b", FIRST, 40),
    ("ad_set", "b2", "b", FIRST, 20),
    ("ad", "b11", "b", FIRST, 40),
]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        # a: 500 of the campaign on the first day, 70 + 30 of its ads on the second; b: 40 + 20 of its ad sets.
        ("campaign", {"a": 600, "b": 60}),
        ("day", {"2026-03-01": 560, "2026-03-02": 100}),
        # 490 of the ad set itself, 70 + 30 of its ads on the day when it is not told.
        ("ad_set", {"a1": 590, "b1": 40, "b2": 20}),
        # Over both days a11 spent 300 + 70 and a12 spent 180 + 30.
        ("ad", {"a11": 370, "a12": 210, "b11": 40}),
    ],
)
def test_spend_told_at_several_levels_adds_up_as_worked_by_hand(by: str, expected: dict[str, int]) -> None:
    assert added_up(spend(*MIXED), by) == expected


def test_levels_may_change_from_day_to_day() -> None:
    assert [(level, object_id, on) for level, object_id, _, on, _ in counted(spend(*MIXED))] == [
        ("ad", "a11", SECOND),
        ("ad", "a12", SECOND),
        ("ad_set", "b1", FIRST),
        ("ad_set", "b2", FIRST),
        ("campaign", "a", FIRST),
    ]


def test_a_finer_level_never_corrects_a_coarser_one() -> None:
    # The ads say more than their campaign: it was told before the day was over, and still each rupee counts once.
    rows = spend(("campaign", "a", "a", FIRST, 0), ("ad", "a1", "a", FIRST, 900))
    assert added_up(rows, "campaign") == {"a": 0}


def test_a_coarse_row_of_one_campaign_does_not_hide_the_fine_rows_of_another() -> None:
    rows = spend(("campaign", "a", "a", FIRST, 500), ("ad", "b1", "b", FIRST, 200))
    assert added_up(rows, "day") == {"2026-03-01": 700}


def test_spend_without_a_rate_makes_its_key_unknown_and_no_other() -> None:
    # Half a cost would make a ROAS look twice as good.
    rows = spend(
        ("campaign", "a", "a", FIRST, 500), ("campaign", "a", "a", SECOND, None), ("campaign", "b", "b", FIRST, 7)
    )
    assert added_up(rows, "campaign") == {"a": None, "b": 7}
    assert added_up(rows, "day") == {"2026-03-01": 507, "2026-03-02": None}


def test_a_row_that_is_not_counted_needs_no_rate() -> None:
    rows = spend(("campaign", "a", "a", FIRST, 500), ("ad", "a1", "a", FIRST, None))
    assert added_up(rows, "campaign") == {"a": 500}
    assert added_up(rows, "ad") == {"a1": None}


def test_spend_of_nothing_is_zero_not_unknown() -> None:
    assert added_up(spend(("campaign", "a", "a", FIRST, 0)), "campaign") == {"a": 0}


@pytest.mark.parametrize("by", ["source", "medium", "channel"])
def test_spend_is_not_known_by_what_campaigns_mix(by: str) -> None:
    assert spend_by(spend(*MIXED), by).collect().rows() == []


@pytest.mark.parametrize("by", [*SPEND_KEYS, "source"])
def test_no_rows_keep_their_types(by: str) -> None:
    assert spend_once(spend()).collect().schema == SCHEMA | {"day": pl.String, "ad_set_id": pl.String}
    assert spend_by(spend(), by).collect().schema == {"key": pl.String, "spend_minor": pl.Int64}


def test_an_unknown_level_is_refused_not_left_out() -> None:
    with pytest.raises(InvalidOperationError, match="incomplete mapping"):
        spend_once(spend(("adset", "a1", "a", FIRST, 1))).collect()


def test_a_frame_without_levels_is_refused() -> None:
    with pytest.raises(InvalidData, match="spend: column level is missing"):
        spend_once(spend().drop("level"))


# One row per object and day, as the store keeps them: an object is of one level and one campaign.
reports = st.dictionaries(
    st.tuples(st.sampled_from(LEVELS), st.sampled_from("ab"), st.sampled_from("12"), st.sampled_from([FIRST, SECOND])),
    st.integers(0, 2**40),
    max_size=20,
).map(lambda told: [(level, f"{level}-{c}{n}", c, on, minor) for (level, c, n, on), minor in told.items()])


@given(rows=reports)
def test_each_campaign_and_day_is_counted_at_one_level_in_full(rows: list[Row]) -> None:
    def place(row: Row) -> tuple[str, date]:
        return row[2], row[3]

    expected = []
    for _, group in groupby(sorted(rows, key=place), key=place):
        told = list(group)
        coarsest = next(level for level in LEVELS if any(row[0] == level for row in told))
        expected += [row for row in told if row[0] == coarsest]
    assert counted(spend(*rows)) == sorted(expected)


@given(rows=reports)
def test_counting_once_more_leaves_nothing_out(rows: list[Row]) -> None:
    assert counted(spend_once(spend(*rows))) == counted(spend(*rows))


@given(rows=reports)
def test_campaigns_and_days_add_up_to_the_same_total(rows: list[Row]) -> None:
    total = sum(row[-1] for row in counted(spend(*rows)))
    assert [sum(minor or 0 for minor in added_up(spend(*rows), by).values()) for by in ("campaign", "day")] == [
        total
    ] * 2


@given(rows=reports, seed=st.randoms(), by=st.sampled_from(list(SPEND_KEYS)))
def test_the_order_of_rows_does_not_matter(rows: list[Row], seed: random.Random, by: str) -> None:
    shuffled = seed.sample(rows, len(rows))
    assert counted(spend(*shuffled)) == counted(spend(*rows))
    assert_frame_equal(
        spend_by(spend(*shuffled), by).collect(), spend_by(spend(*rows), by).collect(), check_row_order=False
    )
