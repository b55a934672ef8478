"""Campaigns, ad sets, ads and their figures as the API shows them."""

from __future__ import annotations

import datetime

from pydantic import BaseModel

from adplanning.core.money import minor_digits, to_major
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import Platform
from adplanning.meta_ads.figures import Figures
from adplanning.store.tables.ads import Ad, AdAccount, AdSet, Campaign


class FiguresOut(BaseModel):
    """What was spent and what came of it by the platform's own count, in the reporting currency.

    `ctr` is in percent. What nobody told is null, and so is every ratio of it; a ratio to nothing is 0.
    """

    spend: float | None
    impressions: int
    clicks: int
    link_clicks: int | None
    leads: float | None
    conversions: float | None
    conversion_value: float | None
    results: float | None
    result_type: str | None
    ctr: float | None
    cpc: float | None
    cpm: float | None
    cpl: float | None
    cpa: float | None
    cost_per_result: float | None
    roas: float | None


class DayOut(FiguresOut):
    """The figures of one day of the account's calendar."""

    date: datetime.date


class AdSetOut(BaseModel):
    """An ad set; its budgets are in the account's currency."""

    id: str
    campaign_id: str
    meta_ad_set_id: str | None
    name: str
    status: str | None
    effective_status: str | None
    optimization_goal: str | None
    daily_budget: float | None
    lifetime_budget: float | None
    remote_state: str | None


class AdOut(BaseModel):
    """An ad."""

    id: str
    ad_set_id: str
    meta_ad_id: str | None
    name: str
    status: str | None
    effective_status: str | None
    creative_id: str | None
    remote_state: str | None


class CampaignOut(FiguresOut):
    """A campaign with its figures; its budgets are in the account's currency."""

    id: str
    name: str
    platform: Platform
    ad_account_id: str
    ad_account_name: str
    account_currency: str
    meta_campaign_id: str | None
    status: str
    effective_status: str | None
    objective: str | None
    buying_type: str | None
    daily_budget: float | None
    lifetime_budget: float | None
    starts_at: str | None
    stops_at: str | None
    remote_state: str | None
    created_at: str | None
    updated_at: str | None


def figures_json(figures: Figures, currency: str) -> dict[str, float | str | None]:
    """The fields of `FiguresOut`; amounts become major units of `currency`.

    >>> from adplanning.meta_ads.figures import Figures
    >>> shown = figures_json(Figures(80_000, 4000, 20, None, 0, None, None, None), "INR")
    >>> shown["spend"], shown["ctr"], shown["cpc"], shown["cpl"], shown["cpa"]
    (800.0, 0.5, 40.0, 0.0, None)
    """
    spend, minor = figures.spend_minor, 10 ** minor_digits(currency)
    return {
        "spend": _major(spend, currency),
        "impressions": figures.n_impressions,
        "clicks": figures.n_clicks,
        "link_clicks": figures.n_link_clicks,
        "leads": figures.n_leads,
        "conversions": figures.n_purchases,
        "conversion_value": _major(figures.purchase_value_minor, currency),
        "results": figures.n_results,
        "result_type": figures.result_type,
        "ctr": _or_zero(figures.click_rate, figures.n_clicks, figures.n_impressions, times=100),
        "cpc": _or_zero(figures.cost_per_click_minor, spend, figures.n_clicks, times=1 / minor),
        "cpm": _or_zero(figures.cost_per_mille_minor, spend, figures.n_impressions, times=1 / minor),
        "cpl": _or_zero(figures.cost_per_lead_minor, spend, figures.n_leads, times=1 / minor),
        "cpa": _or_zero(figures.cost_per_purchase_minor, spend, figures.n_purchases, times=1 / minor),
        "cost_per_result": _or_zero(figures.cost_per_result_minor, spend, figures.n_results, times=1 / minor),
        "roas": _or_zero(figures.claimed_roas, figures.purchase_value_minor, spend),
    }


def campaign_json(row: Campaign, account: AdAccount, figures: Figures, currency: str) -> CampaignOut:
    """A campaign with its figures."""
    return CampaignOut.model_validate(campaign_fields(row, account) | figures_json(figures, currency))


def campaign_fields(row: Campaign, account: AdAccount) -> dict[str, object]:
    """The fields of `CampaignOut` without its figures."""
    return {
        "id": row.id,
        "name": row.name,
        "platform": account.platform,
        "ad_account_id": account.id,
        "ad_account_name": account.name,
        "account_currency": account.currency,
        "meta_campaign_id": row.platform_campaign_id,
        "status": row.status,
        "effective_status": row.effective_status,
        "objective": row.objective,
        "buying_type": row.buying_type,
        "daily_budget": _major(row.daily_budget_minor, account.currency),
        "lifetime_budget": _major(row.lifetime_budget_minor, account.currency),
        "starts_at": isoformat(row.starts_at),
        "stops_at": isoformat(row.stops_at),
        "remote_state": row.remote_state,
        "created_at": isoformat(row.created_at),
        "updated_at": isoformat(row.updated_at),
    }


def ad_set_json(row: AdSet, currency: str) -> AdSetOut:
    """An ad set of an account in `currency`."""
    return AdSetOut(
        id=row.id,
        campaign_id=row.campaign_id,
        meta_ad_set_id=row.platform_ad_set_id,
        name=row.name,
        status=row.status,
        effective_status=row.effective_status,
        optimization_goal=row.optimization_goal,
        daily_budget=_major(row.daily_budget_minor, currency),
        lifetime_budget=_major(row.lifetime_budget_minor, currency),
        remote_state=row.remote_state,
    )


def ad_json(row: Ad) -> AdOut:
    """An ad."""
    return AdOut(
        id=row.id,
        ad_set_id=row.ad_set_id,
        meta_ad_id=row.platform_ad_id,
        name=row.name,
        status=row.status,
        effective_status=row.effective_status,
        creative_id=row.creative_id,
        remote_state=row.remote_state,
    )


def _major(minor: int | None, currency: str) -> float | None:
    return None if minor is None else to_major(minor, currency)


def _or_zero(value: float | None, above: float | None, below: float | None, *, times: float = 1) -> float | None:
    """A ratio as older clients read it: 0 where there is nothing to divide by, null where a part is unknown."""
    if value is None:
        return None if above is None or below is None else 0.0
    return value * times
