"""What intake and intent read from the store."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import ConversionType, JourneyEventType
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.people import Website
from adplanning.tracking.intent import Behaviour


def website_domains(session: Session) -> dict[str, str]:
    """The domain of each website, by its id."""
    return dict(session.execute(select(Website.id, Website.domain)).all())


def behaviour_of(session: Session, visitor_id: str, *, since: datetime) -> Behaviour:
    """What a visitor did from `since` on, without what bots did in their name."""
    n_pageviews = session.scalar(
        select(func.count()).where(
            JourneyEvent.visitor_id == visitor_id,
            JourneyEvent.event_type == JourneyEventType.page_view,
            JourneyEvent.is_bot.is_(False),
            JourneyEvent.occurred_at >= since,
        )
    )
    conversions = session.execute(
        select(Conversion.conversion_type, Conversion.pathname, Conversion.extra).where(
            Conversion.visitor_id == visitor_id,
            Conversion.conversion_type.in_(
                [ConversionType.scroll_depth, ConversionType.time_on_site, ConversionType.page_engagement]
            ),
            Conversion.is_bot.is_(False),
            Conversion.converted_at >= since,
        )
    )
    depths: list[float] = []
    seconds: list[tuple[str | None, float]] = []
    n_engagements = 0
    for conversion_type, pathname, extra in conversions:
        data = extra or {}
        if conversion_type == ConversionType.scroll_depth:
            depths.append(_number(data.get("depth")))
        elif conversion_type == ConversionType.time_on_site:
            seconds.append((pathname or str(data.get("page", "")), _number(data.get("seconds"))))
        else:
            n_engagements += 1
    return Behaviour(n_pageviews or 0, depths, seconds, n_engagements)


def _number(value: Any) -> float:
    """A number that a browser reported, as such or as text; anything else says nothing, which is 0."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 < number < math.inf else 0.0
