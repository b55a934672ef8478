"""Scores as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import ScoreType
from adplanning.scores.service import Aggregate, ListedScore, display_name
from adplanning.scores.standings import change_of, trend_direction
from adplanning.store.tables.people import Person


class ScoredPersonOut(BaseModel):
    """Whose score it is."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None


class ScoreOut(BaseModel):
    """A score as the API shows one; `metadata` has its method, its currency, its history and what it came from."""

    id: str
    person_id: str
    score_type: ScoreType
    score_value: float
    breakdown: dict[str, Any]
    confidence: str | None
    previous_score: float | None
    score_change: float | None
    trend_direction: str
    calculated_at: str | None
    tier: str | None
    percentile: int | None
    display_name: str
    person: ScoredPersonOut | None
    metadata: dict[str, Any]


class AggregateOut(BaseModel):
    """All matching scores of a type, not only the page's."""

    count: int
    avg: float
    min: float
    max: float


def scored_person_json(person: Person | None) -> ScoredPersonOut | None:
    """Whose score it is, as far as the store knows them."""
    if person is None:
        return None
    return ScoredPersonOut(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
    )


def score_json(listed: ListedScore) -> ScoreOut:
    """A score as the API shows one."""
    score = listed.score
    return ScoreOut(
        id=score.id,
        person_id=score.person_id,
        score_type=ScoreType(score.score_type),
        score_value=score.score_value,
        breakdown=score.breakdown,
        confidence=score.confidence,
        previous_score=score.previous_score,
        score_change=change_of(score.score_value, score.previous_score),
        trend_direction=trend_direction(score.score_value, score.previous_score),
        calculated_at=isoformat(score.calculated_at),
        tier=score.tier,
        percentile=listed.percentile,
        display_name=display_name(listed.person, score.person_id),
        person=scored_person_json(listed.person),
        metadata={
            "method": score.method,
            "currency": score.currency,
            "history": score.history,
            "details": score.details,
        },
    )


def aggregates_json(found: Mapping[str, Aggregate]) -> dict[str, AggregateOut]:
    """Aggregates by type, to two decimals."""
    return {
        score_type: AggregateOut(count=one.count, avg=round(one.avg, 2), min=round(one.min, 2), max=round(one.max, 2))
        for score_type, one in found.items()
    }
