"""Which stored events are counted: the one condition behind every number."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, literal, literal_column, not_, or_

from adplanning.core.vocabulary import ConversionType, JourneyEventType, Origin, PublicRevenue
from adplanning.store.tables.catalogue import TABLES

_STEPS, _CONVERSIONS = TABLES["journey_events"].c, TABLES["conversions"].c
# Written out, since an index over part of a table serves only a statement that names its condition.
_IS_PURCHASE: Final = _CONVERSIONS.conversion_type == literal_column(f"'{ConversionType.purchase}'")


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


def mirrors_nothing() -> ColumnElement[bool]:
    """The condition that a journey event is not the mirror of a conversion, which then stands for both.

    A step whose record is gone stands for itself; one whose record does not count, such as a cancelled order, counts as
    little.
    """
    # The number is written out, since the server takes the one of a parameter for another kind of integer.
    of_lead = literal("conv") + func.substr(_STEPS.id, literal_column(str(len("jour") + 1)))
    mirrored = [
        and_(
            _STEPS.event_type == JourneyEventType.purchase,
            _STEPS.source_type == "order",
            exists().where(_CONVERSIONS.order_id == _STEPS.source_id, _IS_PURCHASE),
        ),
        and_(_STEPS.source_type == "conversion", exists().where(_CONVERSIONS.id == _STEPS.source_id)),
        and_(
            _STEPS.event_type == JourneyEventType.lead_capture,
            _STEPS.source_type == "lead",
            exists().where(_CONVERSIONS.id == of_lead),
        ),
    ]
    # Most steps have no source: for these nothing is looked up, and no comparison with null is made.
    return or_(_STEPS.source_type.is_(None), and_(*(not_(condition) for condition in mirrored)))


def counted_events(fact: str) -> list[ColumnElement[bool]]:
    """Conditions on `conversions`, `journey_events` or `touchpoints`: no bots, nobody of the shop's own."""
    return [TABLES[fact].c.is_bot.is_(False), TABLES[fact].c.is_internal.is_(False)]
