"""What the members of a segment are worth."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from adplanning.core.frames import require_columns


@dataclass(frozen=True)
class SegmentSummary:
    """Amounts in minor units of the reporting currency; None where nobody's is known.

    `n_without_clv` members have no predicted lifetime value, and `n_without_revenue` none whose value is known.
    """

    n_members: int
    average_clv_minor: int | None
    n_without_clv: int
    revenue_minor: int | None
    n_without_revenue: int


def segment_summary(members: pl.DataFrame, features: pl.DataFrame) -> SegmentSummary:
    """What the members of a segment are worth together and on average.

    Formula: average_clv is the mean CLV of those who have one, to the minor unit; revenue the sum of what they have
    spent, over those of whom that is known. Members who are no persons of the store any more count as unknown.

    Parameters
    ----------
    members : one row per member: person_id.
    features : one row per person: person_id, clv_minor and total_spent_minor (null where unknown).

    Raises
    ------
    InvalidData : a missing column.

    >>> members = pl.DataFrame({"person_id": ["asha", "ravi", "zoya"]})
    >>> segment_summary(members, pl.DataFrame({"person_id": ["asha", "ravi"], "clv_minor": [300, None],
    ...     "total_spent_minor": [100, 50]}))
    SegmentSummary(n_members=3, average_clv_minor=300, n_without_clv=2, revenue_minor=150, n_without_revenue=1)
    """
    require_columns(features, ["person_id", "clv_minor", "total_spent_minor"], what="features")
    theirs = members.select("person_id").join(features, on="person_id", how="left")
    clv, spent = theirs["clv_minor"], theirs["total_spent_minor"]
    mean = clv.mean()
    return SegmentSummary(
        members.height,
        round(mean) if isinstance(mean, float) else None,
        clv.null_count(),
        None if spent.null_count() == spent.len() else int(spent.sum()),
        spent.null_count(),
    )
