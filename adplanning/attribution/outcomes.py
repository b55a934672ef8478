"""What each touchpoint led to: whether it stands on a path, where, and what it earned there."""

from __future__ import annotations

import polars as pl

from adplanning.attribution.credit import TOUCH_TYPE


def touch_outcomes(credited: pl.LazyFrame, touchpoints: pl.LazyFrame, *, model: str) -> pl.LazyFrame:
    """Tell of each touchpoint what came of it.

    Formula: converted when it is on the path of a conversion; its touch type is that on the path of the latest such
    conversion, else its place among all touchpoints of its path key; its value Σ `<model>_minor` over its paths.

    Parameters
    ----------
    credited : as from `credit.credited_paths` with a value, so with `<model>_minor`.
    touchpoints : one row per touchpoint and path key, as from `on_paths`: touchpoint_id, path_key, touched_at.
    model : the credit model.

    Returns
    -------
    One row per touchpoint: touchpoint_id, touch_type, converted, credited_value_minor (0 when not converted).

    >>> from datetime import datetime
    >>> from adplanning.attribution.credit import credited_paths
    >>> touches = pl.LazyFrame({"touchpoint_id": ["a", "b", "c"], "path_key": ["p"] * 3,
    ...     "touched_at": [datetime(2026, 3, day) for day in (1, 2, 9)]})
    >>> sold = pl.LazyFrame({"conversion_id": ["x"], "path_key": ["p"], "converted_at": [datetime(2026, 3, 3)],
    ...     "reported_minor": [101]})
    >>> shared = credited_paths(sold, touches, ["linear"], value="reported_minor")
    >>> touch_outcomes(shared, touches, model="linear").sort("touchpoint_id").collect().rows()
    [('a', 'first', True, 50), ('b', 'last', True, 51), ('c', 'last', False, 0)]
    """
    led_to = (
        credited.with_columns(TOUCH_TYPE.alias("on_path"))
        .sort("converted_at", "conversion_id")
        .group_by("touchpoint_id", maintain_order=True)
        .agg(pl.col("on_path").last(), pl.col(f"{model}_minor").sum().alias("credited_value_minor"))
    )
    along = ["path_key", "touched_at", "touchpoint_id"]
    places = (
        touchpoints.sort(along)
        .with_columns(
            pl.col("path_key").is_first_distinct().alias("is_first"),
            pl.col("path_key").is_last_distinct().alias("is_last"),
        )
        .with_columns(TOUCH_TYPE.alias("place"))
        .group_by("touchpoint_id", maintain_order=True)
        .agg(pl.col("place").last())
    )
    return places.join(led_to, on="touchpoint_id", how="left").select(
        "touchpoint_id",
        pl.coalesce("on_path", "place").alias("touch_type"),
        pl.col("on_path").is_not_null().alias("converted"),
        pl.col("credited_value_minor").fill_null(0),
    )
