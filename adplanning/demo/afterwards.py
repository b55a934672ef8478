"""What follows an order: questions, goods sent back, a word to friends; and the weekly letter."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.season import DAY, SECOND, Season
from adplanning.demo.texts import QUESTIONS


def returns(orders: pl.DataFrame, season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """Orders sent back for their money."""
    return later(orders, 0.045, (5, 15), season, rng).with_columns(
        event_type=pl.lit("custom"),
        event_name=pl.lit("order_returned"),
        stage=pl.lit("retention"),
        source_type=pl.lit("order"),
        source_id="order_id",
        event_data=pl.struct("order_id", "currency", value=pl.col("value_minor") / 100).struct.json_encode(),
    )


def questions(orders: pl.DataFrame, season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """Tickets at the support desk."""
    chosen = later(orders, 0.06, (1, 9), season, rng)
    return chosen.with_columns(
        event_type=pl.lit("support_ticket"),
        channel=pl.Series(rng.choice(["email", "phone", "web"], chosen.height)),
        event_data=pl.struct(
            "order_id", text=pl.Series(rng.choice(list(QUESTIONS), chosen.height))
        ).struct.json_encode(),
    )


def recommendations(orders: pl.DataFrame, season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """Buyers who show their friends what they bought."""
    return later(orders, 0.05, (6, 25), season, rng).with_columns(
        event_type=pl.lit("social_engage"),
        event_name=pl.lit("social_share"),
        stage=pl.lit("advocacy"),
        channel=pl.lit("social"),
    )


def purchases(orders: pl.DataFrame) -> pl.DataFrame:
    """Each order as a step of its buyer's way."""
    return orders.select(
        "person_id",
        "visitor_id",
        "session_id",
        event_type=pl.lit("purchase"),
        channel=pl.lit("web"),
        source_type=pl.lit("order"),
        source_id="order_id",
        event_data=pl.struct("order_id", "currency", value=pl.col("value_minor") / 100).struct.json_encode(),
        occurred_at="at",
    )


def letters_opened(persons: pl.DataFrame, season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """Who opened the weekly letter, sent at half past ten to everybody known by then."""
    send_days = np.arange(season.n_days)[np.arange(season.n_days) % 7 == 3]
    sent = season.start + send_days * DAY + (10 * 3600 + 1800) * SECOND
    known = (persons["created_at"].dt.epoch("us")).to_numpy()
    letter, reader = np.nonzero((known < sent[:, None]) & (rng.random((len(sent), len(known))) < 0.2))
    read_at = sent[letter] + (rng.exponential(5 * 3600, len(letter)) * SECOND).astype(np.int64)
    return (
        pl.DataFrame(
            {
                "person_id": persons["id"].gather(reader),
                "occurred_at": read_at,
                "source_id": [f"loom_letter_{week}" for week in send_days[letter] // 7 + 1],
            }
        )
        .filter(pl.col("occurred_at") < season.end)
        .with_columns(event_type=pl.lit("email_open"), channel=pl.lit("email"), source_type=pl.lit("letter"))
    )


def later(
    orders: pl.DataFrame, share: float, days: tuple[int, int], season: Season, rng: np.random.Generator
) -> pl.DataFrame:
    """Some of the orders with an instant some days after, if that still lies within the demo."""
    wait = pl.Series((rng.uniform(*days, orders.height) * DAY).astype(np.int64))
    chosen = pl.Series(rng.random(orders.height) < share)
    return orders.select("person_id", "order_id", "currency", "value_minor", occurred_at=pl.col("at") + wait).filter(
        chosen & (pl.col("occurred_at") < season.end)
    )
