"""Whether the credits of a conversion can have changed: equal fingerprints, equal credits."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns

NO_PATH = 0


def fingerprints(conversions: pl.LazyFrame, paths: pl.LazyFrame, *, settings: str) -> pl.LazyFrame:
    """Reduce all that the credits of each conversion depend on to one number.

    Formula: the exclusive or of one 64-bit hash per touchpoint of the path (its id and time) and one of the conversion
    itself (id, time, value, currency) and the settings. The order on a path follows from times and ids, so it needs no
    part of its own. Another release of polars may hash otherwise: then every conversion counts as changed, which costs
    time and nothing else.

    Parameters
    ----------
    conversions : one row per conversion: conversion_id, converted_at, value_minor, currency.
    paths : as from `conversion_paths`: conversion_id, touchpoint_id, touched_at, one row per conversion and touchpoint.
    settings : how credit is given, in any words; other words are another fingerprint.

    Returns
    -------
    One row per conversion: conversion_id, fingerprint (Int64). Two conversions of a million share one by chance about
    once in 40 million runs, and a change goes unseen once in 2^64.

    >>> from datetime import datetime
    >>> sold = pl.LazyFrame({"conversion_id": ["c"], "converted_at": [datetime(2026, 3, 9)], "value_minor": [500],
    ...     "currency": ["INR"]})
    >>> path = pl.LazyFrame({"conversion_id": ["c", "c"], "touchpoint_id": ["a", "b"],
    ...     "touched_at": [datetime(2026, 3, 7), datetime(2026, 3, 8)]})
    >>> one = fingerprints(sold, path, settings="30 days").collect()["fingerprint"]
    >>> same = fingerprints(sold, path.reverse(), settings="30 days").collect()["fingerprint"]
    >>> other = fingerprints(sold, path.head(1), settings="30 days").collect()["fingerprint"]
    >>> one.equals(same), one.equals(other)
    (True, False)
    """
    require_columns(conversions, ["conversion_id", "converted_at", "value_minor", "currency"], what="conversions")
    require_columns(paths, ["conversion_id", "touchpoint_id", "touched_at"], what="paths")
    touched = paths.group_by("conversion_id").agg(
        pl.struct("touchpoint_id", "touched_at").hash(seed=1).bitwise_xor().alias("__path")
    )
    own = pl.struct("conversion_id", "converted_at", "value_minor", "currency", pl.lit(settings)).hash(seed=2)
    return conversions.join(touched, on="conversion_id", how="left").select(
        "conversion_id",
        (own ^ pl.col("__path").fill_null(NO_PATH)).reinterpret(signed=True).alias("fingerprint"),
    )
