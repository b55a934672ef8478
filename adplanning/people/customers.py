"""Which customer each event is of."""

from __future__ import annotations

import polars as pl

from adplanning.people.identity import Owners, with_owners


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
    theirs = with_owners(rows, known, at=at).drop_nulls("owner_id")
    return theirs.with_columns(person_id="owner_id").drop("owner_id")
