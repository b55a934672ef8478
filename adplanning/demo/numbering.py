"""Ids that are the same for the same demo, and sort by time as all others do."""

from __future__ import annotations

import polars as pl

from adplanning.demo.season import Ints


def numbered(prefix: str, at: Ints, *, first: int = 0) -> pl.Series:
    """An id for each instant: the form of `core/ids.py` with a running number, from `first` on, in place of chance.

    >>> import numpy as np
    >>> numbered("conv", np.array([1_700_000_000_000_000]))[0]
    'conv_018bcfe5680000000000000000000000'
    """
    stamps = (at // 1000).tolist()
    return pl.Series([f"{prefix}_{stamp:012x}{n:020x}" for n, stamp in enumerate(stamps, first)], dtype=pl.String)


def instants(at: Ints) -> pl.Series:
    """Microseconds since 1970 as UTC datetimes.

    >>> import numpy as np
    >>> str(instants(np.array([0]))[0])
    '1970-01-01 00:00:00+00:00'
    """
    return pl.Series(at, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
