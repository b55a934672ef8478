"""/admin/meta-ads/campaigns: campaigns with what they cost and brought, and those that are told by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Engine

from adplanning.api.bodies import Deleted, PeriodOut, UnconvertedOut
from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.meta_ads_bodies import (
    AdOut,
    AdSetOut,
    CampaignOut,
    DayOut,
    FiguresOut,
    ad_json,
    ad_set_json,
    campaign_fields,
    campaign_json,
    figures_json,
)
from adplanning.core.money import to_major
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Platform
from adplanning.meta_ads import campaign_service, service
from adplanning.meta_ads.fields import CampaignChange, CampaignFields
from adplanning.meta_ads.figures import NO_FIGURES, as_figures
from adplanning.store.session import reading, writing

router = APIRouter(prefix="/admin/meta-ads/campaigns", tags=["meta ads"])


class AdSetWithFigures(AdSetOut, FiguresOut):
    """An ad set with its figures."""


class AdWithFigures(AdOut, FiguresOut):
    """An ad with its figures."""


class WholeCampaignOut(CampaignOut):
    """A campaign with its parts and days."""

    ad_sets: list[AdSetWithFigures]
    ads: list[AdWithFigures]
    insights: list[DayOut]


class CampaignsAnswer(BaseModel):
    """A page of campaigns; `total` repeats the count for older clients."""

    campaigns: list[CampaignOut]
    count: int
    total: int
    limit: int
    offset: int
    currency: str


class CampaignAnswer(BaseModel):
    """One campaign."""

    campaign: CampaignOut
    currency: str


class WholeCampaignAnswer(BaseModel):
    """One campaign with its parts and days."""

    campaign: WholeCampaignOut
    currency: str


class TotalsOut(FiguresOut):
    """All campaigns together; `spend` without what is unconverted, `reach` null where persons may be the same.

    Clients reckon with these numbers: what no campaign told is 0 here, and so is every ratio to it; null is only what
    an unknown rate leaves open.
    """

    reach: int | None
    campaign_count: int


class TotalsAnswer(BaseModel):
    """The totals of a period."""

    totals: TotalsOut
    currency: str
    unconverted: list[UnconvertedOut]
    period: PeriodOut


_ZERO_WHERE_UNTOLD = ("link_clicks", "leads", "conversions", "conversion_value", "cpl", "cpa", "roas")


@router.get("")
def list_(
    engine: StoreEngine,
    session: Reading,
    settings: AppSettings,
    page: Page,
    period: GivenPeriod,
    ad_account_id: Filter = None,
    status: Filter = None,
    platform: Platform | None = None,
    q: Annotated[Filter, Query(description="what the name or an id holds")] = None,
    sort: Annotated[str, Query(description="a column of the answer")] = "spend",
    descending: bool = True,
) -> CampaignsAnswer:
    """Campaigns with their figures of the period, or of all days; those that spent most first."""
    rows, count = service.list_campaigns(
        engine,
        session,
        {"ad_account_id": ad_account_id, "status": status, "platform": platform},
        period,
        currency=settings.currency,
        zone=settings.zone,
        limit=page.limit,
        offset=page.offset,
        search=q,
        sort=sort,
        descending=descending,
    )
    return CampaignsAnswer(
        campaigns=[campaign_json(*row, settings.currency) for row in rows],
        count=count,
        total=count,
        limit=page.limit,
        offset=page.offset,
        currency=settings.currency,
    )


@router.post("", status_code=201)
def create(body: CampaignFields, engine: StoreEngine, settings: AppSettings, now: Now) -> CampaignAnswer:
    """Add a campaign by hand, and its account where that is not there."""
    with writing(engine) as session:
        row = campaign_service.create_campaign(
            session, body, currency=settings.start_currency, zone=settings.start_zone, now=now
        )
        campaign_id = row.id
    return _stored(engine, campaign_id, settings)


@router.get("/totals")
def totals(
    engine: StoreEngine,
    settings: AppSettings,
    period: GivenPeriod,
    ad_account_id: Filter = None,
    status: Filter = None,
    platform: Platform | None = None,
    q: Filter = None,
) -> TotalsAnswer:
    """The figures of all matching campaigns in the period, or of all days; ratios are of the sums."""
    found = service.campaign_totals(
        engine,
        {"ad_account_id": ad_account_id, "status": status, "platform": platform},
        period,
        currency=settings.currency,
        zone=settings.zone,
        search=q,
    )
    figures = figures_json(found.figures, settings.currency) | {"spend": to_major(found.spend_minor, settings.currency)}
    if not found.unconverted:
        figures |= {name: figures[name] or 0 for name in _ZERO_WHERE_UNTOLD}
    reach = found.n_reach if found.n_campaigns else 0
    return TotalsAnswer(
        totals=TotalsOut.model_validate(figures | {"reach": reach, "campaign_count": found.n_campaigns}),
        currency=settings.currency,
        unconverted=[
            UnconvertedOut(
                currency=apart.currency, count=apart.count, value=to_major(apart.value_minor, apart.currency)
            )
            for apart in found.unconverted
        ],
        period=PeriodOut.model_validate(period.to_json()),
    )


@router.get("/{campaign_id}")
def read(
    campaign_id: Id, engine: StoreEngine, session: Reading, settings: AppSettings, period: GivenPeriod
) -> WholeCampaignAnswer:
    """One campaign with its ad sets, ads and days, and the figures of each in the period, or of all days."""
    currency, zone = settings.currency, settings.zone
    row = service.find_campaign(session, campaign_id)
    account = service.account_of(session, row)
    of_it = {"id": campaign_id}
    whole = service.campaign_totals(engine, of_it, period, currency=currency, zone=zone).figures
    of_sets = service.part_figures(engine, campaign_id, "ad_set", period, currency=currency, zone=zone)
    of_ads = service.part_figures(engine, campaign_id, "ad", period, currency=currency, zone=zone)
    days = service.daily_figures(engine, of_it, period, currency=currency, zone=zone)
    campaign = WholeCampaignOut.model_validate(
        campaign_fields(row, account)
        | figures_json(whole, currency)
        | {
            "ad_sets": [
                ad_set_json(part, account.currency).model_dump()
                | figures_json(of_sets.get(part.id, NO_FIGURES), currency)
                for part in service.ad_sets_of(session, campaign_id)
            ],
            "ads": [
                ad_json(part).model_dump() | figures_json(of_ads.get(part.id, NO_FIGURES), currency)
                for part in service.ads_of(session, campaign_id)
            ],
            "insights": [
                {"date": day["on"]} | figures_json(as_figures(day), currency) for day in days.iter_rows(named=True)
            ],
        }
    )
    return WholeCampaignAnswer(campaign=campaign, currency=currency)


@router.put("/{campaign_id}")
def change(
    campaign_id: Id, body: CampaignChange, engine: StoreEngine, settings: AppSettings, now: Now
) -> CampaignAnswer:
    """Change the fields that are sent, of a campaign that no platform has listed."""
    with writing(engine) as session:
        campaign_service.change_campaign(session, campaign_id, body, zone=settings.zone, now=now)
    return _stored(engine, campaign_id, settings)


@router.delete("/{campaign_id}")
def delete(campaign_id: Id, session: Writing) -> Deleted:
    """Remove a campaign that was told by hand and that nothing is linked to."""
    campaign_service.delete_campaign(session, campaign_id)
    return Deleted(id=campaign_id)


def _stored(engine: Engine, campaign_id: str, settings: Settings) -> CampaignAnswer:
    """A campaign as it is after a commit: figures are read from what is committed."""
    with reading(engine) as session:
        row = service.find_campaign(session, campaign_id)
        account = service.account_of(session, row)
        found = service.campaign_totals(
            engine, {"id": campaign_id}, None, currency=settings.currency, zone=settings.zone
        )
        shown = campaign_json(row, account, found.figures, settings.currency)
    return CampaignAnswer(campaign=shown, currency=settings.currency)
