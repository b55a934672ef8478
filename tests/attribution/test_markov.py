from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.attribution import markov
from adplanning.attribution.markov import markov_weights, removal_effects, removal_shares
from adplanning.core.errors import InvalidData

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))

Told = tuple[str, int, int]
"""Channels of one letter each, conversions, non-converting ends."""


def steps(*told: Told | tuple[Sequence[str], int, int]) -> pl.DataFrame:
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


def effects(*told: Told | tuple[Sequence[str], int, int], order: int = 1) -> dict[str, float | None]:
    return dict(removal_effects(steps(*told), order=order).iter_rows())


def by_definition(told: Sequence[tuple[Sequence[str], int, int]], order: int) -> dict[str, float | None]:
    """Removal effects from dense matrices over tuples of channels, one solve per removed channel."""
    counts: dict[tuple[str, ...], dict[object, float]] = {}
    for channels, n_conversions, n_null in told:
        state: tuple[str, ...] = ()
        for channel in channels:
            after = (*state, channel)[-order:]
            counts.setdefault(state, {}).setdefault(after, 0.0)
            counts[state][after] += n_conversions + n_null
            state = after
        ends = counts.setdefault(state, {})
        ends["conversion"] = ends.get("conversion", 0.0) + n_conversions
        ends["null"] = ends.get("null", 0.0) + n_null
    place = {state: n for n, state in enumerate(counts)}

    def converting(removed: str | None) -> float:
        matrix, reward = np.zeros((len(place), len(place))), np.zeros(len(place))
        for state, targets in counts.items():
            for after, n in targets.items():
                share = n / sum(targets.values())
                if after == "conversion":
                    reward[place[state]] = share
                elif isinstance(after, tuple) and removed not in after:
                    matrix[place[state], place[after]] = share
        return float(np.linalg.solve(np.eye(len(place)) - matrix, reward)[place[()]])

    whole = converting(None)
    names = sorted({channel for channels, _, _ in told for channel in channels})
    return {name: 1 - converting(name) / whole if whole else None for name in names}


def after_many_steps(told: Sequence[Told], removed: str | None) -> float:
    """How much of a crowd that sets off at START has converted when nearly nobody is under way, order 1."""
    moves: dict[str, dict[str, float]] = {}
    for channels, n_conversions, n_null in told:
        for here, there in zip(["start", *channels], channels, strict=False):
            moves.setdefault(here, {}).setdefault(there, 0.0)
            moves[here][there] += n_conversions + n_null
        for end, n in (("conversion", n_conversions), ("null", n_null)):
            moves.setdefault(channels[-1], {})[end] = moves.get(channels[-1], {}).get(end, 0.0) + n
    crowd, converted = {"start": 1.0}, 0.0
    while sum(crowd.values()) > 1e-14:
        gone: dict[str, float] = {}
        for here, mass in crowd.items():
            for there, n in moves[here].items():
                moved = mass * n / sum(moves[here].values())
                if there == "conversion":
                    converted += moved
                elif there not in ("null", removed):
                    gone[there] = gone.get(there, 0.0) + moved
        crowd = gone
    return converted


paths = st.lists(
    st.tuples(st.text("abcd", min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 4)).filter(
        lambda told: told[1] + told[2] > 0
    ),
    min_size=1,
    max_size=8,
)


def test_the_example_of_three_paths_as_worked_by_hand() -> None:
    # START goes to C1 in 2 of 3 paths, to C2 in 1. C1 goes on to C2 in 1 of 2, else to NULL; C2 always to C3; C3
    # converts in 1 of 2. p = (2/3 · 1/2 + 1/3) · 1/2 = 1/3. Without C1: 1/3 · 1/2 = 1/6, so 1 − 1/2. Without C2 or
    # C3 nothing converts.
    told = [(["C1", "C2", "C3"], 1, 0), (["C1"], 0, 1), (["C2", "C3"], 0, 1)]
    assert effects(*told) == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0}, abs=1e-15)


def test_a_channel_repeated_leads_back_to_itself() -> None:
    # START → a always. Of 6 departures from a 2 return, 2 convert, 2 go on to b, of which 1 converts:
    # p = 1/2 + 1/2 · 1/2 = 3/4, without b 1/2.
    assert effects(("aaa", 1, 0), ("ab", 1, 1), ("a", 1, 0))["b"] == pytest.approx(1 / 3)


def test_the_second_order_sees_what_the_first_cannot() -> None:
    # After c, what follows depends on what came before it: a c converts, b c never does.
    told = [("ac", 5, 0), ("bc", 0, 5)]
    assert effects(*told) == pytest.approx({"a": 0.5, "b": 0.5, "c": 1.0})
    assert effects(*told, order=2) == pytest.approx({"a": 1.0, "b": 0.0, "c": 1.0})


def test_a_single_channel_takes_all() -> None:
    assert effects(("aaa", 2, 7), ("a", 1, 0)) == {"a": pytest.approx(1.0)}


def test_without_non_converting_paths_an_effect_is_the_share_of_walks_through_the_channel() -> None:
    assert effects(("a", 3, 0), ("b", 1, 0)) == pytest.approx({"a": 0.75, "b": 0.25})


