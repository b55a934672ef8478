"""/admin/ad-planning/journeys: the steps of visitors and persons."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel

from adplanning.api.deps import AppSettings, Filter, GivenPeriod, LongPage, Now, Reading, Writing
from adplanning.conversions.service import goal_rules
from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, InstantText, Optional, instant_or, json_text
from adplanning.core.ids import new_id
from adplanning.core.periods import isoformat
from adplanning.core.referrers import stored_referrer
from adplanning.core.texts import JsonObject, Text
from adplanning.core.vocabulary import JourneyChannel, JourneyEventType, JourneyStage, Origin
from adplanning.journeys import service
from adplanning.journeys.stages import stage_of_event
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.events import JourneyEvent
from adplanning.tracking.events import NewJourneyEvent
from adplanning.workflows.event_tracked import track
from adplanning.workflows.person_scored import score_anew

# Unlike other texts, an empty one says something: the browser came from nowhere.
Referrer = Annotated[Text | None, AfterValidator(stored_referrer)]

router = APIRouter(prefix="/admin/ad-planning/journeys", tags=["journeys"])


class JourneyFields(Fields):
    """A step of a person or visitor; one of the two is named."""

    person_id: Optional = None
    visitor_id: Optional = None
    website_id: Optional = None
    event_type: JourneyEventType
    event_name: Optional = None
    stage: JourneyStage | None = None
    channel: JourneyChannel | None = None
    event_data: JsonObject | None = None
    page_url: Optional = None
    utm_source: Optional = None
    utm_medium: Optional = None
    utm_campaign: Optional = None
    utm_term: Optional = None
    utm_content: Optional = None
    ad_campaign_id: Optional = None
    referrer: Referrer = None
    source_type: Optional = None
    source_id: Optional = None
    session_id: Optional = None
    occurred_at: InstantText | None = None


class JourneyOut(BaseModel):
    """A step as the API shows one."""

    id: str
    person_id: str | None
    visitor_id: str | None
    website_id: str | None
    session_id: str | None
    event_type: JourneyEventType
    event_name: str | None
    stage: JourneyStage
    channel: JourneyChannel | None
    event_data: dict[str, Any]
    page_url: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    ad_campaign_id: str | None
    referrer: str | None
    source_type: str | None
    source_id: str | None
    origin: Origin
    is_bot: bool
    is_internal: bool
    occurred_at: str | None


class JourneyAnswer(BaseModel):
    """One step."""

    journey: JourneyOut


class JourneysAnswer(BaseModel):
    """A page of steps."""

    journeys: list[JourneyOut]
    count: int
    limit: int
    offset: int


def journey_json(row: JourneyEvent) -> JourneyOut:
    """A step as the API shows one."""
    return JourneyOut(
        id=row.id,
        person_id=row.person_id,
        visitor_id=row.visitor_id,
        website_id=row.website_id,
        session_id=row.session_id,
        event_type=JourneyEventType(row.event_type),
        event_name=row.event_name,
        stage=JourneyStage(row.stage),
        channel=None if row.channel is None else JourneyChannel(row.channel),
        event_data=row.event_data or {},
        page_url=row.page_url,
        utm_source=row.utm_source,
        utm_medium=row.utm_medium,
        utm_campaign=row.utm_campaign,
        utm_term=row.utm_term,
        utm_content=row.utm_content,
        ad_campaign_id=row.ad_campaign_id,
        referrer=row.referrer,
        source_type=row.source_type,
        source_id=row.source_id,
        origin=Origin(row.origin),
        is_bot=row.is_bot,
        is_internal=row.is_internal,
        occurred_at=isoformat(row.occurred_at),
    )


@router.post("", status_code=201)
def create(body: JourneyFields, session: Writing, settings: AppSettings, now: Now) -> JourneyAnswer:
    """Add a step; without a stage it gets the one of its type.

    A click in an ad or a letter, or a lead, that a visitor made is a touchpoint if it bears a campaign: a UTM tag, a
    click id in its page, or `ad_campaign_id`, which links it. Its session's own campaign makes no second touchpoint.
    """
    if body.person_id is None and body.visitor_id is None:
        raise InvalidData.at("visitor_id", "is missing; name a visitor_id or a person_id")
    row = NewJourneyEvent(
        **body.model_dump(exclude={"stage", "occurred_at", "event_data"}),
        id=new_id("jour"),
        stage=body.stage or stage_of_event(body.event_type),
        event_data=json_text(body.event_data),
        event_id=None,
        origin=Origin.admin,
        is_bot=False,
        occurred_at=to_micros(instant_or(body.occurred_at, now, settings.start_zone, field="occurred_at")),
        received_at=to_micros(now),
    )
    [tracked] = track(session.connection(), [row], goals=goal_rules(session), passed=settings.passed_domains)
    stored = session.get_one(JourneyEvent, tracked.id)
    score_anew(session, stored, settings, now=now)
    return JourneyAnswer(journey=journey_json(stored))


@router.get("")
def list_(
    session: Reading,
    page: LongPage,
    period: GivenPeriod,
    person_id: Filter = None,
    visitor_id: Filter = None,
    website_id: Filter = None,
    event_type: JourneyEventType | None = None,
    stage: JourneyStage | None = None,
) -> JourneysAnswer:
    """Steps, newest first."""
    filters = {
        "person_id": person_id,
        "visitor_id": visitor_id,
        "website_id": website_id,
        "event_type": event_type,
        "stage": stage,
    }
    rows, count = service.list_events(session, filters, period, limit=page.limit, offset=page.offset)
    return JourneysAnswer(
        journeys=[journey_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )
