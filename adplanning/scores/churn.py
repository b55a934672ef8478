"""How likely a customer is to be lost, from 0 to 100, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns

WEIGHTS: Final = {"activity_risk": 0.35, "purchase_risk": 0.30, "engagement_risk": 0.20, "sentiment_risk": 0.15}
"""What each factor weighs in the risk."""

ACTIVITY_DAYS: Final = 90
PURCHASE_DAYS: Final = 180
NEVER_DAYS: Final = 365
"""Taken for the days since something that never happened."""
LOYAL_PURCHASES: Final = 5
LOYAL_BONUS: Final = -0.05
"""For more than `LOYAL_PURCHASES` purchases."""
NO_PURCHASE: Final = 0.10
SENTIMENT_DAYS: Final = 30
VERY_NEGATIVE: Final = 1.5
"""How many negative texts a very negative one counts for."""
N_SCORES: Final = 3
"""So many of the first stored scores are held against so many of the last."""

ADVICE: Final = {
    "activity_risk": "Win them back: write to them with a reason to return.",
    "purchase_risk": "Offer what goes with their last order, or a discount on the next.",
    "engagement_risk": "Ask what has changed: they do less than they used to.",
    "sentiment_risk": "Let somebody call: what they said lately sounds unhappy.",
}
"""What helps against each factor."""
FIRST_ORDER: Final = "Help them to a first order, with a sample or an introductory price."
NOTHING_TO_DO: Final = "Nothing to do: keep them informed as usual."
WORTH_ADVICE: Final = 50.0
"""From this percent on a factor is worth advice."""
_DAY_US: Final = 86_400_000_000


def churn_risks(customers: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Score how likely each customer is to be lost.

    Formula: 100 · (0.35·min(1, days since activity / 90) + 0.30·min(1, days since purchase / 180) + 0.20·min(1,
    engagement decline % / 100) + 0.15·negative share, −0.05 with more than 5 purchases, +0.10 with none), between 0
    and 100, to two decimals; days are 365 when it never happened.

    Parameters
    ----------
    customers : one row per person: person_id, last_activity_at, last_purchase_at (UTC, null for never),
        purchase_count, engagement_decline (0 to 1, see `engagement_declines`), negative_share (0 to 1, see
        `negative_shares`).
    as_of : days are counted up to this instant.

    Returns
    -------
    The rows with churn_risk and activity_risk, purchase_risk, engagement_risk, sentiment_risk: each factor by itself,
    in percent; recommendations, a list of sentences, the one against what weighs most first.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> known = pl.LazyFrame({"person_id": ["asha", "nobody"], "last_activity_at": [now - timedelta(days=45), None],
    ...     "last_purchase_at": [now - timedelta(days=90), None], "purchase_count": [6, 0],
    ...     "engagement_decline": [0.5, 0.0], "negative_share": [0.2, 0.0]})
    >>> churn_risks(known, as_of=now).collect()["churn_risk"].to_list()  # .175 + .15 + .1 + .03 − .05; .35 + .3 + .1
    [40.5, 75.0]

    Source: the API contract of the shop.
    """
    columns = ["last_activity_at", "last_purchase_at", "purchase_count", "engagement_decline", "negative_share"]
    require_columns(customers, ["person_id", *columns], what="customers")
    n, now = pl.col("purchase_count"), pl.lit(as_of)
    factors = {
        "activity_risk": _until(now, "last_activity_at") / ACTIVITY_DAYS,
        "purchase_risk": _until(now, "last_purchase_at") / PURCHASE_DAYS,
        "engagement_risk": pl.col("engagement_decline"),
        "sentiment_risk": pl.col("negative_share"),
    }
    bounded = {name: pl.min_horizontal(1.0, factor) for name, factor in factors.items()}
    loyalty = pl.when(n > LOYAL_PURCHASES).then(LOYAL_BONUS).when(n == 0).then(NO_PURCHASE).otherwise(0.0)
    risk = pl.sum_horizontal(bounded[name] * weight for name, weight in WEIGHTS.items()) + loyalty
    return customers.with_columns(
        (100 * risk).clip(0, 100).round(2).alias("churn_risk"),
        *((100 * factor).round(2).alias(name) for name, factor in bounded.items()),
    ).with_columns(recommendations=_recommendations())


def engagement_declines(scores: pl.Expr) -> pl.Expr:
    """By how much a customer's engagement has fallen, as a share of what it was.

    Formula: max(0, 1 − mean of the last three stored scores / mean of the first three); 0 with fewer than two scores,
    or when the first are 0.

    Parameters
    ----------
    scores : a list of scores, oldest first.

    >>> frame = pl.DataFrame({"scores": [[80.0, 80.0, 80.0, 20.0, 20.0, 20.0], [80.0], [10.0, 20.0, 30.0, 40.0]]})
    >>> frame.select(engagement_declines(pl.col("scores")))["scores"].to_list()
    [0.75, 0.0, 0.0]
    """
    before, after = scores.list.head(N_SCORES).list.mean(), scores.list.tail(N_SCORES).list.mean()
    decline = pl.when(before > 0, scores.list.len() >= 2).then(1 - after / before)
    return pl.max_horizontal(0.0, decline.fill_null(0.0)).alias(scores.meta.output_name())


def negative_shares(sentiments: pl.LazyFrame) -> pl.LazyFrame:
    """How much of what each customer said lately sounds unhappy.

    Formula: min(1, (negative + 1.5·very negative) / all texts).

    Parameters
    ----------
    sentiments : one row per analysed text of the last `SENTIMENT_DAYS` days: person_id, sentiment_label.

    Returns
    -------
    One row per person: person_id, negative_share.

    >>> said = pl.LazyFrame({"person_id": ["asha"] * 4, "sentiment_label": ["negative", "very_negative"] +
    ...     ["positive"] * 2})
    >>> negative_shares(said).collect().rows()
    [('asha', 0.625)]
    """
    require_columns(sentiments, ["person_id", "sentiment_label"], what="sentiments")
    label = pl.col("sentiment_label")
    weight = pl.when(label == "negative").then(1.0).when(label == "very_negative").then(VERY_NEGATIVE).otherwise(0.0)
    share = pl.min_horizontal(1.0, weight.mean()).alias("negative_share")
    return sentiments.filter(label.is_not_null()).group_by("person_id").agg(share)


def _until(now: pl.Expr, column: str) -> pl.Expr:
    days = (now - pl.col(column)).dt.total_microseconds() / _DAY_US
    return days.fill_null(float(NEVER_DAYS))


def _recommendations() -> pl.Expr:
    by_weight = sorted(WEIGHTS, key=lambda name: -WEIGHTS[name])
    purchase = (
        pl.when(pl.col("purchase_count") == 0).then(pl.lit(FIRST_ORDER)).otherwise(pl.lit(ADVICE["purchase_risk"]))
    )
    sentences = [
        pl.when(pl.col(name) >= WORTH_ADVICE).then(purchase if name == "purchase_risk" else pl.lit(ADVICE[name]))
        for name in by_weight
    ]
    found = pl.concat_list(sentences).list.drop_nulls()
    return pl.when(found.list.len() == 0).then(pl.concat_list(pl.lit(NOTHING_TO_DO))).otherwise(found)
