"""The days that the demo shop knows to be out of the usual: its festival, and a sale that is to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from adplanning.demo.numbering import instants, numbered
from adplanning.demo.season import Season

PEAK: Final = (0.75, 0.85)
"""Between which shares of its days the festival lies; see `Season.of`."""
SALE_AFTER_DAYS, SALE_DAYS, SALE_EFFECT = 10, 4, 0.3


def event_rows(season: Season) -> pl.DataFrame:
    """The festival that is past, whose effect is to be learnt, and a sale soon after the last day."""
    begin, end = (round(share * season.n_days) for share in PEAK)
    sale = season.n_days - 1 + SALE_AFTER_DAYS
    at = np.full(2, season.start)
    return pl.DataFrame(
        {
            "id": numbered("event", at),
            "name": [f"{season.festival} days", "Clearance sale"],
            "first_on": [_on(season, begin), _on(season, sale)],
            "last_on": [_on(season, end), _on(season, sale + SALE_DAYS - 1)],
            "effect": [None, SALE_EFFECT],
            "created_at": instants(at),
        }
    )


def _on(season: Season, day: int) -> date:
    return season.first + timedelta(days=day)
