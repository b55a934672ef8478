from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution.markov import markov_weights
from adplanning.attribution.shapley import shapley_conversions, shapley_weights
from adplanning.attribution.uncertainty import DATA_DRIVEN, MIN_PERSONS, QUANTITIES, credit_intervals
from adplanning.core.errors import InvalidData

Told = tuple[str, str, bool]
"""A person, the channels of one path, one letter each, and whether it converted."""


def steps(*told: Told) -> pl.DataFrame:
    rows = [
        (number, at, channel, int(converts), int(not converts), person)
        for number, (person, channels, converts) in enumerate(told)
        for at, channel in enumerate(channels, start=1)
    ]
    schema = {
        "path": pl.Int64,
        "position": pl.Int64,
        "channel": pl.String,
        "n_conversions": pl.Int64,
        "n_null": pl.Int64,
        "path_key": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def persons(n: int, channels: str, *, converts: bool, n_paths: int = 1) -> list[Told]:
    return [(f"{channels}{converts}{who}", channels, converts) for who in range(n) for _ in range(n_paths)]


def credited(told: list[Told], model: str, **options: Any) -> dict[str, tuple[float | None, ...]]:
    found = credit_intervals(steps(*told), model, **options)
    columns = ["credited_conversions_low", "credited_conversions", "credited_conversions_high"]
    return {channel: tuple(bounds) for channel, *bounds in found.select("channel", *columns).iter_rows()}


MIXED = (
    persons(60, "ab", converts=True)
    + persons(50, "b", converts=False)
    + persons(40, "ac", converts=True)
    + persons(70, "ca", converts=False)
    + persons(30, "aab", converts=True, n_paths=2)
)

told_paths = st.lists(
    st.tuples(st.sampled_from("pqr"), st.text("abc", min_size=1, max_size=4), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(told=told_paths, model=st.sampled_from(["markov", "shapley_rate"]))
def test_credited_conversions_are_weights_over_the_sum_along_each_path(told: list[Told], model: str) -> None:
    rows = steps(*told)
    weights = dict((markov_weights(rows) if model == "markov" else shapley_weights(rows)).iter_rows())
    expected = dict.fromkeys(weights, 0.0)
    for _, channels, converts in told:
        for channel in channels if converts else "":
            expected[channel] += weights[channel] / sum(weights[one] for one in channels)
    found = credit_intervals(rows, model, n_resamples=20)
    assert dict(found.select("channel", "weight").iter_rows()) == weights
    assert dict(found.select("channel", "credited_conversions").iter_rows()) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(told=told_paths)
def test_under_shapley_they_are_the_shapley_values(told: list[Told]) -> None:
    found = credit_intervals(steps(*told), "shapley", n_resamples=20)
    values = shapley_conversions(steps(*told))
    assert found["credited_conversions"].to_list() == found["weight"].to_list() == values["conversions"].to_list()


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_equal_seeds_give_equal_intervals_whatever_the_order_of_rows(model: str) -> None:
    rows = steps(*MIXED)
    found = credit_intervals(rows, model, seed=3)
    again = credit_intervals(rows.sample(fraction=1, shuffle=True, seed=1), model, seed=3)
    assert found.equals(again)
    assert not found.equals(credit_intervals(rows, model, seed=4))


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_bounds_enclose_and_a_higher_level_reaches_further(model: str) -> None:
    narrow, wide = (credit_intervals(steps(*MIXED), model, level=level) for level in (0.5, 0.95))
    for name in QUANTITIES:
        assert (wide[f"{name}_low"] <= narrow[f"{name}_low"]).all()
        assert (narrow[f"{name}_low"] <= narrow[f"{name}_high"]).all()
        assert (narrow[f"{name}_high"] <= wide[f"{name}_high"]).all()


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_single_touchpoints_spread_as_a_binomial_number(model: str) -> None:
    # 100 of 400 persons, so ± 1.645 × √(400 × 1/4 × 3/4) = 14.2.
    told = persons(100, "a", converts=True) + persons(300, "b", converts=True)
    low, estimate, high = credited(told, model, n_resamples=2000)["a"]
    assert (low, estimate, high) == pytest.approx((85.8, 100, 114.2), abs=1.5)


def test_a_persons_paths_come_and_go_together() -> None:
    single = credited(persons(400, "a", converts=True) + persons(400, "b", converts=True), "shapley")
    by_four = credited(
        persons(100, "a", converts=True, n_paths=4) + persons(100, "b", converts=True, n_paths=4), "shapley"
    )
    (low, estimate, high), (low_by_four, estimate_by_four, high_by_four) = single["a"], by_four["a"]
    assert estimate == estimate_by_four == 400
    assert None not in (low, high, low_by_four, high_by_four)
    # √4 times as wide.
    assert (high_by_four - low_by_four) / (high - low) == pytest.approx(2, rel=0.2)  # type: ignore[operator]


def test_markov_of_a_higher_order_has_intervals_of_its_own() -> None:
    found = credit_intervals(steps(*MIXED), "markov", order=2)
    assert dict(found.select("channel", "weight").iter_rows()) == dict(
        markov_weights(steps(*MIXED), order=2).iter_rows()
    )
    assert (found["weight_low"] <= found["weight_high"]).all()


def test_nine_in_ten_intervals_hold_the_true_value() -> None:
    # Of 120 persons each comes by a, b or both alike and then converts in 1 of 2: a earns 120 × (1/6 + 1/6 × 1/2) = 30.
    random = np.random.default_rng(7)
    held = 0
    for world in range(150):
        told = [
            (f"{who:03}", ("a", "b", "ab")[came], bool(converts))
            for who, (came, converts) in enumerate(
                zip(random.integers(0, 3, 120), random.integers(0, 2, 120), strict=True)
            )
        ]
        low, _, high = credited(told, "shapley", seed=world)["a"]
        held += low is not None and high is not None and low <= 30 <= high
    assert 0.83 <= held / 150 <= 0.96


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_of_few_persons_the_interval_is_unknown_and_says_why(model: str) -> None:
    told = persons(MIN_PERSONS, "a", converts=True) + persons(MIN_PERSONS - 1, "b", converts=True)
    a, b = credit_intervals(steps(*told), model).to_dicts()
    assert a["reason"] is None
    assert a["share_low"] is not None
    assert b["n_persons"] == MIN_PERSONS - 1
    assert b["reason"] == f"{MIN_PERSONS - 1} persons converted on a path with it; an interval needs {MIN_PERSONS}"
    assert b["credited_conversions"] == pytest.approx(MIN_PERSONS - 1)
    assert {b[f"{name}{end}"] for name in QUANTITIES for end in ("_low", "_high")} == {None}


def test_many_conversions_of_one_person_are_one_person() -> None:
    assert credit_intervals(steps(*persons(1, "a", converts=True, n_paths=50)), "shapley")["n_persons"].to_list() == [1]


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_where_nothing_converts_nothing_is_credited(model: str) -> None:
    (row,) = credit_intervals(steps(*persons(40, "a", converts=False)), model).to_dicts()
    assert row["credited_conversions"] == 0
    assert row["share"] is None
    assert row["weight"] in (None, 0.0)


@pytest.mark.parametrize("model", DATA_DRIVEN)
def test_without_paths_there_are_no_rows(model: str) -> None:
    assert credit_intervals(steps(), model).is_empty()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "linear"}, "model: unknown value 'linear'; choose one of: markov, shapley, shapley_rate."),
        ({"n_resamples": 5}, "n_resamples: must be 20 or more, not 5; 200 is usual"),
        ({"level": 90}, "level: must be between 0 and 1, not 90; 0.9 is usual"),
        ({"order": 0}, "order: must be one of 1, 2, 3, not 0; 1 is usual"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData) as refused:
        credit_intervals(steps(*MIXED), **({"model": "markov"} | options))
    assert refused.value.message == message
