"""The scores that a customer had before, kept beside the present one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.periods import isoformat

N_FIRST: Final = 3
N_LATEST: Final = 27
ENTRIES: Final = pl.List(pl.Struct({"at": pl.String, "value": pl.Float64}))


def read_entries(history: pl.Expr) -> pl.Expr:
    """A history as it is stored (JSON text, null for none) as a list of `at` and `value`, oldest first."""
    return history.str.json_decode(ENTRIES).fill_null(pl.lit([], ENTRIES))


def with_history(scores: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Put each score at the end of its history.

    Formula: the entries before, without one of the same instant, then the new one; of more than 30 the first three and
    the latest 27. So a score that is computed again at the same instant replaces the one it had, and adds none.

    Parameters
    ----------
    scores : one row per score: score_value, and entries, as from `read_entries`, none later than `as_of`.
    as_of : when the score is.

    Returns
    -------
    The rows with entries, and previous_score: the value before, null when this is the first.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> frame = pl.LazyFrame({"score_value": [40.0], "entries": [[{"at": "2026-03-01T00:00:00+00:00", "value": 30.0}]]})
    >>> again = with_history(frame, as_of=datetime(2026, 3, 2, tzinfo=UTC)).collect()
    >>> again["previous_score"].item(), again["entries"].list.len().item()
    (30.0, 2)
    """
    require_columns(scores, ["score_value", "entries"], what="scores")
    now = isoformat(as_of)
    earlier = pl.col("entries").list.eval(pl.element().filter(pl.element().struct.field("at") != now))
    new = pl.struct(at=pl.lit(now), value=pl.col("score_value").cast(pl.Float64))
    whole = pl.concat_list("entries", pl.concat_list(new))
    return (
        scores.with_columns(entries=earlier)
        .with_columns(
            previous_score=pl.col("entries").list.last().struct.field("value"),
            entries=whole,
        )
        .with_columns(
            entries=pl.when(pl.col("entries").list.len() > N_FIRST + N_LATEST)
            .then(pl.concat_list(pl.col("entries").list.head(N_FIRST), pl.col("entries").list.tail(N_LATEST)))
            .otherwise("entries")
        )
    )
