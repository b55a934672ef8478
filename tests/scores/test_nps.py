"""What customers say when asked whether they would recommend the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.scores.nps import latest_ratings, net_promoter_score, nps_trend, rated

SCHEMA = {
    "id": pl.String,
    "person_id": pl.String,
    "nps_value": pl.Float64,
    "category": pl.String,
    "rated_at": pl.Datetime("us", "UTC"),
}


def given_ratings(*given: tuple[str | None, int, datetime]) -> pl.LazyFrame:
    rows = [(f"{at}", person, *rated(rating, "10"), when) for at, (person, rating, when) in enumerate(given)]
    return pl.LazyFrame(rows, schema=SCHEMA, orient="row")


def on(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rating", "scale", "expected"),
    [
        (10, "10", (10, "promoter")),
        (9, "10", (9, "promoter")),
        (8, "10", (8, "passive")),
        (7, "10", (7, "passive")),
        (6, "10", (6, "detractor")),
        (0, "10", (0, "detractor")),
        (5, "5", (10, "promoter")),
        (4, "5", (7.5, "passive")),
        (3, "5", (5, "detractor")),
        (1, "5", (0, "detractor")),
    ],
)
def test_each_rating_has_its_category(rating: int, scale: str, expected: tuple[float, str]) -> None:
    assert rated(rating, scale) == expected


@pytest.mark.parametrize(("rating", "scale"), [(11, "10"), (-1, "10"), (0, "5"), (6, "5")])
def test_a_rating_beyond_its_scale_is_refused(rating: int, scale: str) -> None:
    with pytest.raises(InvalidData, match=f"rating: {rating} is not on the scale of {scale}"):
        rated(rating, scale)


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(InvalidData, match="scale: unknown value '100'; choose one of: 5, 10"):
        rated(50, "100")


def test_each_person_counts_once_with_the_latest_rating_and_strangers_each() -> None:
    found = net_promoter_score(
        given_ratings(
            ("asha", 10, on(3, 1)),
            ("asha", 3, on(3, 2)),
            ("ravi", 9, on(3, 1)),
            (None, 9, on(3, 1)),
            (None, 8, on(3, 1)),
        )
    )
    assert found == {
        "score": 25,
        "promoters": 2,
        "passives": 1,
        "detractors": 1,
        "total": 4,
        "promoter_percentage": 50,
        "passive_percentage": 25,
        "detractor_percentage": 25,
    }


def test_nobody_rated_is_zeros_and_no_month() -> None:
    nothing = given_ratings()
    assert set(net_promoter_score(nothing).values()) == {0}
    assert nps_trend(nothing, zone=ZoneInfo("UTC")) == []


def test_a_month_is_one_of_the_reporting_zone_and_counts_a_person_once() -> None:
    # 20:00 UTC on 31 March is 1 April in India.
    ratings = given_ratings(("asha", 9, on(3, 1)), ("asha", 2, on(3, 30)), ("asha", 10, on(3, 31, 20)))
    months = nps_trend(ratings, zone=ZoneInfo("Asia/Kolkata"))
    assert [(one["month"], one["score"], one["total"]) for one in months] == [("2026-03", -100, 1), ("2026-04", 100, 1)]
    assert months[0].keys() == {"month", "score", "promoters", "passives", "detractors", "total"}


def test_of_two_ratings_at_one_instant_the_later_kept_one_counts() -> None:
    found = latest_ratings(given_ratings(("asha", 2, on(3, 1)), ("asha", 9, on(3, 1)))).collect()
    assert found.select("category", "average_score", "n_ratings").rows() == [("promoter", 5.5, 2)]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 10)), max_size=20))
def test_categories_add_up_and_the_score_is_their_difference(given: list[tuple[str | None, int]]) -> None:
    found = net_promoter_score(given_ratings(*((person, rating, on(3, 1)) for person, rating in given)))
    assert found["promoters"] + found["passives"] + found["detractors"] == found["total"]
    n_persons = len({person for person, _ in given} - {None}) + sum(person is None for person, _ in given)
    assert found["total"] == n_persons
    assert -100 <= found["score"] <= 100