@pytest.mark.parametrize("order", markov.ORDERS)
def test_a_channel_from_which_nothing_converts_has_no_effect(order: int) -> None:
    assert effects(("a", 3, 1), ("ab", 0, 2), ("b", 0, 9), order=order)["b"] == pytest.approx(0.0, abs=1e-15)


def test_a_channel_on_non_converting_paths_alone_has_an_effect_where_walks_go_on_to_others() -> None:
    # START → c in 1 of 2, → d in 1 of 2; c → d always; d converts in 1 of 2: half of what converts came through c.
    assert effects(("cd", 0, 1), ("d", 1, 0)) == pytest.approx({"c": 0.5, "d": 1.0})


def test_where_nothing_converts_an_effect_is_unknown() -> None:
    assert effects(("ab", 0, 3)) == {"a": None, "b": None}
    assert markov_weights(steps(("ab", 0, 3)))["weight"].to_list() == [None, None]


def test_without_paths_there_are_no_channels() -> None:
    assert effects() == {}


@pytest.mark.parametrize("order", markov.ORDERS)
def test_equal_paths_count_alike_one_by_one_and_added_up(order: int) -> None:
    alone = effects(("ab", 1, 0), ("ab", 0, 1), ("ab", 1, 0), ("b", 0, 1), order=order)
    assert alone == effects(("ab", 2, 1), ("b", 0, 1), order=order)


@settings(max_examples=60, deadline=None)
@given(told=paths, order=st.sampled_from(markov.ORDERS))
def test_effects_are_those_of_the_definition(told: list[Told], order: int) -> None:
    expected = by_definition(told, order)
    assert effects(*told, order=order) == pytest.approx(expected, abs=1e-12)
    # An iteration that gives up is followed by a factorisation.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markov, "gmres", lambda *_, **__: (None, 20))
        assert effects(*told, order=order) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(told=paths)
def test_effects_are_what_a_crowd_loses_that_walks_until_nobody_is_under_way(told: list[Told]) -> None:
    whole = after_many_steps(told, None)
    for channel, effect in effects(*told).items():
        assert effect is None or effect == pytest.approx(1 - after_many_steps(told, channel) / whole, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(told=paths, order=st.sampled_from(markov.ORDERS), seed=st.integers(0, 9))
def test_the_order_of_rows_changes_nothing(told: list[Told], order: int, seed: int) -> None:
    rows = steps(*told)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
    assert removal_effects(shuffled, order=order).equals(removal_effects(rows, order=order))


@settings(max_examples=40, deadline=None)
@given(told=paths, order=st.sampled_from(markov.ORDERS))
def test_an_effect_is_a_share_and_every_channel_of_a_converting_path_has_one(told: list[Told], order: int) -> None:
    found = effects(*told, order=order)
    assert all(effect is None or 0 <= effect <= 1 for effect in found.values())
    assert all((found[channel] or 0) > 0 for channels, n, _ in told if n for channel in channels)


def test_very_long_paths_of_one_channel_lose_no_digit() -> None:
    told = [("a" * 20_000 + "b", 1, 0), ("ab", 0, 1)]
    assert effects(*told) == pytest.approx({"a": 1.0, "b": 1.0}, abs=1e-9)
    assert effects(*told, order=3) == pytest.approx({"a": 1.0, "b": 1.0}, abs=1e-9)


def test_many_channels_before_one() -> None:
    told = [([f"c{n}", "last"], 1, n) for n in range(20)]
    assert effects(*told) == pytest.approx(by_definition(told, 1), abs=1e-12)
    assert effects(*told, order=2) == pytest.approx(by_definition(told, 2), abs=1e-12)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(InvalidData, match="order: must be one of 1, 2, 3, not 4; 1 is usual"):
        effects(("a", 1, 0), order=4)


def test_states_that_a_number_cannot_hold_are_refused() -> None:
    told = (tuple(str(n) for n in range(60_000)), 1, 0)
    with pytest.raises(InvalidData, match="order: must be less than 3 for 60000 channels"):
        markov.evidence(markov.sequences(steps(told)), order=3)


def test_shares_of_removal_effects_add_up_to_all_conversions_and_their_value() -> None:
    found = removal_shares(
        removal_effects(steps(("abc", 1, 0), ("a", 0, 1), ("bc", 0, 1))), n_conversions=1, value_minor=1
    )
    assert found["conversions"].to_list() == pytest.approx([0.2, 0.4, 0.4])
    assert found["value_minor"].sum() == 1


def test_shares_of_unknown_effects_are_unknown() -> None:
    found = removal_shares(removal_effects(steps(("ab", 0, 3))), n_conversions=0, value_minor=0)
    assert found.select("share", "conversions", "value_minor").null_count().row(0) == (2, 2, 2)


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
@pytest.mark.parametrize("order", markov.ORDERS)
def test_ten_thousand_real_paths_have_the_effects_of_the_definition(order: int) -> None:
    table = pl.read_csv(REAL / "channelattribution_pathdata" / "PathData.csv")
    told = [(path.split(" > "), n, n_null) for path, n, _, n_null in table.iter_rows()]
    found = effects(*told, order=order)
    assert len(found) == 12
    assert found == pytest.approx(by_definition(told, order), abs=1e-12)
