"""Campaigns and their figures as facts; campaigns, ad sets, ads and days as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Column, ColumnElement, Engine, Select, exists, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.store import facts
from adplanning.store.lists import Orders, containing
from adplanning.store.spend import spend_statement
from adplanning.store.tables.ads import Ad, AdAccount, AdSet, Campaign, DailySpend
from adplanning.store.tables.catalogue import TABLES

Filters = Mapping[str, str | None]

_ACCOUNTS, _CAMPAIGNS = TABLES["ad_accounts"].c, TABLES["campaigns"].c
_AD_SETS, _ADS, _DAYS = TABLES["ad_sets"].c, TABLES["ads"].c, TABLES["daily_spend"].c
# What the platform makes of it, else what the shop set: the status that is shown.
_STATUS = func.coalesce(_CAMPAIGNS.effective_status, _CAMPAIGNS.status)
CAMPAIGN_ORDERS: Final[Orders] = {
    "name": [_CAMPAIGNS.name],
    "status": [_STATUS],
    "objective": [_CAMPAIGNS.objective],
    "account": [_ACCOUNTS.name],
    "platform": [_ACCOUNTS.platform],
    "daily_budget": [_ACCOUNTS.currency, _CAMPAIGNS.daily_budget_minor],
    "created_at": [_CAMPAIGNS.created_at],
    "updated_at": [_CAMPAIGNS.updated_at],
}
_TEXTS = [_CAMPAIGNS.name, _CAMPAIGNS.platform_campaign_id, _CAMPAIGNS.id]
_CONDITIONS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "id": lambda value: _CAMPAIGNS.id == value,
    "ad_account_id": lambda value: _CAMPAIGNS.ad_account_id == value,
    "status": lambda value: func.upper(_STATUS) == value.upper(),
    "platform": lambda value: _CAMPAIGNS.ad_account_id.in_(select(_ACCOUNTS.id).where(_ACCOUNTS.platform == value)),
}
_SPEND = (
    *("level", "object_id", "campaign_id", "ad_set_id", "ad_id", "first_on", "on", "currency", "spend_minor"),
    *("n_impressions", "n_clicks", "n_link_clicks", "n_leads", "n_purchases", "purchase_value_minor"),
    *("n_results", "result_type", "n_reach"),
)
_RATES = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])


def figure_facts(
    engine: Engine,
    filters: Filters,
    period: Period | None,
    *,
    zone: ZoneInfo,
    search: str | None = None,
    of: str = "campaign",
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """On one snapshot: what the campaigns that are let through cost and brought, as `spend_once` of the level `of`
    takes it; the currency rates; and how many campaigns these are.
    """
    matching = select(_CAMPAIGNS.id).where(*campaign_conditions(filters, search))
    spend = figures_statement(period, zone=zone, of=of)
    if any(filters.values()) or search:
        spend = spend.where(spend.selected_columns.campaign_id.in_(matching))
    told, rates, campaigns = facts.read(engine, spend, _RATES, matching)
    return told, rates, campaigns.height


def figures_statement(period: Period | None, *, zone: ZoneInfo, of: str = "campaign") -> Select[Any]:
    """The SELECT of what campaigns cost and brought in a period, as `spend_once` of the level `of` takes it."""
    told = spend_statement(_SPEND, period, zone=zone)
    return _without_what_a_campaign_tells(told) if of == "campaign" else told


def _without_what_a_campaign_tells(spend: Select[Any]) -> Select[Any]:
    """Leave rows out that `spend_once` would drop, so that they need not be read: there are many more of them."""
    told, whole = spend.selected_columns, TABLES["daily_spend"].alias("whole").c
    by_campaign = exists().where(whole.object_id == told.campaign_id, whole.on == told.on, whole.level == "campaign")
    return spend.where((told.level == "campaign") | ~by_campaign)


def campaign_conditions(filters: Filters, search: str | None = None) -> list[ColumnElement[bool]]:
    """What must hold of a campaign: id, ad_account_id, status (as it is shown, in whatever case) or platform is the
    value given; with `search`, its name, the platform's id or its own holds it.

    Raises
    ------
    InvalidData : another filter, or a search for what no text can hold.
    """
    given = {name: value for name, value in filters.items() if value}
    for name in given:
        if name not in _CONDITIONS:
            raise InvalidData.unknown_choice("filter", name, _CONDITIONS)
    return [*(_CONDITIONS[name](value) for name, value in given.items()), *containing(_TEXTS, search)]


def matching_campaigns(filters: Filters, search: str | None = None) -> Select[str]:
    """The SELECT of the ids of a list of campaigns, beside their accounts."""
    return select(Campaign.id).join(AdAccount).where(*campaign_conditions(filters, search))


def matching_ad_sets(filters: Filters) -> Select[AdSet, str]:
    """The SELECT of a list of ad sets, each with its account's currency: id, campaign_id or status (as it is shown) is
    the value given.
    """
    columns = {"id": _AD_SETS.id, "campaign_id": _AD_SETS.campaign_id}
    with_currency = select(AdSet, AdAccount.currency).join_from(AdSet, Campaign).join(AdAccount)
    return with_currency.where(*_equal(columns, filters), *_of_status(_AD_SETS, filters))


def matching_ads(filters: Filters) -> Select[Ad]:
    """The same of ads, by id, ad_set_id, campaign_id or status."""
    columns = {"id": _ADS.id, "ad_set_id": _ADS.ad_set_id, "campaign_id": _AD_SETS.campaign_id}
    return select(Ad).join(AdSet).where(*_equal(columns, filters), *_of_status(_ADS, filters))


def matching_days(filters: Filters, period: Period, *, zone: ZoneInfo) -> Select[DailySpend]:
    """The SELECT of a list of daily figures as they were told, by level, object_id, campaign_id or ad_account_id."""
    columns = {
        "level": _DAYS.level,
        "object_id": _DAYS.object_id,
        "campaign_id": _DAYS.campaign_id,
        "ad_account_id": _CAMPAIGNS.ad_account_id,
    }
    query = select(DailySpend).join(Campaign).where(*_equal(columns, filters))
    first, last = period.on(zone)
    if first is not None:
        query = query.where(_DAYS.on >= first)
    if last is not None:
        query = query.where(_DAYS.on <= last)
    return query


def _equal(columns: Mapping[str, ColumnElement[Any]], filters: Filters) -> list[ColumnElement[bool]]:
    return [column == filters[name] for name, column in columns.items() if filters.get(name)]


def _of_status(its: ReadOnlyColumnCollection[str, Column[Any]], filters: Filters) -> list[ColumnElement[bool]]:
    status = filters.get("status")
    return [func.upper(func.coalesce(its.effective_status, its.status)) == status.upper()] if status else []
