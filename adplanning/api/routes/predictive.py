"""/admin/ad-planning/predictive: what customers will be worth, which will be lost, and what that rests on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.score_bodies import ScoredPersonOut, ScoreOut, score_json, scored_person_json
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields
from adplanning.core.periods import isoformat
from adplanning.core.texts import Identifier
from adplanning.core.vocabulary import RiskLevel, ScoreType, Tier
from adplanning.people.erasure_service import refuse_erased
from adplanning.scores import service
from adplanning.scores.model_service import latest_model
from adplanning.scores.scoring_service import refresh_scores
from adplanning.store.tables.scores import CustomerScore

router = APIRouter(prefix="/admin/ad-planning/predictive", tags=["scores"])


class PredictionFields(Fields):
    """What to predict of whom."""

    person_id: Identifier
    prediction_type: Literal["churn_risk", "clv", "all"] = "all"


class PredictionAnswer(BaseModel):
    """What came out, by type; amounts in `currency`."""

    person_id: str
    currency: str
    predictions: dict[str, dict[str, Any]]


class ChurnSummaryOut(BaseModel):
    """All matching churn risks."""

    total: int
    avg_score: float
    by_level: dict[str, int]


class ClvSummaryOut(BaseModel):
    """All matching lifetime values, in major units of `currency`."""

    currency: str
    total: int
    avg_predicted: float
    total_predicted: float
    by_tier: dict[str, int]


class PredictionSummaryOut(BaseModel):
    """Over all matching predictions, not only the page's."""

    churn_risk: ChurnSummaryOut
    clv: ClvSummaryOut


class PredictionsAnswer(BaseModel):
    """A page of predictions."""

    predictions: list[ScoreOut]
    summary: PredictionSummaryOut
    count: int
    limit: int
    offset: int


class ModelAnswer(BaseModel):
    """The model of buying and spending that counts, or why there is none and rules stand in."""

    model: Literal["bg_nbd", "rules"]
    fitted_at: str | None
    n_customers: int
    currency: str | None
    time_unit: str
    params: dict[str, Any] | None
    standard_errors: dict[str, Any] | None
    log_likelihood: float | None
    spend: dict[str, Any] | None
    holdout: dict[str, Any] | None
    calibration: list[dict[str, Any]] | None
    reason: str | None


class ChurnOut(BaseModel):
    """How likely a customer is to be lost, why, and what to do."""

    score: float
    level: RiskLevel
    contributing_factors: dict[str, float]
    recommendations: list[str]


class ClvOut(BaseModel):
    """What a customer is worth, in `currency`."""

    currency: str | None
    predicted: float
    remaining: float
    tier: Tier


class AtRiskOut(BaseModel):
    """A customer at risk."""

    person_id: str
    person: ScoredPersonOut | None
    churn_risk: ChurnOut
    clv: ClvOut | None
    priority: service.Priority


class AtRiskSummaryOut(BaseModel):
    """All customers at risk; the revenue, in `currency`, is what they are expected to pay yet."""

    currency: str
    total_at_risk: int
    critical_count: int
    high_value_at_risk: int
    potential_revenue_at_risk: float


class AtRiskAnswer(BaseModel):
    """A page of customers at risk."""

    at_risk_customers: list[AtRiskOut]
    summary: AtRiskSummaryOut
    count: int
    limit: int
    offset: int


@router.post("", status_code=201)
def create(body: PredictionFields, session: Writing, settings: AppSettings, now: Now) -> PredictionAnswer:
    """Predict now and keep it as the person's score. Nothing need be known of the person; who was erased is refused."""
    refuse_erased(session, body.person_id)
    asked = [one for one in service.PREDICTIVE if body.prediction_type in ("all", one)]
    found = refresh_scores(
        session,
        [body.person_id],
        as_of=now,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        score_types=asked,
    )
    return PredictionAnswer(
        person_id=body.person_id,
        currency=settings.currency,
        predictions={one.value: found[body.person_id, one] for one in asked},
    )


