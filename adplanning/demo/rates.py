"""What foreign money is worth at the demo shop, week by week."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.season import Season
from adplanning.store.tables.base import EPOCH

# Rupees for one unit.
RATES = {"USD": 84.5, "EUR": 91.5, "AED": 23.0}


def rate_rows(season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """A rate a week for each currency, wandering a little around its usual one."""
    days = np.arange(0, season.n_days, 7)
    wandering = np.cumsum(rng.normal(0, 0.002, (len(RATES), len(days))), axis=1)
    rates = np.array(list(RATES.values()))[:, None] * (1 + wandering)
    on = pl.Series(np.tile(days, len(RATES)) + (season.first - EPOCH.date()).days).cast(pl.Int32).cast(pl.Date)
    return pl.DataFrame(
        {
            "currency": np.repeat(list(RATES), len(days)),
            "in_currency": "INR",
            "on": on,
            "rate": np.round(rates.ravel(), 4),
        }
    )
