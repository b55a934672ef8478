"""Ratings as they come in, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import InvalidData
from adplanning.scores.rating_service import record_rating
from adplanning.store.session import reading, writing
from adplanning.store.tables.scores import Rating
from tests.scores.shop import NOW, stored


def rate(engine: Engine, rating: int, *, after: int = 0, **given: Any) -> dict[str, Any]:
    usual = {"person_id": "asha", "scale": "10", "source_type": None, "source_id": None}
    with writing(engine) as session:
        return record_rating(session, rating=rating, now=NOW + timedelta(hours=after), **{**usual, **given})


def ratings(engine: Engine) -> list[tuple[str | None, int]]:
    with reading(engine) as session:
        return [(row.person_id, row.rating) for row in session.scalars(select(Rating).order_by(Rating.id))]


def test_a_rating_is_kept_and_scores_its_giver(any_engine: Engine) -> None:
    assert rate(any_engine, 9) == {
        "person_id": "asha",
        "nps_value": 9,
        "category": "promoter",
        "average_score": 9,
        "n_ratings": 1,
        "is_new": True,
        "previous_score": None,
    }
    again = rate(any_engine, 4, after=1, scale="5")
    assert (again["nps_value"], again["category"], again["average_score"]) == (7.5, "passive", 8.25)
    assert (again["is_new"], again["previous_score"]) == (False, 9)
    row = stored(any_engine)["asha", "nps"]
    assert (row.score_value, row.tier, [entry["value"] for entry in row.history]) == (7.5, "passive", [9, 7.5])


def test_the_same_source_again_replaces_its_rating(any_engine: Engine) -> None:
    rate(any_engine, 9, source_type="survey", source_id="1")
    assert rate(any_engine, 3, after=1, source_type="survey", source_id="1")["average_score"] == 3
    rate(any_engine, 8, source_id="1")
    assert rate(any_engine, 6, source_id="1")["n_ratings"] == 2
    assert sorted(ratings(any_engine)) == [("asha", 3), ("asha", 6)]


def test_a_stranger_rates_and_nobody_is_scored(any_engine: Engine) -> None:
    found = rate(any_engine, 2, person_id=None)
    assert (found["person_id"], found["category"], found["average_score"]) == (None, "detractor", 2)
    assert ratings(any_engine) == [(None, 2)]
    assert stored(any_engine) == {}


def test_a_rating_beyond_the_scale_is_kept_nowhere(engine: Engine) -> None:
    with pytest.raises(InvalidData, match="rating: 6 is not on the scale of 5"):
        rate(engine, 6, scale="5")
    assert ratings(engine) == []