@router.get("")
def list_(
    session: Reading,
    engine: StoreEngine,
    page: Page,
    settings: AppSettings,
    person_id: Filter = None,
    score_type: Literal["churn_risk", "clv"] | None = None,
    risk_level: RiskLevel | None = None,
    tier: Tier | None = None,
) -> PredictionsAnswer:
    """Predictions, the latest first; a risk level asks for churn risks, a tier for lifetime values."""
    if risk_level is not None and tier is not None:
        raise InvalidData.at("tier", "cannot be asked for beside risk_level: no prediction has both; give one of them")
    filters = {"person_id": person_id or None, "score_type": score_type, "tier": risk_level or tier}
    rows, count = service.list_scores(
        session,
        engine,
        filters,
        currency=settings.currency,
        limit=page.limit,
        offset=page.offset,
        score_types=service.PREDICTIVE,
    )
    churn, clv = (
        service.tier_distribution(session, one, filters, currency=settings.currency)
        for one in (ScoreType.churn_risk, ScoreType.clv)
    )
    predicted = clv.average or 0.0
    return PredictionsAnswer(
        predictions=[score_json(row) for row in rows],
        summary=PredictionSummaryOut(
            churn_risk=ChurnSummaryOut(
                total=churn.total,
                avg_score=round(churn.average or 0.0, 2),
                by_level={name: level.n for name, level in churn.by_tier.items()},
            ),
            clv=ClvSummaryOut(
                currency=settings.currency,
                total=clv.total,
                avg_predicted=round(predicted, 2),
                total_predicted=round(predicted * clv.total, 2),
                by_tier={name: level.n for name, level in clv.by_tier.items()},
            ),
        ),
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/model")
def model(session: Reading) -> ModelAnswer:
    """The model that predictions rest on."""
    row = latest_model(session)
    if row is None:
        return ModelAnswer(
            model="rules",
            fitted_at=None,
            n_customers=0,
            currency=None,
            time_unit="day",
            params=None,
            standard_errors=None,
            log_likelihood=None,
            spend=None,
            holdout=None,
            calibration=None,
            reason="No model was fitted yet; the notebook score_customers fits one.",
        )
    return ModelAnswer(
        model="bg_nbd" if row.model == "bg_nbd" else "rules",
        fitted_at=isoformat(row.fitted_at),
        n_customers=row.n_customers,
        currency=row.currency,
        time_unit=row.time_unit,
        params=row.params,
        standard_errors=row.standard_errors,
        log_likelihood=row.log_likelihood,
        spend=row.spend,
        holdout=row.holdout,
        calibration=row.calibration,
        reason=row.reason,
    )


@router.get("/at-risk")
def at_risk(
    session: Reading,
    page: Page,
    settings: AppSettings,
    min_risk_score: Annotated[float, Query(ge=0, le=100, allow_inf_nan=False, description="in percent")] = 50,
) -> AtRiskAnswer:
    """Customers likely to be lost: those of high value first, then by risk."""
    found, summary = service.at_risk(
        session,
        currency=settings.currency,
        min_risk_score=min_risk_score,
        limit=page.limit,
        offset=page.offset,
    )
    return AtRiskAnswer(
        at_risk_customers=[
            AtRiskOut(
                person_id=one.churn.person_id,
                person=scored_person_json(one.person),
                churn_risk=_churn_json(one.churn),
                clv=None if one.clv is None else _clv_json(one.clv),
                priority=one.priority,
            )
            for one in found
        ],
        summary=AtRiskSummaryOut(
            currency=settings.currency,
            total_at_risk=summary.total,
            critical_count=summary.critical,
            high_value_at_risk=summary.high_value,
            potential_revenue_at_risk=round(summary.remaining_revenue, 2),
        ),
        count=summary.total,
        limit=page.limit,
        offset=page.offset,
    )


def _churn_json(score: CustomerScore) -> ChurnOut:
    return ChurnOut(
        score=score.score_value,
        level=RiskLevel(score.details["risk_level"]),
        contributing_factors=score.details["contributing_factors"],
        recommendations=score.details["recommendations"],
    )


def _clv_json(score: CustomerScore) -> ClvOut:
    return ClvOut(
        currency=score.currency,
        predicted=score.score_value,
        remaining=score.details["remaining_clv"],
        tier=Tier(score.details["tier"]),
    )
