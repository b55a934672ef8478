"""How active a customer is, from 0 to 100."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import minor_digits
from adplanning.scores.tiers import engagement_level

WEIGHTS: Final = {
    "page_view": 1.0,
    "session": 5.0,
    "product_view": 3.0,
    "add_to_cart": 10.0,
    "begin_checkout": 15.0,
    "purchase": 25.0,
    "form_submit": 15.0,
    "feedback": 20.0,
    "social_share": 8.0,
    "email_open": 2.0,
    "email_click": 5.0,
}
"""Points of an activity; any other earns `OTHER`, a purchase more with its value."""

OTHER: Final = 1.0
FULL_DAYS: Final = 30
"""Up to this age an activity counts in full."""
HALF_DAYS: Final = 90
"""Up to this age it counts half, beyond a quarter."""
POINTS_A_SCORE: Final = 5
_DAY_US: Final = 86_400_000_000


def engagement_scores(activities: pl.LazyFrame, *, as_of: datetime, currency: str) -> pl.LazyFrame:
    """Score how active each customer is.

    Formula: min(100, round(Σ points · age factor / 5)); the points are `WEIGHTS`, of a purchase 25 +
    2·log10(value + 1) with its value in major units; the factor is 1 up to 30 days of age, 0.5 up to 90, 0.25 beyond.
    Halves are rounded up, as by JavaScript's Math.round.

    Parameters
    ----------
    activities : one row per activity, as from `activities.activities`: person_id, activity, at (UTC, not after as_of),
        value_minor (of the reporting currency; a purchase of unknown value earns 25).
    as_of : ages are counted up to this instant, in days of 24 hours.
    currency : the reporting currency.

    Returns
    -------
    One row per person: person_id, engagement_score, level, total_activities, last_activity_at, engagement_breakdown
    (JSON text: of each activity its count and its points, which add up to five times the score before it is rounded).

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> done = pl.LazyFrame({"person_id": ["asha"] * 3, "activity": ["feedback", "feedback", "purchase"],
    ...     "at": [now, now - timedelta(days=60), now], "value_minor": [None, None, 9900]})
    >>> scored = engagement_scores(done, as_of=now, currency="INR").collect()
    >>> scored.select("engagement_score", "level", "total_activities").row(0)  # (20 + 10 + 25 + 2·2) / 5 = 11.8
    (12, 'low', 3)

    Source: the API contract of the shop; weights and ages are its own.
    """
    require_columns(activities, ["person_id", "activity", "at", "value_minor"], what="activities")
    age_days = (pl.lit(as_of) - pl.col("at")).dt.total_microseconds() / _DAY_US
    factor = pl.when(age_days <= FULL_DAYS).then(1.0).when(age_days <= HALF_DAYS).then(0.5).otherwise(0.25)
    value = pl.col("value_minor") / 10 ** minor_digits(currency)
    extra = 2 * (pl.max_horizontal(value, 0) + 1).log10()
    by_activity = (
        activities.select("person_id", "activity", "at", factor=factor, extra=extra.fill_null(0.0) * factor)
        .group_by("person_id", "activity")
        .agg(n=pl.len(), factor=pl.col("factor").sum(), extra=pl.col("extra").sum(), last_at=pl.col("at").max())
        .with_columns(pl.col("activity").cast(pl.String))
        .with_columns(
            points=pl.col("factor") * pl.col("activity").replace_strict(WEIGHTS, default=OTHER, return_dtype=pl.Float64)
            + pl.when(pl.col("activity") == "purchase").then("extra").otherwise(0.0)
        )
    )
    # The names are of our own lists: nothing in them has to be escaped.
    texts = ('"', pl.col("activity"), '":{"count":', pl.col("n"), ',"points":', pl.col("points").round(2), "}")
    part = pl.concat_str(pl.lit(text) if isinstance(text, str) else text for text in texts)
    score = pl.min_horizontal(100, (pl.col("total") / POINTS_A_SCORE + 0.5).floor()).cast(pl.Int64)
    return (
        by_activity.with_columns(part=part)
        .group_by("person_id")
        .agg(
            pl.col("points").sum().alias("total"),
            pl.col("n").sum().cast(pl.Int64).alias("total_activities"),
            pl.col("last_at").max().alias("last_activity_at"),
            pl.col("part").sort_by("activity").str.join(",").alias("parts"),
        )
        .select(
            "person_id",
            engagement_score=score,
            level=engagement_level(score),
            total_activities="total_activities",
            last_activity_at="last_activity_at",
            engagement_breakdown=pl.concat_str(pl.lit("{"), "parts", pl.lit("}")),
        )
    )
