"""/admin/ad-planning/journeys/{person}: all that one customer did."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from adplanning.api.bodies import UnconvertedOut
from adplanning.api.deps import MAX_LIMIT, AppSettings, Id, Reading, Rows, rows_of_page
from adplanning.api.routes.persons import PersonOut, person_json
from adplanning.core.money import to_major
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import JourneyStage
from adplanning.journeys.timeline import TimelineSummary
from adplanning.journeys.timeline_service import Timeline, person_timeline

router = APIRouter(prefix="/admin/ad-planning/journeys", tags=["journeys"])


class EntryOut(BaseModel):
    """Something a person did or said; a lead is a journey event."""

    timestamp: str
    type: Literal["journey_event", "conversion", "feedback"]
    stage: JourneyStage | None
    description: str
    data: dict[str, Any]


class DurationOut(BaseModel):
    """A length of time in both units."""

    ms: int
    days: float


class TimelineSummaryOut(BaseModel):
    """All of the way; `total_purchase_value` is in the answer's currency, without the purchases in `unconverted`."""

    total_events: int
    stages_reached: list[JourneyStage]
    current_stage: JourneyStage | None
    first_interaction: str | None
    latest_interaction: str | None
    time_to_conversion: DurationOut | None
    total_conversions: int
    total_purchase_value: float
    unconverted: list[UnconvertedOut]


class ScoresOut(BaseModel):
    """The values of a person's scores; null where none has been computed, or the CLV in another currency."""

    nps: float | None
    engagement: float | None
    clv: float | None
    churn_risk: float | None


class TimelineAnswer(BaseModel):
    """A person's way, with sums in `currency`; `count` is that of all its entries, of which `timeline` is one page."""

    currency: str
    person: PersonOut | None
    timeline: list[EntryOut]
    summary: TimelineSummaryOut
    scores: ScoresOut
    count: int
    limit: int
    offset: int


@router.get("/{person_id}")
def timeline(
    person_id: Id, session: Reading, page: Annotated[Rows, Depends(rows_of_page(MAX_LIMIT))], settings: AppSettings
) -> TimelineAnswer:
    """What a person did over all their devices, oldest first; what a visitor did, while nobody knows who that is.

    A purchase, a lead or an opinion that is stored twice, as itself and as a journey event, is one entry. Of an unknown
    id all is null or 0.
    """
    found = person_timeline(
        session,
        person_id,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        limit=page.limit,
        offset=page.offset,
    )
    return _timeline_json(found, page, currency=settings.currency)


def _timeline_json(found: Timeline, page: Rows, *, currency: str) -> TimelineAnswer:
    return TimelineAnswer(
        currency=currency,
        person=None if found.person is None else person_json(found.person),
        timeline=[
            EntryOut(
                timestamp=str(isoformat(entry.at)),
                type="journey_event" if entry.kind == "lead" else entry.kind,
                stage=None if entry.stage is None else JourneyStage(entry.stage),
                description=entry.words,
                data=dict(entry.data),
            )
            for entry in found.entries
        ],
        summary=_summary_json(found.summary, currency),
        scores=ScoresOut(**found.scores),
        count=found.n_entries,
        limit=page.limit,
        offset=page.offset,
    )


def _summary_json(found: TimelineSummary, currency: str) -> TimelineSummaryOut:
    taken = found.time_to_conversion
    return TimelineSummaryOut(
        total_events=found.n_entries,
        stages_reached=[JourneyStage(stage) for stage in found.stages_reached],
        current_stage=None if found.current_stage is None else JourneyStage(found.current_stage),
        first_interaction=isoformat(found.first_at),
        latest_interaction=isoformat(found.latest_at),
        time_to_conversion=None
        if taken is None
        else DurationOut(ms=taken // timedelta(milliseconds=1), days=round(taken / timedelta(days=1), 2)),
        total_conversions=found.n_conversions,
        total_purchase_value=to_major(found.purchase_value_minor, currency),
        unconverted=[
            UnconvertedOut(currency=apart.currency, count=apart.n, value=to_major(apart.value_minor, apart.currency))
            for apart in found.unconverted
        ],
    )
