"""What happens when somebody records a conversion by hand: it is stored once and held against the active goals."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from adplanning.conversions.fields import ConversionFields
from adplanning.conversions.service import find_conversion, goal_rules
from adplanning.core.errors import Conflict
from adplanning.core.fields import instant_or, json_text, minor_units
from adplanning.core.ids import new_id
from adplanning.core.vocabulary import Origin, platform_of_source
from adplanning.store.tables.base import to_micros
from adplanning.store.tables.events import Conversion
from adplanning.tracking.events import NewConversion
from adplanning.workflows.event_tracked import track


def record_conversion(
    session: Session, fields: ConversionFields, *, currency: str, zone: ZoneInfo, now: datetime
) -> Conversion:
    """Store a conversion; the goals it has met are those of `conversions.service.goals_of`.

    Parameters
    ----------
    session : one that writes.
    fields : without a platform it gets that of its UTM source.
    currency : that of a conversion which names none.
    zone : that of a time without an offset.
    now : when it happened, unless it says so itself.

    Raises
    ------
    InvalidData : a value or time that cannot be kept.
    Conflict : the order is a conversion already.
    """
    its_currency = fields.currency or currency
    row = NewConversion(
        **fields.model_dump(exclude={"conversion_value", "currency", "converted_at", "platform", "metadata"}),
        id=new_id("conv"),
        platform=fields.platform or platform_of_source(fields.utm_source),
        value_minor=minor_units(fields.conversion_value, its_currency, field="conversion_value"),
        currency=its_currency,
        pathname=None,
        event_id=None,
        origin=Origin.admin,
        confirmed_at=None,
        is_bot=False,
        metadata=json_text(fields.metadata),
        converted_at=to_micros(instant_or(fields.converted_at, now, zone, field="converted_at")),
        received_at=to_micros(now),
    )
    [tracked] = track(session.connection(), [row], goals=goal_rules(session))
    if tracked.duplicate:
        raise Conflict(f"order_id: {fields.order_id!r} is conversion {tracked.id} already; change that one instead")
    return find_conversion(session, tracked.id)
