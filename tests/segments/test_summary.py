"""What the members of a segment are worth."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.segments.summary import segment_summary


def worth(*rows: tuple[str, int | None, int | None]) -> pl.DataFrame:
    schema = {"person_id": pl.String, "clv_minor": pl.Int64, "total_spent_minor": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def members(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"person_id": ids}, schema={"person_id": pl.String})


def test_those_who_are_not_members_do_not_count() -> None:
    found = segment_summary(members("asha"), worth(("asha", 100, 5), ("ravi", 900, 7)))
    assert (found.n_members, found.average_clv_minor, found.revenue_minor) == (1, 100, 5)


def test_a_mean_is_over_those_who_have_a_prediction_and_the_others_are_told() -> None:
    found = segment_summary(members("a", "b", "c"), worth(("a", 100, 0), ("b", 201, None), ("c", None, 3)))
    assert (found.average_clv_minor, found.n_without_clv) == (150, 1)
    assert (found.revenue_minor, found.n_without_revenue) == (3, 1)


def test_where_nothing_is_known_the_amounts_are_unknown_and_not_zero() -> None:
    for found in (segment_summary(members("gone"), worth()), segment_summary(members(), worth(("a", 1, 1)))):
        assert (found.average_clv_minor, found.revenue_minor) == (None, None)


def test_a_column_that_lacks_is_refused() -> None:
    with pytest.raises(InvalidData, match="clv_minor"):
        segment_summary(members("a"), pl.DataFrame({"person_id": ["a"], "total_spent_minor": [1]}))


@given(st.lists(st.tuples(st.integers(0, 10**9) | st.none(), st.integers(0, 10**12) | st.none()), max_size=30))
def test_the_revenue_of_two_halves_is_that_of_the_whole(amounts: list[tuple[int | None, int | None]]) -> None:
    rows = worth(*((str(n), clv, spent) for n, (clv, spent) in enumerate(amounts)))
    ids, half = rows.select("person_id"), rows.height // 2
    whole, first, second = (segment_summary(part, rows) for part in (ids, ids.head(half), ids.slice(half)))
    assert (whole.revenue_minor or 0) == (first.revenue_minor or 0) + (second.revenue_minor or 0)
    assert whole.n_without_revenue == first.n_without_revenue + second.n_without_revenue
