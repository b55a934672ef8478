"""/admin/ad-planning/scores: what is computed of each customer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.score_bodies import AggregateOut, ScoreOut, aggregates_json, score_json
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, Optional, Rating, Scale
from adplanning.core.texts import Identifier
from adplanning.core.vocabulary import ScoreType
from adplanning.people.erasure_service import refuse_erased
from adplanning.scores import service
from adplanning.scores.rating_service import record_rating
from adplanning.scores.scoring_service import refresh_scores
from adplanning.scores.standings import share_of
from adplanning.scores.tiers import NAMES

router = APIRouter(prefix="/admin/ad-planning/scores", tags=["scores"])


class ScoreFields(Fields):
    """Which score of whom; `rating` on its `scale` is what an NPS needs."""

    person_id: Identifier
    score_type: ScoreType
    rating: Rating | None = None
    scale: Scale = "10"
    source_type: Optional = None
    source_id: Optional = None


class ScoreResult(BaseModel):
    """What came out; its fields are those of the type, amounts in `currency`."""

    score_type: ScoreType
    currency: str
    result: dict[str, Any]


class ScoresAnswer(BaseModel):
    """A page of scores, and figures over all of them by type; lifetime values in `currency`."""

    currency: str
    scores: list[ScoreOut]
    aggregates: dict[str, AggregateOut]
    count: int
    limit: int
    offset: int


class TierOut(BaseModel):
    """How many have a tier, their share in percent, and their mean score."""

    count: int
    share: float
    average: float | None


class TierDistributionAnswer(BaseModel):
    """How the scores of a type lie; lifetime values in `currency`."""

    score_type: ScoreType
    currency: str
    distribution: dict[str, TierOut]
    total: int
    average: float | None


@router.post("", status_code=201)
def create(body: ScoreFields, session: Writing, settings: AppSettings, now: Now) -> ScoreResult:
    """Compute a person's score now and keep it; a rating is kept too. Nothing need be known of the person.

    Who was erased is refused: they are not scored again.
    """
    refuse_erased(session, body.person_id)
    if body.score_type is ScoreType.nps:
        if body.rating is None:
            raise InvalidData.at("rating", "is missing; an nps needs one, on the scale of 5 or 10")
        result = record_rating(
            session,
            person_id=body.person_id,
            rating=body.rating,
            scale=body.scale,
            source_type=body.source_type,
            source_id=body.source_id,
            now=now,
        )
        return ScoreResult(score_type=body.score_type, currency=settings.currency, result=result)
    scored = refresh_scores(
        session,
        [body.person_id],
        as_of=now,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        score_types=[body.score_type],
    )
    result = scored[body.person_id, body.score_type]
    return ScoreResult(score_type=body.score_type, currency=settings.currency, result=result)


@router.get("")
def list_(
    session: Reading,
    engine: StoreEngine,
    page: Page,
    settings: AppSettings,
    score_type: ScoreType | None = None,
    person_id: Filter = None,
    tier: Filter = None,
) -> ScoresAnswer:
    """Scores, the latest first."""
    filters = {"score_type": score_type, "person_id": person_id or None, "tier": known_tier(tier)}
    currency = settings.currency
    rows, count = service.list_scores(session, engine, filters, currency=currency, limit=page.limit, offset=page.offset)
    return ScoresAnswer(
        currency=currency,
        scores=[score_json(row) for row in rows],
        aggregates=aggregates_json(service.aggregates(session, filters, currency=currency)),
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/tier-distribution")
def tier_distribution(
    session: Reading, settings: AppSettings, score_type: ScoreType = ScoreType.clv
) -> TierDistributionAnswer:
    """How many customers have each tier of a type of score."""
    found = service.tier_distribution(session, score_type, currency=settings.currency)
    return TierDistributionAnswer(
        score_type=score_type,
        currency=settings.currency,
        distribution={
            name: TierOut(count=tier.n, share=share_of(tier.n, found.total), average=_two(tier.average))
            for name, tier in found.by_tier.items()
        },
        total=found.total,
        average=_two(found.average),
    )


def known_tier(tier: str | None) -> str | None:
    """The tier, level or category to filter by.

    Raises
    ------
    InvalidData : no score stands for that.
    """
    names = sorted({name for of_type in NAMES.values() for name in of_type})
    if tier and tier not in names:
        raise InvalidData.unknown_choice("tier", tier, names)
    return tier or None


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
