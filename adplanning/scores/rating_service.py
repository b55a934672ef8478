"""Ratings as they come in: each is kept, and its giver's NPS follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.scores.nps import rated
from adplanning.scores.scoring_service import keep_nps
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

DEFAULT_SOURCE: Final = "api"


def record_rating(
    session: Session,
    *,
    person_id: str | None,
    rating: int,
    scale: str,
    source_type: str | None,
    source_id: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Keep a rating, and put the NPS of the person who gave it in place of the one before.

    Parameters
    ----------
    session : one that writes.
    person_id : who rates; nobody need know. Then the rating counts in the score of all, and nobody is scored.
    rating, scale : see `nps.rated`.
    source_type, source_id : where it came from: the same source again replaces its rating.
    now : when it was given.

    Returns
    -------
    What the API answers: person_id, nps_value, category, average_score (of all their ratings), is_new, previous_score.

    Raises
    ------
    InvalidData : an unknown scale, or a rating beyond it.
    """
    nps_value, category = rated(rating, scale)
    row = {
        "id": new_id("rating"),
        "person_id": person_id,
        "rating": rating,
        "scale": scale,
        "nps_value": nps_value,
        "category": category,
        "source_type": DEFAULT_SOURCE if source_id is not None and source_type is None else source_type,
        "source_id": source_id,
        "rated_at": now,
    }
    texts = dict.fromkeys(("person_id", "source_type", "source_id"), pl.String)
    session.flush()
    insert_frame(
        session.connection(),
        TABLES["ratings"],
        pl.DataFrame([row], schema_overrides={**texts, "rated_at": pl.Datetime("us", "UTC")}),
        on_conflict="replace",
        key=("source_type", "source_id"),
    )
    if person_id is None:
        told = {"person_id": None, "nps_value": nps_value, "category": category}
        return {**told, "average_score": nps_value, "n_ratings": 1, "is_new": True, "previous_score": None}
    return keep_nps(session, person_id)
