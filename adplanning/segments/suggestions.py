"""Segments that nearly every shop wants, to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adplanning.core.vocabulary import SegmentType
from adplanning.segments.criteria import Criteria, Rule


@dataclass(frozen=True)
class SuggestedSegment:
    """A segment that is one click away; what it asks for can be changed before it is made."""

    key: str
    name: str
    description: str
    segment_type: SegmentType
    color: str
    criteria: Criteria


def _quintiles(recency: str, frequency: str, monetary: str) -> Rule:
    """The RFM scores whose three quintiles are among these."""
    return Rule("rfm_score", "in", tuple(r + f + m for r in recency for f in frequency for m in monetary))


SUGGESTIONS: Final = (
    SuggestedSegment(
        "champions",
        "Champions",
        "Bought lately, often and for much: among the best two fifths of buyers in all three.",
        SegmentType.rfm,
        "#009E73",
        Criteria(rules=(_quintiles("45", "45", "45"),)),
    ),
    SuggestedSegment(
        "at_risk",
        "At risk",
        "Used to buy often and for much, and have not come back for long: the last two fifths by recency.",
        SegmentType.rfm,
        "#D55E00",
        Criteria(rules=(_quintiles("12", "345", "345"),)),
    ),
    SuggestedSegment(
        "new",
        "New customers",
        "Their first order was in the last 30 days and is still their only one.",
        SegmentType.behavioral,
        "#0072B2",
        Criteria(rules=(Rule("total_orders", "==", 1.0), Rule("last_order_date", "within_last_days", 30.0))),
    ),
    SuggestedSegment(
        "lapsed",
        "Lapsed",
        "Bought before, and not for more than 180 days.",
        SegmentType.behavioral,
        "#CC79A7",
        Criteria(rules=(Rule("last_order_date", "older_than_days", 180.0),)),
    ),
)
