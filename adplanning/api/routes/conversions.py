"""/admin/ad-planning/conversions: what visitors did that counts, and the statistics of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.bodies import Deleted, PeriodOut, UnconvertedOut
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.conversions import service
from adplanning.conversions.fields import ConversionChange, ConversionFields
from adplanning.core.errors import InvalidData
from adplanning.core.money import to_major
from adplanning.core.periods import Period, isoformat
from adplanning.core.vocabulary import AttributionModel, ConversionType, Origin, Platform
from adplanning.store.tables.events import Conversion
from adplanning.workflows.conversion_recorded import record_conversion
from adplanning.workflows.person_scored import score_anew

router = APIRouter(prefix="/admin/ad-planning/conversions", tags=["conversions"])

Grouping = Literal["day", "week", "month", "conversion_type", "platform", "campaign"]


class ConversionOut(BaseModel):
    """A conversion as the API shows one."""

    id: str
    conversion_type: ConversionType
    conversion_name: str | None
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
    attribution_model: AttributionModel
    attribution_weight: float
    conversion_value: float | None
    currency: str
    order_id: str | None
    lead_id: str | None
    person_id: str | None
    visitor_id: str
    session_id: str | None
    converted_at: str | None
    goal_ids: list[str]
    origin: Origin
    confirmed_at: str | None
    is_bot: bool
    refunded_value: float
    cancelled_at: str | None
    metadata: dict[str, Any]


class ConversionAnswer(BaseModel):
    """One conversion."""

    conversion: ConversionOut


class ConversionsAnswer(BaseModel):
    """A page of conversions."""

    conversions: list[ConversionOut]
    count: int
    limit: int
    offset: int


class TotalsOut(BaseModel):
    """Over all matching conversions; values in the reporting currency, the rate in percent."""

    total_conversions: int
    total_value: float
    conversion_rate: float | None
    by_type: dict[str, int]
    by_platform: dict[str, int]


class StatsAnswer(BaseModel):
    """Statistics of conversions."""

    totals: TotalsOut
    total_conversions: int
    total_value: float
    conversion_rate: float | None
    by_type: dict[str, int]
    currency: str
    time_series: list[dict[str, Any]]
    unconverted: list[UnconvertedOut]
    period: PeriodOut


def conversion_json(row: Conversion, goal_ids: Sequence[str]) -> ConversionOut:
    """A conversion as the API shows one."""
    return ConversionOut(
        id=row.id,
        conversion_type=ConversionType(row.conversion_type),
        conversion_name=row.conversion_name,
        website_id=row.website_id,
        ad_campaign_id=row.ad_campaign_id,
        ad_set_id=row.ad_set_id,
        ad_id=row.ad_id,
        platform=Platform(row.platform),
        utm_source=row.utm_source,
        utm_medium=row.utm_medium,
        utm_campaign=row.utm_campaign,
        utm_term=row.utm_term,
        utm_content=row.utm_content,
        attribution_model=AttributionModel(row.attribution_model),
        attribution_weight=row.attribution_weight,
        conversion_value=None if row.value_minor is None else to_major(row.value_minor, row.currency),
        currency=row.currency,
        order_id=row.order_id,
        lead_id=row.lead_id,
        person_id=row.person_id,
        visitor_id=row.visitor_id,
        session_id=row.session_id,
        converted_at=isoformat(row.converted_at),
        goal_ids=list(goal_ids),
        origin=Origin(row.origin),
        confirmed_at=isoformat(row.confirmed_at),
        is_bot=row.is_bot,
        refunded_value=to_major(row.refunded_minor, row.currency),
        cancelled_at=isoformat(row.cancelled_at),
        metadata=row.extra or {},
    )


@router.post("", status_code=201)
def create(body: ConversionFields, session: Writing, settings: AppSettings, now: Now) -> ConversionAnswer:
    """Add a conversion; an order that is there already is refused with 409."""
    row = record_conversion(session, body, currency=settings.start_currency, zone=settings.start_zone, now=now)
    score_anew(session, row, settings, now=now)
    return ConversionAnswer(conversion=conversion_json(row, service.goals_of(session, row)))


@router.get("")
def list_(
    session: Reading,
    page: Page,
    period: GivenPeriod,
    website_id: Filter = None,
    conversion_type: ConversionType | None = None,
    ad_campaign_id: Filter = None,
    platform: Platform | None = None,
    visitor_id: Filter = None,
    person_id: Filter = None,
    goal_id: Filter = None,
    utm_source: Filter = None,
    utm_campaign: Filter = None,
) -> ConversionsAnswer:
    """Conversions, newest first."""
    filters = {
        "website_id": website_id,
        "conversion_type": conversion_type,
        "ad_campaign_id": ad_campaign_id,
        "platform": platform,
        "visitor_id": visitor_id,
        "person_id": person_id,
        "goal_id": goal_id,
        "utm_source": utm_source,
        "utm_campaign": utm_campaign,
    }
    rows, count = service.list_conversions(session, filters, period, limit=page.limit, offset=page.offset)
    return ConversionsAnswer(
        conversions=[conversion_json(row, goal_ids) for row, goal_ids in rows],
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/stats")
def stats(
    engine: StoreEngine,
    settings: AppSettings,
    now: Now,
    period: GivenPeriod,
    website_id: Filter = None,
    ad_campaign_id: Filter = None,
    platform: Platform | None = None,
    group_by: Grouping = "day",
) -> StatsAnswer:
    """Totals over all matching conversions of the period, by default the last 30 days."""
    asked = period if period != Period() else Period.last_days(30, now)
    found = service.statistics(
        engine,
        {"website_id": website_id, "ad_campaign_id": ad_campaign_id, "platform": platform},
        asked,
        currency=settings.currency,
        zone=settings.zone,
        group_by=group_by,
        public_revenue=settings.public_revenue,
    )
    total_value = to_major(found.total_value_minor, settings.currency)
    return StatsAnswer(
        totals=TotalsOut(
            total_conversions=found.total_conversions,
            total_value=total_value,
            conversion_rate=found.conversion_rate,
            by_type=found.by_type,
            by_platform=found.by_platform,
        ),
        total_conversions=found.total_conversions,
        total_value=total_value,
        conversion_rate=found.conversion_rate,
        by_type=found.by_type,
        currency=settings.currency,
        time_series=[_point(row, settings.currency) for row in found.series],
        unconverted=[
            UnconvertedOut(currency=u.currency, count=u.count, value=to_major(u.value_minor, u.currency))
            for u in found.unconverted
        ],
        period=PeriodOut.model_validate(asked.to_json()),
    )


@router.get("/{conversion_id}")
def read(conversion_id: Id, session: Reading) -> ConversionAnswer:
    """One conversion."""
    row = service.find_conversion(session, conversion_id)
    return ConversionAnswer(conversion=conversion_json(row, service.goals_of(session, row)))


@router.put("/{conversion_id}")
def change(
    conversion_id: Id, body: ConversionChange, session: Writing, settings: AppSettings, now: Now
) -> ConversionAnswer:
    """Change the fields that are sent; its goals are looked at anew, and credit is taken back with what is refunded."""
    row = service.find_conversion(session, conversion_id)
    _refuse_fixed(body.model_extra or {}, conversion_json(row, service.goals_of(session, row)))
    changed = service.change_conversion(session, conversion_id, body, now=now)
    score_anew(session, changed, settings, now=now)
    return ConversionAnswer(conversion=conversion_json(changed, service.goals_of(session, changed)))


@router.delete("/{conversion_id}")
def delete(conversion_id: Id, session: Writing, settings: AppSettings, now: Now) -> Deleted:
    """Remove a conversion with the goals it completed and the credit it gave."""
    row = service.find_conversion(session, conversion_id)
    service.delete_conversion(session, conversion_id)
    score_anew(session, row, settings, now=now)
    return Deleted(id=conversion_id)


def _refuse_fixed(sent: Mapping[str, Any], shown: ConversionOut) -> None:
    """Refuse another value for a field that never changes; sending a read conversion back is fine."""
    present = shown.model_dump(mode="json")
    for name, value in sent.items():
        if name in present and value != present[name]:
            allowed = ", ".join(ConversionChange.model_fields)
            raise InvalidData.at(name, f"cannot be changed from {present[name]!r}; what can be is: {allowed}")


def _point(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    point = dict(row)
    point["value"] = to_major(point.pop("value_minor"), currency)
    return point
