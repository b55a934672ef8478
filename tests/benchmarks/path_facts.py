"""Seeded touchpoints and conversions in Parquet, as hard as real ones: heavy tails, tied times, empty paths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z in microseconds
DAY = 86_400_000_000
N_DAYS = 180
N_CAMPAIGNS = 200


def write_facts(folder: Path, n_touchpoints: int, *, keys: str, seed: int) -> None:
    """Write touchpoints.parquet and conversions.parquet.

    Parameters
    ----------
    folder : where to; it must exist.
    n_touchpoints : how many touchpoints; there are a tenth as many conversions.
    keys : "text" for ids such as `visitor_000000042`, "int32" for coded ones, "sorted" for coded ones with both files
        sorted by path key and time, then id.
    seed : of all random draws; equal seeds give equal files.
    """
    random = np.random.default_rng(seed)
    n_visitors = n_touchpoints // 3
    # Pareto with shape 1.3: most visitors come once, a few some thousand times.
    visits = np.minimum(random.pareto(1.3, n_visitors) + 0.3, 5000)
    visitor = np.searchsorted(np.cumsum(visits) / visits.sum(), random.random(n_touchpoints)).astype(np.int32)
    # One in five times is cut to its hour, so that touchpoints of a visitor tie.
    at = START + random.integers(0, N_DAYS * 86_400, n_touchpoints) * 1_000_000
    at = np.where(random.random(n_touchpoints) < 0.2, at - at % (DAY // 24), at)
    touchpoints = pl.DataFrame(
        {
            "touchpoint_id": random.permutation(n_touchpoints).astype(np.int32),
            "path_key": visitor,
            "touched_at": at,
            "campaign_id": random.integers(0, N_CAMPAIGNS, n_touchpoints).astype(np.int32),
        }
    )
    n_conversions = n_touchpoints // 10
    # Most conversions come from any visitor, the others from any touchpoint, so from the heavy visitors.
    shuffled = random.permutation(n_touchpoints)
    one_of_each_visitor = shuffled[np.unique(visitor[shuffled], return_index=True)[1]]
    cause = np.where(
        random.random(n_conversions) < 0.88,
        random.choice(one_of_each_visitor, n_conversions),
        random.integers(0, n_touchpoints, n_conversions),
    )
    delay = random.exponential(3 * DAY, n_conversions)
    unknown = random.random(n_conversions) < 0.05
    conversions = pl.DataFrame(
        {
            "conversion_id": random.permutation(n_conversions).astype(np.int32),
            "path_key": np.where(unknown, n_visitors + cause, visitor[cause]).astype(np.int32),
            # One in ten converts in the very instant of its touchpoint.
            "converted_at": at[cause] + (delay * (random.random(n_conversions) < 0.9)).astype(np.int64),
            "value_minor": np.round(np.exp(random.normal(12, 1, n_conversions))).astype(np.int64),
        }
    )
    for name, frame, instant in (
        ("touchpoints", touchpoints, "touched_at"),
        ("conversions", conversions, "converted_at"),
    ):
        typed = frame.with_columns(pl.col(instant).cast(pl.Datetime("us", "UTC")))
        if keys == "text":
            typed = typed.with_columns(
                pl.concat_str(pl.lit(f"{column}_"), pl.col(column).cast(pl.String).str.zfill(12)).alias(column)
                for column in ("touchpoint_id", "conversion_id", "path_key")
                if column in typed.columns
            )
        if keys == "sorted":
            typed = typed.sort("path_key", instant, typed.columns[0])
        typed.write_parquet(folder / f"{name}.parquet")
