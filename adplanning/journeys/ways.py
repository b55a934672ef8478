"""Whose way each step is on."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.people.identity import PERSON_KEY, Owners, path_keys


def ways(
    steps: pl.LazyFrame, known: Owners, *, person_ids: pl.Series | None = None, utm_source: str | None = None
) -> pl.LazyFrame:
    """Give each step the customer whose it is, and keep those of some customers.

    Formula: the customer is the path of `people.identity.path_keys`: a person over all their devices, also for what
    they did before anybody knew them, else the visitor. So somebody seen both anonymously and by name is one customer.

    Parameters
    ----------
    steps : one row per step: visitor_id, person_id, occurred_at (UTC), utm_source.
    known : as from `identity.owners`.
    person_ids : only these persons; everybody when None.
    utm_source : only customers whose first step that names a source names this one, in whatever case; any when None.

    Returns
    -------
    The steps with `path_key`; null where a step names nobody that can be told apart (a shared log-in without a
    visitor). Rows are in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime
    >>> from adplanning.people.identity import owners
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> known = owners(pl.DataFrame({"visitor_id": ["phone"], "person_id": ["asha"], "seen_at": [noon]}))
    >>> steps = pl.LazyFrame({"visitor_id": ["phone", "kiosk"], "person_id": [None, None], "occurred_at": [noon] * 2,
    ...     "utm_source": ["FB", None]}, schema_overrides={"person_id": pl.String})
    >>> ways(steps, known, utm_source="fb").collect()["path_key"].to_list()
    ['person:asha']
    """
    require_columns(steps, ["visitor_id", "person_id", "occurred_at", "utm_source"], what="steps")
    keyed = path_keys(steps, known, at="occurred_at")
    if person_ids is not None:
        keys = (PERSON_KEY + person_ids).alias("path_key").to_frame().unique()
        keyed = keyed.join(keys.lazy(), on="path_key", how="semi")
    if utm_source is not None:
        source = pl.col("utm_source").str.strip_chars().str.to_lowercase()
        came_with = (
            keyed.filter(source.fill_null("") != "")
            .group_by("path_key")
            # Of two at one instant the name decides, so that the answer depends on no order.
            .agg(source.sort_by("occurred_at", source).first().alias("came_with"))
            .filter(pl.col("came_with") == utm_source.strip().lower())
        )
        keyed = keyed.join(came_with, on="path_key", how="semi")
    return keyed
