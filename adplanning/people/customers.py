"""Which customer each event is of."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.people.identity import Owners, path_keys

PERSON_KEY: Final = "person:"


def of_persons(rows: pl.LazyFrame, known: Owners, *, at: str) -> pl.LazyFrame:
    """Keep the events of known persons, each with the one person whose it is.

    Formula: those whose path is a person's; see `identity.path_keys`.

    Parameters
    ----------
    rows : one row per event: visitor_id, the column `at` (UTC), and person_id where they name one.
    known : as from `identity.owners`.
    at : the column with the instant of each row.

    Returns
    -------
    These rows with `person_id`, in no order.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime
    >>> from adplanning.people.identity import owners
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> known = owners(pl.DataFrame({"visitor_id": ["phone"], "person_id": ["asha"], "seen_at": [noon]}))
    >>> views = pl.LazyFrame({"visitor_id": ["phone", "kiosk"], "occurred_at": [noon, noon]})
    >>> of_persons(views, known, at="occurred_at").collect()["person_id"].to_list()
    ['asha']
    """
    keyed = path_keys(rows, known, at=at)
    person = pl.col("path_key").str.strip_prefix(PERSON_KEY).alias("person_id")
    return keyed.filter(pl.col("path_key").str.starts_with(PERSON_KEY)).with_columns(person).drop("path_key")
