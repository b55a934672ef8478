"""Page views that belong together."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.segments.visits import visits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
View = tuple[str | None, str | None, str | None, float]


def seen(*views: View) -> list[tuple[str | None, str | None, str | None, float]]:
    schema = {"visitor_id": pl.String, "person_id": pl.String, "session_id": pl.String, "occurred_at": pl.Float64}
    frame = pl.DataFrame(list(views), schema=schema, orient="row")
    at = pl.lit(NOON) + pl.duration(microseconds=pl.col("occurred_at") * 60_000_000)
    found = visits(frame.with_columns(at.alias("occurred_at")).lazy()).collect()
    rows = found.with_columns((pl.col("began_at") - pl.lit(NOON)).dt.total_seconds() / 60).rows()
    return sorted(rows, key=str)


def test_half_an_hour_of_quiet_ends_a_visit_and_a_second_less_does_not() -> None:
    assert seen(("v", None, None, 0), ("v", None, None, 30)) == [("v", None, None, 0), ("v", None, None, 30)]
    assert seen(("v", None, None, 0), ("v", None, None, 30 - 1 / 60)) == [("v", None, None, 0)]


def test_a_session_is_one_visit_however_long_it_is_quiet() -> None:
    assert seen(("v", None, "s", 0), ("v", None, "s", 500)) == [("v", None, "s", 0)]


def test_a_session_in_which_somebody_signs_in_is_told_under_both() -> None:
    assert seen(("v", None, "s", 0), ("v", "asha", "s", 5)) == [("v", "asha", "s", 5), ("v", None, "s", 0)]


def test_visitors_do_not_share_a_visit_and_who_has_no_browser_is_their_own() -> None:
    assert seen(("v", None, None, 0), ("w", None, None, 1), (None, "asha", None, 2), (None, "asha", None, 3)) == [
        ("v", None, None, 0),
        ("w", None, None, 1),
        (None, "asha", None, 2),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from("vw"), st.none(), st.sampled_from([None, "s"]), st.integers(0, 200)), max_size=12
    )
)
def test_the_order_of_rows_does_not_matter(views: list[View]) -> None:
    assert seen(*views) == seen(*views[::-1])
    assert len(seen(*views)) <= len(views)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="session_id"):
        visits(pl.LazyFrame({"visitor_id": ["v"], "person_id": ["p"], "occurred_at": [NOON]}))
