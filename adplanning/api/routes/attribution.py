"""/admin/ad-planning/attribution: touchpoints and the credit they earned."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adplanning.api.bodies import PeriodOut
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Now, Page, Reading, StoreEngine, Writing
from adplanning.attribution import service
from adplanning.attribution.credit_options import CreditOptions
from adplanning.core.fields import Fields, InstantText, Optional, instant_or
from adplanning.core.periods import isoformat
from adplanning.core.texts import Identifier, JsonObject
from adplanning.core.vocabulary import (
    AttributionModel,
    Platform,
    ResolutionMethod,
    TouchType,
)
from adplanning.store.tables.attribution import Touchpoint

router = APIRouter(prefix="/admin/ad-planning/attribution", tags=["attribution"])

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class TouchpointFields(Fields):
    """A touchpoint made by hand; with a campaign it is resolved."""

    visitor_id: Identifier
    analytics_session_id: Optional = None
    website_id: Optional = None
    ad_campaign_id: Optional = None
    ad_set_id: Optional = None
    ad_id: Optional = None
    platform: Platform | None = None
    utm_source: Optional = None
    utm_medium: Optional = None
    utm_campaign: Optional = None
    utm_term: Optional = None
    utm_content: Optional = None
    is_resolved: bool | None = None
    resolution_confidence: Share | None = None
    resolution_method: ResolutionMethod = ResolutionMethod.manual
    entry_page: Optional = None
    session_pageviews: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    attributed_at: InstantText | None = None
    session_started_at: InstantText | None = None
    metadata: JsonObject | None = None


class TouchpointOut(BaseModel):
    """A touchpoint as the API shows one."""

    id: str
    analytics_session_id: str
    visitor_id: str
    website_id: str | None
    ad_campaign_id: str | None
    ad_set_id: str | None
    ad_id: str | None
    platform: Platform
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    is_resolved: bool
    resolution_confidence: float | None
    resolution_method: ResolutionMethod
    entry_page: str | None
    session_pageviews: int
    attributed_at: str | None
    session_started_at: str | None
    metadata: dict[str, Any]


class AttributionOut(TouchpointOut):
    """A touchpoint with what came of it; amounts in `currency`."""

    currency: str
    campaign_name: str | None
    model: str
    touch_type: TouchType
    converted: bool
    conversion_value: float | None
    ad_spend: float | None
    date: str | None


class TouchpointAnswer(BaseModel):
    """One touchpoint."""

    attribution: TouchpointOut


class AttributionsAnswer(BaseModel):
    """A page of touchpoints."""

    attributions: list[AttributionOut]
    count: int
    limit: int
    offset: int


class StatsTotals(BaseModel):
    """Over all counted touchpoints of the period; the rate in percent."""

    total_sessions: int
    resolved_sessions: int
    unresolved_sessions: int
    resolution_rate: float | None


class StatsAnswer(BaseModel):
    """How many touchpoints there are and how many found their campaign."""

    totals: StatsTotals
    by_platform: dict[str, int]
    by_campaign: list[dict[str, Any]]
    by_resolution_method: dict[str, int]
    by_utm_source: list[dict[str, Any]]
    left_out: dict[str, int]
    period: PeriodOut


def touchpoint_json(touchpoint: Touchpoint) -> dict[str, Any]:
    """A touchpoint as the API shows one."""
    shown = {name: getattr(touchpoint, name) for name in TouchpointOut.model_fields if name != "metadata"}
    return {
        **shown,
        "attributed_at": isoformat(touchpoint.attributed_at),
        "session_started_at": isoformat(touchpoint.session_started_at),
        "metadata": touchpoint.extra or {},
    }


@router.post("", status_code=201)
def create(body: TouchpointFields, session: Writing, settings: AppSettings, now: Now) -> TouchpointAnswer:
    """Add a touchpoint by hand."""
    fields = body.model_dump(exclude={"metadata", "attributed_at", "session_started_at"})
    started_at = instant_or(body.session_started_at, now, settings.start_zone, field="session_started_at")
    attributed_at = instant_or(body.attributed_at, now, settings.start_zone, field="attributed_at")
    times = {"session_started_at": started_at, "attributed_at": attributed_at}
    made = service.create_touchpoint(session, {**fields, **times, "extra": body.metadata}, now=now)
    return TouchpointAnswer(attribution=TouchpointOut(**touchpoint_json(made)))


@router.get("")
def list_(
    session: Reading,
    settings: AppSettings,
    page: Page,
    period: GivenPeriod,
    attribution_model: AttributionModel = AttributionModel.last_click,
    website_id: Filter = None,
    ad_campaign_id: Filter = None,
    platform: Platform | None = None,
    is_resolved: bool | None = None,
    utm_campaign: Filter = None,
) -> AttributionsAnswer:
    """Touchpoints with what they earned under the model, newest first."""
    filters = {
        "website_id": website_id,
        "ad_campaign_id": ad_campaign_id,
        "platform": platform,
        "is_resolved": is_resolved,
        "utm_campaign": utm_campaign,
    }
    rows, count = service.list_touchpoints(
        session,
        filters,
        period,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        limit=page.limit,
        offset=page.offset,
        model=attribution_model,
        options=CreditOptions(direct_credit=settings.direct_credit),
    )
    shown = [
        AttributionOut(
            **touchpoint_json(row.touchpoint),
            currency=settings.currency,
            campaign_name=row.campaign_name,
            model=row.model,
            touch_type=TouchType(row.touch_type),
            converted=row.converted,
            conversion_value=row.conversion_value,
            ad_spend=row.ad_spend,
            date=isoformat(row.date),
        )
        for row in rows
    ]
    return AttributionsAnswer(attributions=shown, count=count, limit=page.limit, offset=page.offset)


@router.get("/stats")
def stats(engine: StoreEngine, period: GivenPeriod, website_id: Filter = None) -> StatsAnswer:
    """How many touchpoints there are and how many found their campaign."""
    return StatsAnswer.model_validate(service.attribution_stats(engine, period, website_id=website_id))
