"""Visits: page views that belong together."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.periods import SESSION_GAP


def visits(page_views: pl.LazyFrame) -> pl.LazyFrame:
    """Tell the visits that page views make up.

    Formula: page views of one session_id of one visitor are one visit. Those without a session belong to the visit of
    the visitor's page view before them that has none either, unless half an hour or more of quiet lies between.

    Parameters
    ----------
    page_views : one row each: visitor_id, person_id where it names one, session_id (null: not told), occurred_at (UTC).

    Returns
    -------
    One row per visit and person named on it: visitor_id, person_id, session_id (null where none was told), began_at
    (UTC), in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> at = [noon + timedelta(minutes=m) for m in (0, 29, 59, 59, 90)]
    >>> seen = pl.LazyFrame({"visitor_id": ["phone"] * 5, "person_id": [None] * 5, "occurred_at": at,
    ...     "session_id": [None, None, None, "s", "s"]}, schema_overrides={"person_id": pl.String})
    >>> visits(seen).sort("began_at", "session_id").collect()["began_at"].dt.minute().to_list()
    [0, 59, 59]

    Source: the usual half an hour of web analytics, as in `core.periods.SESSION_GAP`.
    """
    require_columns(page_views, ["visitor_id", "person_id", "session_id", "occurred_at"], what="page_views")
    by_session = (
        page_views.filter(pl.col("session_id").is_not_null())
        .group_by("visitor_id", "person_id", "session_id")
        .agg(pl.col("occurred_at").min().alias("began_at"))
    )
    # Who is seen without a browser, by name alone, is their own visitor.
    whose = pl.coalesce("visitor_id", "person_id")
    is_next = (whose == whose.shift()) & (pl.col("occurred_at") - pl.col("occurred_at").shift() < SESSION_GAP)
    by_quiet = (
        page_views.filter(pl.col("session_id").is_null())
        # Codes stand for names: sorting compares each row some twenty times.
        .sort(whose.cast(pl.Categorical).to_physical(), "occurred_at", "person_id")
        .filter(~is_next.fill_null(value=False))
        .select("visitor_id", "person_id", "session_id", began_at="occurred_at")
    )
    return pl.concat([by_session, by_quiet])
