"""Daily series of several kinds, invented by a known rule."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

AS_OF_ON = date(2026, 6, 30)
KINDS = ("rhythm", "trend", "wandering", "shift", "rare", "one wrong day")


def series(kind: str, *, seed: int, n_days: int = 300) -> Numbers:
    """Counts of a day: a rhythm of the week, and what the kind says; days scatter more than chance alone makes them."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    day = np.arange(n_days)
    expected = np.exp(random.uniform(1.5, 5)) * np.exp(random.normal(0, 0.25, 7))[day % 7]
    match kind:
        case "trend":
            expected = expected * (1 + 2 * day / n_days)
        case "wandering":
            expected = expected * np.exp(np.cumsum(random.normal(0, 0.04, n_days)))
        case "shift":
            expected = expected * np.where(day > n_days * random.uniform(0.3, 0.9), 2, 1)
        case "rare":
            expected = 0.3 * expected / expected.mean()
    values = random.poisson(expected * random.gamma(20, 1 / 20, n_days)).astype(float)
    if kind == "one wrong day":
        values[random.integers(n_days // 2, n_days - 20)] *= 8
    return values


def history(
    conversions: Numbers, *, spend: float | Numbers = 100.0, value: float = 50.0, as_of_on: date = AS_OF_ON
) -> pl.DataFrame:
    """A campaign whose days are all known, up to `as_of_on`."""
    first_on = as_of_on - timedelta(days=len(conversions) - 1)
    return pl.DataFrame(
        {
            "on": pl.date_range(first_on, as_of_on, eager=True),
            "spend": np.broadcast_to(np.asarray(spend, dtype=float), conversions.shape).copy(),
            "n_conversions": conversions,
            "revenue": conversions * value,
        }
    )
