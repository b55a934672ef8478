"""How many segments there are, and what the members of one are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, case, func, select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import PublicRevenue
from adplanning.segments.feature_service import customer_features
from adplanning.segments.summary import SegmentSummary, segment_summary
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.segments import Segment


@dataclass(frozen=True)
class SegmentCounts:
    """How many segments there are, how many are active, how many dynamic, and the memberships in all of them."""

    n: int
    n_active: int
    n_dynamic: int
    n_members: int


def segment_counts(session: Session) -> SegmentCounts:
    """Count the segments that there are."""
    active, dynamic = (func.count(case((column, 1))) for column in (Segment.is_active, Segment.auto_update))
    counted = select(func.count(), active, dynamic, func.coalesce(func.sum(Segment.customer_count), 0))
    return SegmentCounts(*session.execute(counted).one())


def summary_of_segment(
    engine: Engine, segment_id: str, *, as_of: datetime, currency: str, zone: ZoneInfo, public_revenue: PublicRevenue
) -> SegmentSummary:
    """What those who are in a segment are worth at `as_of`; see `summary.segment_summary`."""
    theirs = TABLES["segment_members"].c.segment_id == segment_id
    [members] = facts.read(engine, facts.statement("segment_members", ["person_id"], where=[theirs]))
    features = customer_features(
        engine,
        as_of=as_of,
        currency=currency,
        zone=zone,
        public_revenue=public_revenue,
        fields=["clv", "total_spent"],
    )
    return segment_summary(members, features.frame)
