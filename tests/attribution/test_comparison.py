"""Models side by side."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.comparison import disagreements, side_by_side

MODELS = ["first_click", "last_click", "linear"]
credit = st.integers(0, 50)


def rows_of(given_: list[tuple[int, int, int]]) -> pl.DataFrame:
    told = [
        (model, f"k{n}", f"K{n}", float(credits_[place]))
        for n, credits_ in enumerate(given_)
        for place, model in enumerate(MODELS)
    ]
    schema = {"model": pl.String, "key": pl.String, "name": pl.String, "credited_conversions": pl.Float64}
    return pl.DataFrame(told, schema=schema, orient="row")


def test_the_key_that_models_disagree_about_most_comes_first() -> None:
    beside = side_by_side(rows_of([(4, 4, 4), (9, 1, 5), (0, 2, 1)]), MODELS)
    assert beside.select("key", "spread").rows() == [("k1", 8.0), ("k2", 2.0), ("k0", 0.0)]


def test_half_of_what_differs_is_what_would_have_to_move() -> None:
    found = disagreements(rows_of([(8, 2, 5), (2, 8, 5)]), MODELS)
    assert found.rows() == [
        ("first_click", "last_click", 0.6),
        ("first_click", "linear", 0.3),
        ("last_click", "linear", 0.3),
    ]


def test_without_credit_the_share_is_unknown() -> None:
    assert disagreements(rows_of([]), MODELS)["moved_share"].to_list() == [None] * 3


@given(st.lists(st.permutations([3, 5, 9]), min_size=1, max_size=6).flatmap(st.permutations))
def test_a_disagreement_is_between_none_and_all_and_does_not_depend_on_the_order(rows: list[list[int]]) -> None:
    # Columns of equal sums, as those of models always are.
    square = [tuple(row[(n + shift) % 3] for n in range(3)) for row in rows for shift in range(3)]
    found = disagreements(rows_of(square), MODELS)["moved_share"].to_list()
    assert all(0 <= share <= 1 for share in found)
    assert disagreements(rows_of(square[::-1]), MODELS)["moved_share"].to_list() == pytest.approx(found)
