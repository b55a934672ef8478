"""Which stored events are counted: the one condition behind every number."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_

from adplanning.core.vocabulary import ConversionType, Origin, PublicRevenue
from adplanning.store.tables.catalogue import TABLES


def counted_conversions(public_revenue: PublicRevenue) -> list[ColumnElement[bool]]:
    """Conditions on `conversions`: no bots, nobody of the shop's own, nothing cancelled; with `confirmed_only`, no
    purchase that only a browser has claimed.
    """
    table = TABLES["conversions"]
    conditions = [*counted_events("conversions"), table.c.cancelled_at.is_(None)]
    if public_revenue is PublicRevenue.confirmed_only:
        claimed = and_(
            table.c.origin == Origin.web,
            table.c.conversion_type == ConversionType.purchase,
            table.c.confirmed_at.is_(None),
        )
        conditions.append(not_(claimed))
    return conditions


def counted_events(fact: str) -> list[ColumnElement[bool]]:
    """Conditions on `conversions`, `journey_events` or `touchpoints`: no bots, nobody of the shop's own."""
    return [TABLES[fact].c.is_bot.is_(False), TABLES[fact].c.is_internal.is_(False)]
