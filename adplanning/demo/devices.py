"""On which browser each session ran, and whose that browser is."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.numbering import numbered
from adplanning.demo.visits import known_since

# Of those who tell their name: how many have one, two or three browsers. Some are never used here, which leaves 1.4.
_BROWSERS = (0.56, 0.35, 0.09)
_MAIN_SHARE = 0.6


def with_devices(sessions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add visitor_id, first_seen_at of that visitor, and for persons known_at and linked_at (microseconds).

    A browser is linked to its person when they tell their name, or at its first use after that.
    """
    known = known_since(sessions)
    persons = known.with_columns(n_browsers=pl.Series(rng.choice([1, 2, 3], known.height, p=_BROWSERS)))
    elsewhere = pl.Series(rng.random(sessions.height) >= _MAIN_SHARE)
    other = pl.Series(rng.integers(1, 3, sessions.height))
    browser = pl.when(elsewhere).then(pl.min_horizontal(other, pl.col("n_browsers") - 1)).otherwise(0)
    used = (
        sessions.join(persons, on="actor", how="left", maintain_order="left")
        .with_columns(browser=browser.fill_null(0))
        .with_columns(first_seen_at=pl.col("at").min().over("actor", "browser"))
    )
    visitors = used.select("actor", "browser", "first_seen_at").unique().sort("first_seen_at", "actor", "browser")
    visitors = visitors.with_columns(visitor_id=numbered("vis", visitors["first_seen_at"].to_numpy()))
    return used.join(
        visitors, on=["actor", "browser", "first_seen_at"], how="left", maintain_order="left"
    ).with_columns(
        session_id=numbered("sess", used["at"].to_numpy()),
        linked_at=pl.when(pl.col("known_at").is_not_null()).then(pl.max_horizontal("known_at", "first_seen_at")),
    )


def visitor_rows(sessions: pl.DataFrame, crawled: pl.DataFrame) -> pl.DataFrame:
    """The visitors in the columns of the store, people's and machines'."""
    people = sessions.unique("visitor_id", keep="first", maintain_order=True)
    machines = crawled.select("visitor_id", first_seen_at="at")
    return (
        pl.concat([people.select("visitor_id", "person_id", "linked_at", "first_seen_at"), machines], how="diagonal")
        .sort("first_seen_at", "visitor_id")
        .with_columns(pl.col("linked_at", "first_seen_at").cast(pl.Datetime("us", "UTC")))
        .rename({"visitor_id": "id"})
    )
