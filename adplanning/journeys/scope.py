"""Whose ways are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from adplanning.core.periods import Period


@dataclass(frozen=True)
class JourneyScope:
    """What happened in `period`, on `website_id`, to customers of `segment_id` who came with `utm_source`; None is any.

    The source that customers came with is the first that their steps name, be it before the period, in whatever case.
    Visitors whom nobody knows are in no segment.
    """

    period: Period
    website_id: str | None = None
    segment_id: str | None = None
    utm_source: str | None = None
