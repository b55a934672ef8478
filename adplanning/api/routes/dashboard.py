"""/admin/ad-planning/dashboard: what every domain counted in a period, side by side."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.bodies import PeriodOut, UnconvertedOut
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Now, Reading, StoreEngine
from adplanning.core.money import to_major
from adplanning.core.periods import Period, isoformat
from adplanning.metrics.summary_service import Overview, overview

router = APIRouter(prefix="/admin/ad-planning/dashboard", tags=["dashboard"])

TOP_SOURCES = 10


class TypeOut(BaseModel):
    """The conversions of one type."""

    count: int
    value: float


class ConversionsOut(BaseModel):
    """All conversions of the period; values in the reporting currency."""

    total: int
    total_value: float
    by_type: dict[str, TypeOut]
    by_platform: dict[str, int]


class SourceOut(BaseModel):
    """The sessions of one UTM source."""

    source: str
    count: int


class AttributionOut(BaseModel):
    """The sessions of the period, and how many found their campaign (percent, null without any)."""

    total_sessions: int
    resolved: int
    resolution_rate: float | None
    top_utm_sources: dict[str, int]
    top_sources: list[SourceOut]


class SegmentsOut(BaseModel):
    """The segments that there are, and the memberships in all of them."""

    total: int
    total_customers: int


class RunningOut(BaseModel):
    """An experiment that runs."""

    id: str
    name: str
    status: str
    experiment_type: str
    primary_metric: str
    is_significant: bool | None
    improvement_percent: float | None
    started_at: str | None


class ExperimentsOut(BaseModel):
    """How many experiments run, and the latest of them."""

    active: int
    list: list[RunningOut]


class RoiOut(BaseModel):
    """What a campaign earned beyond its spend, in percent of it; null where it cannot be told."""

    campaign_id: str
    campaign_name: str
    spend: float | None
    conversions: float
    revenue: float | None
    roi: float | None


class DayOut(BaseModel):
    """One day on which something happened."""

    date: str
    conversions: int
    value: float
    sessions: int


class DashboardAnswer(BaseModel):
    """The overview of a period."""

    period: PeriodOut
    currency: str
    conversions: ConversionsOut
    attribution: AttributionOut
    segments: SegmentsOut
    experiments: ExperimentsOut
    campaign_roi: list[RoiOut]
    daily_trend: list[DayOut]
    unconverted: list[UnconvertedOut]


@router.get("")
def read(
    engine: StoreEngine,
    session: Reading,
    settings: AppSettings,
    now: Now,
    period: GivenPeriod,
    website_id: Filter = None,
    ad_account_id: Filter = None,
) -> DashboardAnswer:
    """The overview of the period, by default of the last 30 days."""
    asked = period if period != Period() else Period.last_days(30, now)
    found = overview(
        engine,
        session,
        asked,
        website_id=website_id or None,
        ad_account_id=ad_account_id or None,
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
    )
    return dashboard_json(found, asked, settings.currency)


def dashboard_json(found: Overview, period: Period, currency: str) -> DashboardAnswer:
    """An overview as the API shows it."""
    counted, sources = found.conversions, found.attribution["by_utm_source"]
    touched = found.attribution["totals"]
    return DashboardAnswer(
        period=PeriodOut.model_validate(period.to_json()),
        currency=currency,
        conversions=ConversionsOut(
            total=counted.total_conversions,
            total_value=to_major(counted.total_value_minor, currency),
            by_type={
                name: TypeOut(count=one["count"], value=to_major(one["value_minor"], currency))
                for name, one in found.by_type.items()
            },
            by_platform=counted.by_platform,
        ),
        attribution=AttributionOut(
            total_sessions=touched["total_sessions"],
            resolved=touched["resolved_sessions"],
            resolution_rate=touched["resolution_rate"],
            top_utm_sources={one["source"]: one["count"] for one in sources[:TOP_SOURCES]},
            top_sources=[SourceOut.model_validate(one) for one in sources[:TOP_SOURCES]],
        ),
        segments=SegmentsOut(total=found.segments.n, total_customers=found.segments.n_members),
        experiments=ExperimentsOut(
            active=found.n_running,
            list=[
                RunningOut(
                    id=one.id,
                    name=one.name,
                    status=one.status,
                    experiment_type=one.experiment_type,
                    primary_metric=one.primary_metric,
                    is_significant=one.is_significant,
                    improvement_percent=one.improvement_percent,
                    started_at=isoformat(one.started_at),
                )
                for one in found.running
            ],
        ),
        campaign_roi=[
            RoiOut(
                campaign_id=row["campaign_id"],
                campaign_name=row["campaign_name"],
                spend=None if row["spend_minor"] is None else to_major(row["spend_minor"], currency),
                conversions=row["n_conversions"],
                revenue=None if row["revenue_minor"] is None else to_major(row["revenue_minor"], currency),
                roi=row["roi"],
            )
            for row in found.campaigns.iter_rows(named=True)
        ],
        daily_trend=[
            DayOut(
                date=row["date"],
                conversions=row["conversions"],
                value=to_major(row["value_minor"], currency),
                sessions=row["sessions"],
            )
            for row in found.trend
        ],
        unconverted=[
            UnconvertedOut(currency=one.currency, count=one.count, value=to_major(one.value_minor, one.currency))
            for one in counted.unconverted
        ],
    )
