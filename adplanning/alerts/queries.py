"""How far the facts that rules look at have been read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, Select, func, select
from sqlalchemy.orm import Session

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue, Stream
from adplanning.metrics.figures import MetricFacts, sources_of
from adplanning.metrics.queries import metric_facts
from adplanning.store.campaign_results import last_credited_statement
from adplanning.store.lists import Orders
from adplanning.store.spend import spend_statement
from adplanning.store.tables.ads import AdAccount, Campaign, DailySpend
from adplanning.store.tables.alerts import Alert, AlertRule
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.syncing import SyncStream

IN_USE_DAYS: Final = 35
"""An account that has not spent for so long keeps nobody waiting."""

RULE_ORDERS: Orders = {name: [TABLES["alert_rules"].c[name]] for name in ("name", "kind", "created_at", "checked_at")}
ALERT_ORDERS: Orders = {name: [TABLES["alerts"].c[name]] for name in ("opened_at", "closed_at", "seen_at")}


@dataclass(frozen=True)
class SourceDay:
    """The last day of which all is there, and what it was told by."""

    source: str
    last_on: date


def facts_of(
    engine: Engine, period: Period, names: Collection[str], *, zone: ZoneInfo, public_revenue: PublicRevenue
) -> MetricFacts:
    """What some metrics of campaigns are made from, in a period."""
    [facts] = metric_facts(engine, [period], sources_of(names), zone=zone, public_revenue=public_revenue)
    return facts


def platform_days(session: Session, yesterday: date) -> list[SourceDay]:
    """How far each account that has spent of late was read: to the day before the one on which it was synchronised,
    which was not over; where it is not synchronised, to the last day that a file told of.
    """
    spent = (
        select(AdAccount.name, AdAccount.platform_account_id, func.max(DailySpend.on))
        .join_from(DailySpend, Campaign, DailySpend.campaign_id == Campaign.id)
        .join(AdAccount, Campaign.ad_account_id == AdAccount.id)
        .where(DailySpend.on > yesterday - timedelta(days=IN_USE_DAYS))
        .group_by(AdAccount.id, AdAccount.name, AdAccount.platform_account_id)
    )
    figures = select(SyncStream.scope, SyncStream.watermark_on).where(
        SyncStream.stream == Stream.campaign_insights, SyncStream.watermark_on.is_not(None)
    )
    watermarks: dict[str, date] = {scope: on for scope, on in session.execute(figures) if on is not None}
    found = []
    for name, number, last_on in session.execute(spent):
        watermark = watermarks.get(number.removeprefix("act_"))
        found.append(SourceDay(name, last_on if watermark is None else watermark - timedelta(days=1)))
    return found


def stream_days(session: Session, stream: Stream, zone: ZoneInfo) -> list[SourceDay]:
    """How far leads or posts of each page were read whole: to the day before the one on which that was done."""
    rows = session.scalars(select(SyncStream).where(SyncStream.stream == stream, SyncStream.succeeded_at.is_not(None)))
    return [SourceDay(str(stream), _day_before(row.succeeded_at, zone)) for row in rows if row.succeeded_at is not None]


def credited_until(session: Session, zone: ZoneInfo) -> SourceDay | None:
    """How far conversions were credited: to the day before the last run that did so; None where none ever was."""
    days = [_day_before(one, zone) for one in session.execute(last_credited_statement()).one() if one is not None]
    return SourceDay("attribute_conversions", max(days)) if days else None


def spend_told_together(session: Session, first_on: date, last_on: date) -> Sequence[Row[str, date, date]]:
    """What was spent in several days together that touch these days: campaign_id, the first and the last of them."""
    spend = spend_statement(["campaign_id", "first_on", "on"]).subquery()
    query: Select[str, date, date] = select(spend.c.campaign_id, spend.c.first_on, spend.c.on)
    query = query.where(spend.c.first_on < spend.c.on, spend.c.on >= first_on, spend.c.first_on <= last_on)
    return session.execute(query.distinct()).all()


def matching_alerts(*, is_open: bool | None, rule_id: str | None) -> Select[Alert, AlertRule, str]:
    """Alerts with their rule and the name of their campaign, if they are of one that is still there."""
    query = (
        select(Alert, AlertRule, Campaign.name)
        .join_from(Alert, AlertRule, Alert.rule_id == AlertRule.id)
        .outerjoin(Campaign, Campaign.id == Alert.subject)
    )
    if is_open is not None:
        query = query.where(Alert.closed_at.is_(None) if is_open else Alert.closed_at.is_not(None))
    return query if rule_id is None else query.where(Alert.rule_id == rule_id)


def _day_before(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date() - timedelta(days=1)
