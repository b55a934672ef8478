"""What buyers say of their orders: a text and a mark, the rating that it is, and the step on their way that it was."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.core.vocabulary import JourneyEventType
from adplanning.demo.afterwards import later
from adplanning.demo.goods import PRODUCTS
from adplanning.demo.numbering import instants, numbered
from adplanning.demo.season import Season
from adplanning.demo.texts import BAD, GOOD, MIXED, SO_SO
from adplanning.scores.nps import SCALES, rated
from adplanning.workflows.feedback_given import SOURCE

_MOODS = (GOOD, SO_SO, MIXED, BAD)
_MOOD_SHARES = (0.58, 0.16, 0.1, 0.16)
# The lowest and highest mark, of 10, that goes with each mood.
_MARKS = np.array([(8, 10), (6, 8), (5, 8), (0, 5)])
_SCALE = "10"


def opinions(orders: pl.DataFrame, season: Season, website_id: str, rng: np.random.Generator) -> pl.DataFrame:
    """Feedback on a fifth of the orders, days later, in the columns of the store, oldest first."""
    chosen = later(orders, 0.2, (4, 14), season, rng)
    n = chosen.height
    mood = rng.choice(len(_MOODS), n, p=_MOOD_SHARES)
    low, high = _MARKS[mood].T
    texts = np.array([[mine[i % len(mine)] for i in range(60)] for mine in _MOODS])[mood, rng.integers(0, 60, n)]
    product = PRODUCTS["product"][rng.integers(0, PRODUCTS.height, n)]
    said = chosen.with_columns(product=product, text=pl.Series(texts), rating=pl.Series(rng.integers(low, high + 1)))
    said = said.sort("occurred_at", maintain_order=True)
    at = said["occurred_at"].to_numpy()
    return said.select(
        numbered("feed", at).alias("id"),
        "person_id",
        pl.lit(website_id).alias("website_id"),
        pl.col("text").str.replace("{}", pl.col("product"), literal=True).alias("content"),
        "rating",
        pl.lit(_SCALE).alias("scale"),
        pl.format("review_{}", "order_id").alias("source_id"),
        instants(at).alias("given_at"),
        instants(at).alias("received_at"),
    )


def ratings(feedback: pl.DataFrame) -> pl.DataFrame:
    """The rating of each feedback, in the columns of the store."""
    least, most = SCALES[_SCALE]
    meant = {rating: rated(rating, _SCALE) for rating in range(least, most + 1)}
    rating = pl.col("rating")
    return feedback.select(
        numbered("rating", feedback["given_at"].dt.epoch("us").to_numpy()).alias("id"),
        "person_id",
        rating,
        "scale",
        rating.replace_strict({mark: value for mark, (value, _) in meant.items()}).alias("nps_value"),
        rating.replace_strict({mark: category for mark, (_, category) in meant.items()}).alias("category"),
        pl.lit(SOURCE).alias("source_type"),
        pl.col("id").alias("source_id"),
        pl.col("given_at").alias("rated_at"),
    )


def steps(feedback: pl.DataFrame) -> pl.DataFrame:
    """Each feedback as a step of its giver's way; what was said stands in the feedback alone."""
    return feedback.select(
        "person_id",
        event_type=pl.lit(str(JourneyEventType.feedback)),
        source_type=pl.lit(SOURCE),
        source_id="id",
        event_data=pl.struct("rating", "scale").struct.json_encode(),
        occurred_at=pl.col("given_at").dt.epoch("us"),
    )
