"""/admin/meta-ads: the accounts, ad sets, ads and daily figures that were synchronised, imported or told by hand."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, GivenPeriod, Page, Reading
from adplanning.api.meta_ads_bodies import AdOut, AdSetOut, ad_json, ad_set_json
from adplanning.core.money import to_major
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import Platform
from adplanning.meta_ads import account_service
from adplanning.store.tables.ads import AdAccount, DailySpend

router = APIRouter(prefix="/admin/meta-ads", tags=["meta ads"])


class AccountOut(BaseModel):
    """An ad account; `timezone` is that of its days, `amount_spent` what the platform says it spent in all."""

    id: str
    platform: Platform
    meta_account_id: str
    name: str
    currency: str
    timezone: str
    status: str | None
    amount_spent: float | None
    created_at: str | None


class InsightOut(BaseModel):
    """What one campaign, ad set or ad (`level`) cost and brought on a day of its account, in the account's currency."""

    date: date
    level: Literal["campaign", "ad_set", "ad"]
    object_id: str
    campaign_id: str
    ad_set_id: str | None
    ad_id: str | None
    currency: str
    spend: float
    impressions: int
    clicks: int
    link_clicks: int | None
    reach: int | None
    leads: float | None
    conversions: float | None
    conversion_value: float | None
    results: float | None
    result_type: str | None
    attribution_setting: str | None


class AccountsAnswer(BaseModel):
    """A page of accounts."""

    accounts: list[AccountOut]
    count: int
    limit: int
    offset: int


class AdSetsAnswer(BaseModel):
    """A page of ad sets."""

    adsets: list[AdSetOut]
    count: int
    limit: int
    offset: int


class AdsAnswer(BaseModel):
    """A page of ads."""

    ads: list[AdOut]
    count: int
    limit: int
    offset: int


class InsightsAnswer(BaseModel):
    """A page of daily figures."""

    insights: list[InsightOut]
    count: int
    limit: int
    offset: int


@router.get("/accounts")
def accounts(session: Reading, page: Page, platform: Platform | None = None) -> AccountsAnswer:
    """Ad accounts, by name."""
    rows, count = account_service.list_accounts(session, limit=page.limit, offset=page.offset, platform=platform)
    return AccountsAnswer(
        accounts=[_account_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/adsets")
def ad_sets(session: Reading, page: Page, campaign_id: Filter = None, status: Filter = None) -> AdSetsAnswer:
    """Ad sets, by name."""
    filters = {"campaign_id": campaign_id, "status": status}
    rows, count = account_service.list_ad_sets(session, filters, limit=page.limit, offset=page.offset)
    return AdSetsAnswer(
        adsets=[ad_set_json(row, currency) for row, currency in rows], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/ads")
def ads(
    session: Reading, page: Page, campaign_id: Filter = None, ad_set_id: Filter = None, status: Filter = None
) -> AdsAnswer:
    """Ads, by name."""
    filters = {"campaign_id": campaign_id, "ad_set_id": ad_set_id, "status": status}
    rows, count = account_service.list_ads(session, filters, limit=page.limit, offset=page.offset)
    return AdsAnswer(ads=[ad_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset)


@router.get("/insights")
def insights(
    session: Reading,
    settings: AppSettings,
    page: Page,
    period: GivenPeriod,
    level: Literal["campaign", "ad_set", "ad"] | None = None,
    ad_account_id: Filter = None,
    campaign_id: Filter = None,
    object_id: Filter = None,
) -> InsightsAnswer:
    """Daily figures as they were told, latest first; only those of one level may be added up."""
    filters = {
        "level": level,
        "ad_account_id": ad_account_id,
        "campaign_id": campaign_id,
        "object_id": object_id,
    }
    rows, count = account_service.list_days(
        session, filters, period, zone=settings.zone, limit=page.limit, offset=page.offset
    )
    return InsightsAnswer(
        insights=[_insight_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )


def _account_json(row: AdAccount) -> AccountOut:
    spent = row.amount_spent_minor
    return AccountOut(
        id=row.id,
        platform=Platform(row.platform),
        meta_account_id=row.platform_account_id,
        name=row.name,
        currency=row.currency,
        timezone=row.timezone,
        status=row.status,
        amount_spent=None if spent is None else to_major(spent, row.currency),
        created_at=isoformat(row.created_at),
    )


def _insight_json(row: DailySpend) -> InsightOut:
    value = row.purchase_value_minor
    return InsightOut.model_validate(
        {
            "date": row.on,
            "level": row.level,
            "object_id": row.object_id,
            "campaign_id": row.campaign_id,
            "ad_set_id": row.ad_set_id,
            "ad_id": row.ad_id,
            "currency": row.currency,
            "spend": to_major(row.spend_minor, row.currency),
            "impressions": row.n_impressions,
            "clicks": row.n_clicks,
            "link_clicks": row.n_link_clicks,
            "reach": row.n_reach,
            "leads": row.n_leads,
            "conversions": row.n_purchases,
            "conversion_value": None if value is None else to_major(value, row.currency),
            "results": row.n_results,
            "result_type": row.result_type,
            "attribution_setting": row.attribution_setting,
        }
    )
