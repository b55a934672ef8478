"""Conversions and visitors as facts and as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import ColumnElement, Engine, Select, func, select
from sqlalchemy.orm import Session

from adplanning.core.periods import Period
from adplanning.core.vocabulary import PLATFORM_OF_SOURCE, Platform, PublicRevenue
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion, Goal, GoalCompletion

_CONVERSIONS, _GOALS = TABLES["conversions"].c, TABLES["goals"].c
CONVERSION_ORDERS: Orders = {
    "conversion_type": [_CONVERSIONS.conversion_type],
    "value": [_CONVERSIONS.currency, _CONVERSIONS.value_minor],
    "utm_source": [_CONVERSIONS.utm_source],
    "utm_campaign": [_CONVERSIONS.utm_campaign],
    "platform": [_CONVERSIONS.platform],
    "converted_at": [_CONVERSIONS.converted_at],
}
GOAL_ORDERS: Orders = {name: [_GOALS[name]] for name in ("name", "goal_type", "priority", "is_active")}
_CONVERSION_TEXTS = [
    _CONVERSIONS[name] for name in ("conversion_name", "utm_source", "utm_campaign", "order_id", "visitor_id", "id")
]
_GOAL_TEXTS = [_GOALS.name, _GOALS.description]
COLUMNS = ("conversion_type", "platform", "ad_campaign_id", "currency", "value_minor", "converted_at", "visitor_id")


def conversion_facts(
    engine: Engine, period: Period, filters: Mapping[str, str | None], public_revenue: PublicRevenue
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The counted conversions of a period, the currency rates, and how many unique visitors were seen in it.

    A visitor was seen who has a conversion or a journey event there that the same filters let through.
    """
    table = TABLES["conversions"]
    matching = [table.c[name] == value for name, value in filters.items() if value is not None]
    conversions, seen, rates = facts.read(
        engine,
        facts.statement("conversions", COLUMNS, period, where=[*counted_conversions(public_revenue), *matching]),
        # Repeats are told apart below: SQLite takes several times as long for it.
        facts.statement("journey_events", ["visitor_id"], period, where=_seen(filters)),
        facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"]),
    )
    visitors = pl.concat([conversions["visitor_id"], seen["visitor_id"]]).drop_nulls()
    return conversions, rates, visitors.n_unique()


def _seen(filters: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    table = TABLES["journey_events"]
    conditions = counted_events("journey_events")
    for name in ("website_id", "ad_campaign_id"):
        if filters.get(name) is not None:
            conditions.append(table.c[name] == filters[name])
    platform = filters.get("platform")
    if platform is not None:
        conditions.append(_comes_from(Platform(platform)))
    return conditions


def _comes_from(platform: Platform) -> ColumnElement[bool]:
    source = func.lower(func.trim(TABLES["journey_events"].c.utm_source))
    if platform is Platform.direct:
        return func.coalesce(source, "") == ""
    if platform is Platform.generic:
        return (source != "") & source.not_in(PLATFORM_OF_SOURCE)
    return source.in_([name for name, its in PLATFORM_OF_SOURCE.items() if its is platform])


def matching_conversions(
    filters: Mapping[str, str | bool | None], period: Period, *, search: str | None = None
) -> Select[Conversion]:
    """The SELECT of a list: every filter given must hold; `goal_id` means having completed that goal.

    With `search`, one of the texts that a person knows a conversion by must hold it; see `spellings`.
    """
    query = select(Conversion).where(*containing(_CONVERSION_TEXTS, search))
    for name, value in filters.items():
        if value is None:
            continue
        if name == "goal_id":
            completed = select(GoalCompletion.conversion_id).where(GoalCompletion.goal_id == value)
            query = query.where(Conversion.id.in_(completed))
        else:
            query = query.where(getattr(Conversion, name) == value)
    if period.start is not None:
        query = query.where(Conversion.converted_at >= period.start)
    if period.end is not None:
        query = query.where(Conversion.converted_at < period.end)
    return query


def matching_goals(filters: Mapping[str, str | bool | None], *, search: str | None = None) -> Select[Goal]:
    """The same of goals."""
    query = select(Goal).where(*containing(_GOAL_TEXTS, search))
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Goal, name) == value)
    return query


def goals_met(session: Session, conversion_ids: Sequence[str]) -> dict[str, list[str]]:
    """The goals that each of some conversions has met, oldest first."""
    found = session.execute(
        select(GoalCompletion.conversion_id, GoalCompletion.goal_id)
        .where(GoalCompletion.conversion_id.in_(conversion_ids))
        .order_by(GoalCompletion.id)
    )
    met: dict[str, list[str]] = {}
    for conversion_id, goal_id in found:
        met.setdefault(str(conversion_id), []).append(goal_id)
    return met


def completion_facts(engine: Engine, goal_ids: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The completions of some goals, and the currency rates."""
    table = TABLES["goal_completions"]
    completions, rates = facts.read(
        engine,
        facts.statement(
            "goal_completions",
            ["goal_id", "value_minor", "currency", "completed_at"],
            where=[table.c.goal_id.in_(goal_ids)],
        ),
        facts.statement("currency_rates", ["currency", "in_currency", "on", "rate"]),
    )
    return completions, rates
