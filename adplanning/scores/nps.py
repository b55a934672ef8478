"""How likely customers say they would recommend the shop: one rating, one customer, and all of them."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio

SCALES: Final = {"5": (1, 5), "10": (0, 10)}
"""The least and the greatest rating on each scale."""
LEAST_PROMOTER: Final = 9
LEAST_PASSIVE: Final = 7
_ON_FIVE: Final = {5: "promoter", 4: "passive"}
_CATEGORIES: Final = {"promoters": "promoter", "passives": "passive", "detractors": "detractor"}


def rated(rating: int, scale: str) -> tuple[float, str]:
    """The rating on the scale of 10, and its category.

    Formula: on the scale of 10 the rating itself, promoter from 9, passive from 7, else detractor; on the scale of 5
    (rating − 1) × 2.5, promoter 5, passive 4, else detractor.

    Raises
    ------
    InvalidData : an unknown scale, or a rating beyond it.

    Source: Reichheld, "The One Number You Need to Grow", Harvard Business Review 12/2003; the scale of 5 is the API
    contract's.

    >>> rated(9, "10"), rated(4, "5"), rated(3, "5")
    ((9.0, 'promoter'), (7.5, 'passive'), (5.0, 'detractor'))
    >>> rated(0, "5")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: rating: 0 is not on the scale of 5; give a whole number from 1 to 5
    """
    if scale not in SCALES:
        raise InvalidData.unknown_choice("scale", scale, SCALES)
    least, most = SCALES[scale]
    if not least <= rating <= most:
        raise InvalidData.at(
            "rating", f"{rating} is not on the scale of {scale}; give a whole number from {least} to {most}"
        )
    if scale == "5":
        return (rating - 1) * 2.5, _ON_FIVE.get(rating, "detractor")
    return float(
        rating
    ), "promoter" if rating >= LEAST_PROMOTER else "passive" if rating >= LEAST_PASSIVE else "detractor"


def latest_ratings(ratings: pl.LazyFrame) -> pl.LazyFrame:
    """The latest rating of each person, and the mean of all of theirs.

    Parameters
    ----------
    ratings : one row per rating: id, person_id (null: nobody knows whose), nps_value, category, rated_at (UTC).

    Returns
    -------
    One row per person, and each rating without one: the rating's columns, average_score, n_ratings. Of ratings at one
    instant the greatest id counts.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime
    >>> given = pl.LazyFrame({"id": ["1", "2", "3"], "person_id": ["asha", "asha", None], "nps_value": [10.0, 4.0, 7.0],
    ...     "category": ["promoter", "detractor", "passive"],
    ...     "rated_at": [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]})
    >>> latest_ratings(given).sort("id").select("id", "category", "average_score").collect().rows()
    [('2', 'detractor', 7.0), ('3', 'passive', 7.0)]
    """
    require_columns(ratings, ["id", "person_id", "nps_value", "category", "rated_at"], what="ratings")
    who = pl.coalesce("person_id", pl.lit("rating:") + pl.col("id")).alias("who")
    ordered = ratings.sort("rated_at", "id")
    return (
        ordered.group_by(who, maintain_order=True)
        .agg(
            pl.col("id", "person_id", "nps_value", "category", "rated_at").last(),
            pl.col("nps_value").mean().alias("average_score"),
            pl.len().cast(pl.Int64).alias("n_ratings"),
        )
        .drop("who")
    )


def net_promoter_score(ratings: pl.LazyFrame) -> dict[str, float]:
    """The net promoter score of those who rated.

    Formula: 100 · (promoters − detractors) / total, each person once with the latest rating, anonymous ones each; from
    −100 to 100, two decimals.

    Parameters
    ----------
    ratings : as for `latest_ratings`.

    Returns
    -------
    score, promoters, passives, detractors, total, and promoter_percentage, passive_percentage, detractor_percentage,
    which add up to 100 but for rounding; all 0 when nobody rated, as the API contract has it.

    >>> from datetime import UTC, datetime
    >>> given = pl.LazyFrame({"id": ["1", "2", "3"], "person_id": ["a", "b", "c"], "nps_value": [10.0, 9.0, 4.0],
    ...     "category": ["promoter", "promoter", "detractor"], "rated_at": [datetime(2026, 3, 1, tzinfo=UTC)] * 3})
    >>> found = net_promoter_score(given)
    >>> found["score"], found["promoters"], found["detractor_percentage"]
    (33.33, 2, 33.33)
    """
    return _figures(_counted(latest_ratings(ratings)).collect().row(0, named=True))


def nps_trend(ratings: pl.LazyFrame, *, zone: ZoneInfo) -> list[dict[str, float | str]]:
    """The net promoter score month by month, each person once a month with the latest rating of that month.

    Parameters
    ----------
    ratings : as for `latest_ratings`.
    zone : the reporting time zone, whose months these are.

    Returns
    -------
    Oldest first: month (such as 2026-11), score, promoters, passives, detractors, total; months without a rating are
    left out.
    """
    month = pl.col("rated_at").dt.convert_time_zone(zone.key).dt.strftime("%Y-%m").alias("month")
    by_month = ratings.with_columns(month).collect().partition_by("month", as_dict=True)
    return [
        {"month": name, **{key: value for key, value in net_promoter_score(rows.lazy()).items() if "_" not in key}}
        for (name,), rows in sorted(by_month.items())
    ]


def _counted(latest: pl.LazyFrame) -> pl.LazyFrame:
    return latest.select(
        *((pl.col("category") == category).sum().cast(pl.Int64).alias(name) for name, category in _CATEGORIES.items()),
        total=pl.len().cast(pl.Int64),
    )


def _figures(counts: dict[str, int]) -> dict[str, float]:
    percent = {name: 100 * (ratio(counts[name], counts["total"]) or 0.0) for name in _CATEGORIES}
    score = 100 * (ratio(counts["promoters"] - counts["detractors"], counts["total"]) or 0.0)
    shares = {f"{_CATEGORIES[name]}_percentage": round(value, 2) for name, value in percent.items()}
    return {"score": round(score, 2), **counts, **shares}
