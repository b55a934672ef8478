"""Conversions and visitors as facts and as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import ColumnElement, Engine, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.spellings import spellings
from adplanning.core.vocabulary import PLATFORM_OF_SOURCE, Platform, PublicRevenue
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion, Goal, GoalCompletion

Row = TypeVar("Row", Conversion, Goal)

# What the lists can be sorted by: the columns of each order, the first one first.
CONVERSION_ORDERS: Mapping[str, Sequence[str]] = {
    "conversion_type": ["conversion_type"],
    "value": ["currency", "value_minor"],
    "utm_source": ["utm_source"],
    "utm_campaign": ["utm_campaign"],
    "platform": ["platform"],
    "converted_at": ["converted_at"],
}
GOAL_ORDERS: Mapping[str, Sequence[str]] = {name: [name] for name in ("name", "goal_type", "priority", "is_active")}
_CONVERSION_TEXTS = ("conversion_name", "utm_source", "utm_campaign", "order_id", "visitor_id", "id")
_GOAL_TEXTS = ("name", "description")
# SQLite's own collation goes by bytes, as this one of PostgreSQL does.
_BY_BYTES = String().with_variant(String(collation="C"), "postgresql")
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
        facts.statement("journey_events", ["visitor_id"], period, where=_seen(filters)).distinct(),
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
    query = select(Conversion).where(*_containing("conversions", _CONVERSION_TEXTS, search))
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
    query = select(Goal).where(*_containing("goals", _GOAL_TEXTS, search))
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Goal, name) == value)
    return query


def in_order(
    query: Select[Row], table_name: str, orders: Mapping[str, Sequence[str]], sort: str, *, descending: bool
) -> Select[Row]:
    """Sort a list by one of its `orders`, ties by id; rows without the value come last in both directions.

    Texts are sorted as if A to Z were small, then by the bytes of their UTF-8: alike in both databases, whatever
    locale a server has.

    Raises
    ------
    InvalidData : no such order.
    """
    if sort not in orders:
        raise InvalidData.unknown_choice("sort", sort, orders)
    table = TABLES[table_name]
    columns = [table.c[name] for name in orders[sort]]
    keys: list[ColumnElement[Any]] = [
        _small_letters(column) if isinstance(column.type, String) else column for column in columns
    ]
    return query.order_by(
        *(column.is_(None) for column in columns if column.nullable),
        *(key.desc() if descending else key.asc() for key in (*keys, table.c.id)),
    )


def _containing(table_name: str, texts: Sequence[str], search: str | None) -> list[ColumnElement[bool]]:
    words = spellings(search)
    small = [_small_letters(TABLES[table_name].c[name]) for name in texts]
    return [or_(*(text.contains(word, autoescape=True) for text in small for word in words))] if words else []


def _small_letters(text: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(cast(text, _BY_BYTES))


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


def total(session: Session, query: Select[Any]) -> int:
    """How many rows a list has, over all its pages."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
