"""Whose path a conversion or a touchpoint is on: the person's, over all their devices, else the visitor's."""

from __future__ import annotations

import polars as pl

# Persons and visitors have ids of their own kinds: the prefix keeps a visitor who calls himself like a person apart.
PERSON_KEY = pl.lit("person:") + pl.col("person_id")
VISITOR_KEY = pl.lit("visitor:") + pl.col("visitor_id")


def with_path_key(conversions: pl.LazyFrame, visitors: pl.LazyFrame) -> pl.LazyFrame:
    """Give each conversion the key of its path: its person's, else its visitor's person's, else its visitor's.

    Parameters
    ----------
    conversions : one row per conversion: visitor_id and person_id (null when nobody signed in).
    visitors : one row per visitor who is linked to a person: visitor_id, person_id.

    Returns
    -------
    The conversions with `path_key` and `person_id` completed.

    >>> sold = pl.LazyFrame({"visitor_id": ["phone", "kiosk"], "person_id": [None, None]}, schema_overrides={
    ...     "person_id": pl.String})
    >>> linked = pl.LazyFrame({"visitor_id": ["phone"], "person_id": ["asha"]})
    >>> with_path_key(sold, linked).select("visitor_id", "path_key").sort("visitor_id").collect().rows()
    [('kiosk', 'visitor:kiosk'), ('phone', 'person:asha')]
    """
    return (
        conversions.join(visitors, on="visitor_id", how="left", suffix="_of_visitor")
        .with_columns(pl.coalesce("person_id", "person_id_of_visitor").alias("person_id"))
        .drop("person_id_of_visitor")
        .with_columns(pl.coalesce(PERSON_KEY, VISITOR_KEY).alias("path_key"))
    )


def on_paths(touchpoints: pl.LazyFrame, visitors: pl.LazyFrame, claims: pl.LazyFrame) -> pl.LazyFrame:
    """Put each touchpoint on the paths it can belong to.

    A touchpoint of a linked visitor is on that person's path. One of a visitor linked to nobody is on the visitor's own
    path, and on that of each person who converted there: the conversion says whose device it was.

    Parameters
    ----------
    touchpoints : one row per touchpoint, with visitor_id.
    visitors : one row per visitor who is linked to a person: visitor_id, person_id.
    claims : one row per visitor_id and person_id that conversions name together.

    Returns
    -------
    One row per touchpoint and path: the touchpoints with `path_key`; at most one row per touchpoint and key.

    >>> touches = pl.LazyFrame({"touchpoint_id": ["a", "b"], "visitor_id": ["phone", "kiosk"]})
    >>> linked = pl.LazyFrame({"visitor_id": ["phone"], "person_id": ["asha"]})
    >>> claimed = pl.LazyFrame({"visitor_id": ["kiosk", "phone"], "person_id": ["ravi", "ravi"]})
    >>> on_paths(touches, linked, claimed).select("touchpoint_id", "path_key").sort("path_key").collect().rows()
    [('a', 'person:asha'), ('b', 'person:ravi'), ('b', 'visitor:kiosk')]
    """
    own = touchpoints.join(visitors, on="visitor_id", how="left").with_columns(
        pl.coalesce(PERSON_KEY, VISITOR_KEY).alias("path_key")
    )
    unlinked = claims.join(visitors, on="visitor_id", how="anti").unique(["visitor_id", "person_id"])
    claimed = touchpoints.join(unlinked, on="visitor_id").with_columns(PERSON_KEY.alias("path_key"))
    return pl.concat([own, claimed]).drop("person_id")
