"""/admin/ad-planning/journeys: how far customers come, how long they take, and whether they come again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from adplanning.api.deps import MAX_LIMIT, AppSettings, Filter, GivenPeriod, Now, StoreEngine
from adplanning.core.errors import InvalidData
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.vocabulary import JourneyStage
from adplanning.journeys import analysis_service
from adplanning.journeys.funnel import FunnelReport
from adplanning.journeys.scope import JourneyScope

router = APIRouter(prefix="/admin/ad-planning/journeys", tags=["journeys"])


def _scope(
    period: GivenPeriod,
    website_id: Filter = None,
    segment_id: Annotated[Filter, Query(description="only persons in it")] = None,
    utm_source: Annotated[Filter, Query(description="only customers whose first known source this is")] = None,
) -> JourneyScope:
    return JourneyScope(period, website_id or None, segment_id or None, utm_source or None)


AskedScope = Annotated[JourneyScope, Depends(_scope)]


class StageOut(BaseModel):
    """The customers who reached a stage or a later one.

    `percentage` is of all customers; `dropoff_rate` is the percent of the stage before who did not come on, 0 at the
    first stage and where nobody was at the one before.
    """

    stage: JourneyStage
    count: int
    percentage: float
    dropoff_rate: float


class DropoffOut(BaseModel):
    """Between which two stages most are lost, in percent of those at the first of them."""

    stage: str
    rate: float


class FunnelSummaryOut(BaseModel):
    """The funnel in few numbers; a person on several devices, or first unknown, is one customer."""

    total_customers: int
    identified_customers: int
    anonymous_visitors: int
    awareness_to_conversion_rate: float
    biggest_dropoff: DropoffOut | None
    avg_stages_per_customer: float


class FunnelAnswer(BaseModel):
    """All seven stages, the summary, and the events of each stage by type."""

    funnel: list[StageOut]
    summary: FunnelSummaryOut
    stage_events: dict[JourneyStage, dict[str, int]]


class DaysOut(BaseModel):
    """How many customers took from `from_days` to less than `to_days`; null is no bound."""

    label: str
    from_days: int
    to_days: int | None
    customers: int


class ConversionTimeAnswer(BaseModel):
    """Days from the first step to the first purchase; `unknown` customers bought before anything else is known."""

    customers: int
    unknown: int
    median_days: float | None
    mean_days: float | None
    histogram: list[DaysOut]


class AgeOut(BaseModel):
    """How many of a cohort bought `months` after the month of their first purchase, and in percent."""

    months: int
    customers: int
    percentage: float


class CohortOut(BaseModel):
    """Those who bought first in the month that begins on `cohort`."""

    cohort: date
    customers: int
    retention: list[AgeOut]


class RetentionAnswer(BaseModel):
    """The cohorts of a period, oldest first."""

    cohorts: list[CohortOut]


class WayOut(BaseModel):
    """Types of events up to the first purchase; who went this way, and the percent who bought then."""

    path: list[str]
    customers: int
    converted: int
    conversion_rate: float


class WaysAnswer(BaseModel):
    """The ways that most customers took."""

    paths: list[WayOut]


@router.get("/funnel")
def funnel(engine: StoreEngine, settings: AppSettings, scope: AskedScope) -> FunnelAnswer:
    """How many customers came how far by what they did in the period.

    Each purchase and each lead counts once, be it known as a conversion, as a journey event, or as both.
    """
    return _funnel_json(analysis_service.funnel_report(engine, scope, public_revenue=settings.public_revenue))


@router.get("/conversion-time")
def conversion_time(engine: StoreEngine, settings: AppSettings, scope: AskedScope) -> ConversionTimeAnswer:
    """How long those took who first bought in the period."""
    found = analysis_service.conversion_times(engine, scope, public_revenue=settings.public_revenue)
    return ConversionTimeAnswer(
        customers=found.n,
        unknown=found.n_unknown,
        median_days=_rounded(found.median_days),
        mean_days=_rounded(found.mean_days),
        histogram=[
            DaysOut(label=label, from_days=from_days, to_days=to_days, customers=n)
            for label, from_days, to_days, n in found.histogram.iter_rows()
        ],
    )


@router.get("/retention")
def retention(engine: StoreEngine, settings: AppSettings, scope: AskedScope, now: Now) -> RetentionAnswer:
    """How many of those who first bought in a month of the period bought again, to its end or today."""
    end = min(scope.period.end or now + RESOLUTION, now + RESOLUTION)
    until_now = JourneyScope(Period(scope.period.start, end), scope.website_id, scope.segment_id, scope.utm_source)
    found = analysis_service.retention(engine, until_now, public_revenue=settings.public_revenue, zone=settings.zone)
    cohorts: dict[date, CohortOut] = {}
    for cohort_on, age, n_customers, n_active, share in found.iter_rows():
        cohort = cohorts.setdefault(cohort_on, CohortOut(cohort=cohort_on, customers=n_customers, retention=[]))
        cohort.retention.append(AgeOut(months=age, customers=n_active, percentage=_percent(share)))
    return RetentionAnswer(cohorts=list(cohorts.values()))


@router.get("/paths")
def paths(
    engine: StoreEngine,
    settings: AppSettings,
    scope: AskedScope,
    limit: Annotated[int, Query(description=f"1 to {MAX_LIMIT}")] = 20,
) -> WaysAnswer:
    """Along which steps most customers of the period came, and how many of them bought."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidData.at("limit", f"{limit} is out of range; allowed are 1 to {MAX_LIMIT}")
    found = analysis_service.top_ways(engine, scope, public_revenue=settings.public_revenue, limit=limit)
    return WaysAnswer(
        paths=[
            WayOut(path=way, customers=n_customers, converted=n_converted, conversion_rate=_percent(share))
            for way, n_customers, n_converted, share in found.iter_rows()
        ]
    )


def _funnel_json(found: FunnelReport) -> FunnelAnswer:
    lost = found.biggest_dropoff
    return FunnelAnswer(
        funnel=[
            StageOut(
                stage=JourneyStage(stage.stage),
                count=stage.n,
                percentage=_percent(stage.share),
                dropoff_rate=_percent(stage.dropoff),
            )
            for stage in found.stages
        ],
        summary=FunnelSummaryOut(
            total_customers=found.n_customers,
            identified_customers=found.n_identified,
            anonymous_visitors=found.n_anonymous,
            awareness_to_conversion_rate=_percent(found.awareness_to_conversion),
            biggest_dropoff=None
            if lost is None
            else DropoffOut(stage=f"{lost.from_stage} → {lost.to_stage}", rate=_percent(lost.share)),
            avg_stages_per_customer=_rounded(found.stages_per_customer) or 0.0,
        ),
        stage_events={JourneyStage(stage): dict(events) for stage, events in found.stage_events.items()},
    )


def _percent(share: float | None) -> float:
    """The contract's zeros stand where there is nobody to be a share of."""
    return round(100 * (share or 0.0), 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
