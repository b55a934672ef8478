"""Spend and results of campaigns as facts; forecasts, curves, plans and planned events as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, Join, Select, and_, exists, func, select, true
from sqlalchemy.orm import Session

from adplanning.core.errors import NotFound
from adplanning.core.periods import Period, day_start
from adplanning.core.vocabulary import AttributionModel, ForecastStatus, PublicRevenue, Stream
from adplanning.forecasts.daily_history import HistoryFacts
from adplanning.store import facts
from adplanning.store.campaign_results import RESULT_TYPES, campaign_results_statement
from adplanning.store.counted import counted_conversions
from adplanning.store.lists import Orders, containing
from adplanning.store.spend import spend_statement
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.forecasts import Forecast, PlanAllocation, ResponseCurve

_SPEND = ("level", "campaign_id", "first_on", "on", "spend_minor", "currency")
_RATES = facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"])
_ACCOUNTS, _CAMPAIGNS, _DAYS = TABLES["ad_accounts"].c, TABLES["campaigns"].c, TABLES["daily_spend"].c
_CONVERSIONS, _CREDITS = TABLES["conversions"].c, TABLES["attribution_credits"].c
_STREAMS, _REFUSED = TABLES["sync_streams"].c, TABLES["quarantined_rows"].c
_FORECASTS, _FORECAST_DAYS = TABLES["forecasts"].c, TABLES["forecast_days"].c
FORECAST_ORDERS: Final[Orders] = {
    name: [_FORECASTS[name]] for name in ("created_at", "first_on", "last_on", "as_of_on", "trust", "method")
} | {"campaign": [_CAMPAIGNS.name]}
_EVENTS, _PLANS = TABLES["planned_events"].c, TABLES["budget_plans"].c
EVENT_TOLD_AT: Final = _EVENTS.created_at
PLAN_NAME: Final = _PLANS.name
PLAN_ORDERS: Final[Orders] = {name: [_PLANS[name]] for name in ("created_at", "name", "first_on", "last_on")} | {
    "total": [_PLANS.currency, _PLANS.total_minor]
}


def history_facts(
    engine: Engine,
    first_on: date,
    as_of_on: date,
    *,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    campaign_ids: Sequence[str] | None = None,
) -> HistoryFacts:
    """On one snapshot: all that the store tells of some campaigns, or of all, from one day to another."""
    period = Period(day_start(first_on, zone), day_start(as_of_on + timedelta(days=1), zone))
    spend, results, campaigns, told, refused, rates, known = facts.read(
        engine,
        spend_statement(_SPEND, period, zone=zone, campaign_ids=campaign_ids),
        campaign_results_statement(period, public_revenue=public_revenue, campaign_ids=campaign_ids),
        _campaigns(campaign_ids),
        _told_days(first_on, as_of_on, campaign_ids),
        _refused_days(first_on, as_of_on),
        _RATES,
        _known_results(public_revenue),
    )
    return HistoryFacts(
        spend=spend,
        results=results,
        campaigns=campaigns,
        told=told,
        refused=refused,
        rates=rates,
        **_bounds(known, zone),
    )


def _campaigns(campaign_ids: Sequence[str] | None) -> Select[Any]:
    query = select(
        _CAMPAIGNS.id.label("campaign_id"), _CAMPAIGNS.ad_account_id, _STREAMS.watermark_on.label("read_until_on")
    ).select_from(_joined_to_streams())
    return query if campaign_ids is None else query.where(_CAMPAIGNS.id.in_(campaign_ids))


def _joined_to_streams() -> Join:
    number = func.replace(_ACCOUNTS.platform_account_id, "act_", "")
    of_account = and_(_STREAMS.scope == number, _STREAMS.stream == Stream.campaign_insights.value)
    return (
        TABLES["campaigns"]
        .join(TABLES["ad_accounts"], _ACCOUNTS.id == _CAMPAIGNS.ad_account_id)
        .outerjoin(TABLES["sync_streams"], of_account)
    )


def _told_days(first_on: date, as_of_on: date, campaign_ids: Sequence[str] | None) -> Select[Any]:
    # Each day and account is looked up, which an index answers; to go through all rows takes forty times as long.
    days = select(_DAYS.on).where(_DAYS.on.between(first_on, as_of_on)).distinct().subquery("days")
    accounts = select(_ACCOUNTS.id.label("ad_account_id"))
    if campaign_ids is not None:
        accounts = accounts.where(_ACCOUNTS.id.in_(select(Campaign.ad_account_id).where(Campaign.id.in_(campaign_ids))))
    of = accounts.subquery("accounts")
    spent, its = TABLES["daily_spend"].alias("spent").c, TABLES["campaigns"].alias("its").c
    has_told = exists().where(
        spent.on == days.c.on, its.id == spent.campaign_id, its.ad_account_id == of.c.ad_account_id
    )
    return select(of.c.ad_account_id, days.c.on).select_from(of.join(days, true())).where(has_told)


def _refused_days(first_on: date, as_of_on: date) -> Select[Any]:
    number = func.replace(_ACCOUNTS.platform_account_id, "act_", "")
    joined = TABLES["quarantined_rows"].join(TABLES["ad_accounts"], _REFUSED.scope == number)
    return (
        select(_ACCOUNTS.id.label("ad_account_id"), _REFUSED.on)
        .select_from(joined)
        .where(_REFUSED.stream == Stream.campaign_insights.value, _REFUSED.on.between(first_on, as_of_on))
        .distinct()
    )


def _known_results(public_revenue: PublicRevenue) -> Select[Any]:
    """Since when purchases and leads are counted at all, and the first of them that waits for its credit.

    Those without a campaign of their own wait from the last one on that was credited; before anything was credited,
    none waits for it.
    """
    counted = [*counted_conversions(public_revenue), _CONVERSIONS.conversion_type.in_(RESULT_TYPES)]
    credited_until = select(func.max(_CREDITS.converted_at)).where(_CREDITS.model == AttributionModel.last_click.value)
    # Not the least of all, which would have every conversion read: the first one in the order of an index.
    in_order = select(_CONVERSIONS.converted_at).where(*counted).order_by(_CONVERSIONS.converted_at).limit(1)
    waiting = in_order.where(
        _CONVERSIONS.ad_campaign_id.is_(None), _CONVERSIONS.converted_at > credited_until.scalar_subquery()
    )
    return select(in_order.scalar_subquery().label("first_at"), waiting.scalar_subquery().label("waiting_at"))


def _bounds(known: pl.DataFrame, zone: ZoneInfo) -> dict[str, date | None]:
    first_at, waiting_at = known.row(0)
    return {
        "results_from_on": None if first_at is None else first_at.astimezone(zone).date(),
        "results_until_on": None if waiting_at is None else waiting_at.astimezone(zone).date() - timedelta(days=1),
    }


def require_campaigns(session: Session, campaign_ids: Sequence[str]) -> None:
    """Refuse ids that are no campaign's.

    Raises
    ------
    NotFound : naming the first of them.
    """
    known = set(session.scalars(select(Campaign.id).where(Campaign.id.in_(campaign_ids))))
    for campaign_id in campaign_ids:
        if campaign_id not in known:
            raise NotFound(
                f"ad_campaign_id: there is no campaign {campaign_id!r}; GET /admin/meta-ads/campaigns lists them"
            )


def matching_forecasts(
    filters: Mapping[str, str | None], today_on: date, *, search: str | None = None
) -> Select[Forecast]:
    """The SELECT of a list of forecasts: those of `ad_campaign_id`, of `origin`, and of `status` as of today."""
    query = select(Forecast).outerjoin(Campaign).where(*containing([_CAMPAIGNS.name, _FORECASTS.id], search))
    for name in ("ad_campaign_id", "origin"):
        if filters.get(name):
            query = query.where(_FORECASTS[name] == filters[name])
    match filters.get("status"):
        case ForecastStatus.pending:
            query = query.where(_FORECASTS.first_on > today_on)
        case ForecastStatus.active:
            query = query.where(_FORECASTS.first_on <= today_on, _FORECASTS.last_on >= today_on)
        case ForecastStatus.completed:
            query = query.where(_FORECASTS.last_on < today_on)
    return query


def forecast_days(forecast_id: str) -> Select[Any]:
    """The SELECT of the days of a forecast, in their order."""
    columns = (column for column in _FORECAST_DAYS if column.name != "forecast_id")
    return select(*columns).where(_FORECAST_DAYS.forecast_id == forecast_id).order_by(_FORECAST_DAYS.on)


def latest_curves(currency: str, outcome: str, campaign_ids: Sequence[str] | None = None) -> Select[ResponseCurve]:
    """The SELECT of the latest curve of each campaign, or of some, for one kind of result."""
    some = [] if campaign_ids is None else [ResponseCurve.campaign_id.in_(campaign_ids)]
    newest = func.row_number().over(
        partition_by=ResponseCurve.campaign_id, order_by=(ResponseCurve.fitted_at.desc(), ResponseCurve.id.desc())
    )
    of_it = (
        select(ResponseCurve.id, newest.label("place"))
        .where(ResponseCurve.currency == currency, ResponseCurve.outcome == outcome, *some)
        .subquery()
    )
    return (
        select(ResponseCurve)
        .join(of_it, of_it.c.id == ResponseCurve.id)
        .where(of_it.c.place == 1)
        .order_by(ResponseCurve.campaign_id)
    )


def plan_allocations(plan_id: str) -> Select[PlanAllocation, str]:
    """The SELECT of what each campaign gets of a plan, beside its name; the most first."""
    return (
        select(PlanAllocation, Campaign.name)
        .join(Campaign, Campaign.id == PlanAllocation.campaign_id)
        .where(PlanAllocation.plan_id == plan_id)
        .order_by(PlanAllocation.daily_minor.desc(), PlanAllocation.campaign_id)
    )


def planned_events() -> Select[Any]:
    """The SELECT of all planned events."""
    told = (_EVENTS[name] for name in ("name", "first_on", "last_on", "effect"))
    return select(*told, _EVENTS.ad_campaign_id.label("campaign_id"))


def forecast_facts(
    engine: Engine, as_of_on: date, *, currency: str, forecast_id: str | None, ad_campaign_id: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """On one snapshot: the kept forecasts in a currency that had begun by a day, and their days up to it."""
    chosen = [_FORECASTS.currency == currency, _FORECASTS.first_on <= as_of_on]
    if forecast_id is not None:
        chosen.append(_FORECASTS.id == forecast_id)
    if ad_campaign_id is not None:
        chosen.append(_FORECASTS.ad_campaign_id == ad_campaign_id)
    made = select(_FORECASTS.id.label("forecast_id"), _FORECASTS.ad_campaign_id, _FORECASTS.as_of_on).where(*chosen)
    joined = TABLES["forecast_days"].join(TABLES["forecasts"], _FORECASTS.id == _FORECAST_DAYS.forecast_id)
    days = select(*_FORECAST_DAYS).select_from(joined).where(_FORECAST_DAYS.on <= as_of_on, *chosen)
    forecasts, of_them = facts.read(engine, made, days)
    return forecasts, of_them
