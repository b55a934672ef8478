"""What was spent, by day and by period, as one fact: no rupee twice, although a file may tell what a day tells too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, cast, exists, select, union_all
from sqlalchemy.sql.selectable import Subquery

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.store.tables.catalogue import TABLES

_UTC = ZoneInfo("UTC")
_DAILY, _PERIOD = TABLES["daily_spend"].c, TABLES["period_spend"].c
_SHARED = tuple(column.name for column in _DAILY if column.name in _PERIOD)


def spend_statement(
    columns: Sequence[str],
    period: Period | None = None,
    *,
    zone: ZoneInfo = _UTC,
    campaign_ids: Sequence[str] | None = None,
) -> Select[Any]:
    """The SELECT of all spend in a period, for `facts.read`.

    Figures of several days together count where all of these days lie in the period, and none of them is known singly
    for the same campaign.

    Parameters
    ----------
    columns : those that both tables have, and `on` (of several days the last, whose rate holds), `first_on`, and `day`:
        the day as text, or "first/last" of several.
    period : the days of `zone` that it touches; all days when not given.
    campaign_ids : of these campaigns only.

    Raises
    ------
    InvalidData : an unknown column.
    """
    spend = _all_spend()
    for name in columns:
        if name not in spend.c:
            raise InvalidData.unknown_choice("columns", name, spend.c.keys())
    query = select(*(spend.c[name] for name in columns))
    if campaign_ids is not None:
        query = query.where(spend.c.campaign_id.in_(campaign_ids))
    if period is not None:
        first, last = period.on(zone)
        if first is not None:
            query = query.where(spend.c.first_on >= first)
        if last is not None:
            query = query.where(spend.c.on < last + timedelta(days=1))
    return query


def _all_spend() -> Subquery:
    daily = select(*(_DAILY[name] for name in _SHARED), *_days(_DAILY.on, _DAILY.on, cast(_DAILY.on, String)))
    known_singly = exists().where(
        _DAILY.campaign_id == _PERIOD.campaign_id, _DAILY.on.between(_PERIOD.first_on, _PERIOD.last_on)
    )
    both = cast(_PERIOD.first_on, String) + "/" + cast(_PERIOD.last_on, String)
    periods = select(*(_PERIOD[name] for name in _SHARED), *_days(_PERIOD.first_on, _PERIOD.last_on, both))
    return union_all(daily, periods.where(~known_singly)).subquery("spend")


def _days(first: ColumnElement[Any], last: ColumnElement[Any], words: ColumnElement[str]) -> list[ColumnElement[Any]]:
    return [first.label("first_on"), last.label("on"), words.label("day")]
