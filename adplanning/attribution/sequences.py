"""Which channels paths went through and how often they converted: what data-driven credit models learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from adplanning.attribution.credit_options import LOOKBACK_DAYS
from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import DirectCredit

Numbers = NDArray[np.integer[Any]]
Amounts = NDArray[np.float64]

MAX_TABLE: Final = 2**22  # Features below it are added up in a table, five times as fast as in groups.


def non_converting_paths(
    conversions: pl.LazyFrame,
    touchpoints: pl.LazyFrame,
    *,
    lookback_days: int = LOOKBACK_DAYS,
    direct_credit: DirectCredit = DirectCredit.only_alone,
) -> pl.LazyFrame:
    """Put the touchpoints that led to no conversion into paths of their own.

    Formula: a touchpoint that no conversion of its path key follows within the lookback lies on a non-converting path;
    in the order of (touched_at, touchpoint_id) a new path begins where the path key changes or the gap exceeds the
    lookback. What may still convert tomorrow counts as not converting today.

    Parameters
    ----------
    conversions : one row per conversion, of all times that may follow a touchpoint: path_key, converted_at.
    touchpoints : one row per touchpoint and path key: touchpoint_id, path_key, touched_at, channel; is_direct (false
        when absent). A touchpoint on several keys counts once, on the first of them, and not at all if it led to a
        conversion on any.
    lookback_days : that of `credit.conversion_paths`; default 30.
    direct_credit : as there: by default a direct touchpoint is left off a path that holds another one.

    Returns
    -------
    One row per touchpoint of such a path: the touchpoints' columns, `path` (a number) and `position`. In no order.

    >>> from datetime import datetime
    >>> sold = pl.LazyFrame({"path_key": ["p"], "converted_at": [datetime(2026, 3, 31)]})
    >>> touches = pl.LazyFrame({
    ...     "touchpoint_id": ["mail", "later", "again"], "path_key": ["p"] * 3, "channel": ["email", "social", "email"],
    ...     "touched_at": [datetime(2026, 3, 30), datetime(2026, 4, 1), datetime(2026, 4, 9)],
    ... })
    >>> idle = non_converting_paths(sold, touches).sort("position")
    >>> idle.select("path", "position", "touchpoint_id").collect().rows()
    [(1, 1, 'later'), (1, 2, 'again')]
    """
    require_columns(conversions, ["path_key", "converted_at"], what="conversions")
    require_columns(touchpoints, ["touchpoint_id", "path_key", "touched_at", "channel"], what="touchpoints")
    lookback = timedelta(days=lookback_days)
    followed = touchpoints.sort("touched_at").join_asof(
        conversions.select("path_key", "converted_at").sort("converted_at"),
        by="path_key",
        left_on="touched_at",
        right_on="converted_at",
        strategy="forward",
        tolerance=lookback,
        check_sortedness=False,
        coalesce=False,
    )
    led = pl.col("converted_at").is_not_null()
    begins = pl.col("path_key").is_first_distinct() | (pl.col("touched_at").diff() > lookback)
    idle = (
        followed.filter(~led)
        .join(followed.filter(led), on="touchpoint_id", how="anti")
        .drop("converted_at")
        .sort("path_key", "touched_at", "touchpoint_id")
        .unique("touchpoint_id", keep="first", maintain_order=True)
        .with_columns(begins.cum_sum().cast(pl.Int64).alias("path"))
    )
    if direct_credit is DirectCredit.only_alone and "is_direct" in touchpoints.collect_schema().names():
        is_direct = pl.col("is_direct").fill_null(value=False)
        idle = idle.filter(~is_direct | is_direct.all().over("path"))
    return idle.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("path").alias("position"))


def path_steps(paths: pl.LazyFrame, idle: pl.LazyFrame) -> pl.DataFrame:
    """Put converting and non-converting paths into the one form that the data-driven models read.

    Parameters
    ----------
    paths : one row per touchpoint of a conversion's path, as from `credit.conversion_paths`, with channel.
    idle : one row per touchpoint of a non-converting path, as from `non_converting_paths`.

    Returns
    -------
    One row per touchpoint of a path, in the order of path and position: path, position, channel, path_key, and how many
    conversions (n_conversions) and non-converting ends (n_null) the path had: 1 and 0, or 0 and 1.

    >>> sold = pl.LazyFrame({"path": [0, 0], "position": [2, 1], "channel": ["b", "a"], "path_key": ["p", "p"]})
    >>> idle = pl.LazyFrame({"path": [1], "position": [1], "channel": ["a"], "path_key": ["q"]})
    >>> path_steps(sold, idle).drop("path").rows()
    [(1, 'a', 'p', 1, 0), (2, 'b', 'p', 1, 0), (1, 'a', 'q', 0, 1)]
    """
    # Even numbers and odd ones: paths of both kinds stay apart.
    parts = [
        rows.select(
            (2 * pl.col("path").cast(pl.Int64) + odd).alias("path"),
            pl.col("position").cast(pl.Int32),
            "channel",
            "path_key",
            pl.lit(1 - odd, dtype=pl.Int64).alias("n_conversions"),
            pl.lit(odd, dtype=pl.Int64).alias("n_null"),
        )
        for odd, rows in enumerate((paths, idle))
    ]
    # Twice by one column, stably, is three times as fast as once by two.
    return pl.concat(parts).collect().sort("position").sort("path", maintain_order=True)


def distinct_paths(steps: pl.LazyFrame, amounts: Sequence[str] = ("n_conversions", "n_null")) -> pl.DataFrame:
    """Add up the paths that went through the same channels in the same order.

    Parameters
    ----------
    steps : one row per touchpoint of a path: path, position, channel and the amounts, alike along a path.
    amounts : columns to add up over equal paths.

    Returns
    -------
    One row per distinct sequence: channels (a list, first to last), n_touches, the amounts. In no order. Its steps
    again are `.with_row_index("path").explode("channels")`.

    >>> steps = pl.LazyFrame({"path": [0, 0, 1, 1, 2], "position": [1, 2, 2, 1, 1], "channel": list("abbaa"),
    ...     "n_conversions": [1, 1, 0, 0, 1], "n_null": [0, 0, 1, 1, 0]})
    >>> distinct_paths(steps).sort("n_touches").rows()
    [(['a'], 1, 1, 0), (['a', 'b'], 2, 1, 1)]
    """
    require_columns(steps, ["path", "position", "channel", *amounts], what="steps")
    return (
        steps.group_by("path")
        .agg(pl.col("channel").sort_by("position").alias("channels"), pl.col(*amounts).first())
        .group_by("channels")
        .agg(pl.col(*amounts).sum())
        .select("channels", pl.col("channels").list.len().cast(pl.Int64).alias("n_touches"), *amounts)
        .collect()
    )


@dataclass(frozen=True)
class Sequences:
    """Paths as arrays: of each step the channel's number, from 1 up; of each path where it begins and how it ended."""

    channels: list[str]
    codes: Numbers
    begins: Numbers
    n_conversions: Amounts
    n_null: Amounts
    paths: pl.DataFrame
    """The first step of each path, with all columns of the input but the channel."""

    @property
    def ends(self) -> Numbers:
        """The last step of each path."""
        return np.append(self.begins[1:], len(self.codes))[: len(self.begins)] - 1

    @property
    def lengths(self) -> Numbers:
        """How many steps each path has."""
        return self.ends - self.begins + 1

    @property
    def path_of_step(self) -> Numbers:
        """The number of the path that each step is on."""
        return np.repeat(np.arange(len(self.begins)), self.lengths)


def sequences(steps: pl.DataFrame) -> Sequences:
    """Read steps into arrays; paths that count nothing are left out, and channels on these alone are not known.

    Parameters
    ----------
    steps : one row per touchpoint of a path, as from `path_steps`: path, position, channel, n_conversions, n_null.
        Equal paths may stand as one, their counts added up. In any order; that of path and position is quickest.

    Raises
    ------
    InvalidData : a missing column or channel, or a count that is negative or unknown.

    >>> steps = pl.DataFrame({"path": [7, 7, 9], "position": [1, 2, 1], "channel": ["b", "a", "b"],
    ...     "n_conversions": [1, 1, 0], "n_null": [0, 0, 4]})
    >>> read = sequences(steps)
    >>> read.channels, read.codes.tolist(), read.begins.tolist(), read.n_null.tolist()
    (['a', 'b'], [2, 1, 2], [0, 2], [0.0, 4.0])
    """
    require_columns(steps, ["path", "position", "channel", "n_conversions", "n_null"], what="steps")
    if steps["channel"].null_count():
        raise InvalidData.at("channel", "is missing on a path; give each touchpoint one, `direct` or `other` at least")
    n_conversions, n_null = pl.col("n_conversions"), pl.col("n_null")
    refused, silent = steps.select(
        refused=~((n_conversions >= 0) & (n_null >= 0)).fill_null(value=False).all(),
        silent=((n_conversions == 0) & (n_null == 0)).any(),
    ).row(0)
    if refused:
        raise InvalidData.at("n_conversions, n_null", "must be numbers of 0 or more on every path")
    counted = steps.filter(n_conversions + n_null > 0) if silent else steps
    ordered = counted if _is_ordered(counted) else counted.sort("position").sort("path", maintain_order=True)
    names = ordered["channel"].cast(pl.String).unique().sort()
    path = ordered["path"].to_numpy()
    begins = np.flatnonzero(np.append(True, path[1:] != path[:-1])[: len(path)])
    first = ordered.drop("channel")[begins]
    return Sequences(
        channels=names.to_list(),
        codes=ordered["channel"].cast(pl.String).cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int32) + 1,
        begins=begins,
        n_conversions=first["n_conversions"].to_numpy().astype(np.float64),
        n_null=first["n_null"].to_numpy().astype(np.float64),
        paths=first,
    )


def _is_ordered(steps: pl.DataFrame) -> bool:
    path, position = steps["path"].to_numpy(), steps["position"].to_numpy()
    follows = (path[1:] > path[:-1]) | ((path[1:] == path[:-1]) & (position[1:] > position[:-1]))
    return bool(follows.all())


@dataclass(frozen=True)
class Counts:
    """What was counted, a number, and how often: one entry per path, or per step, in the order of `Sequences`."""

    feature: Numbers
    amount: Amounts
    is_per_step: bool = False


@dataclass(frozen=True)
class Evidence:
    """What a model counts along each path, and how the counts of any set of paths weigh the channels."""

    counts: tuple[Counts, ...]
    weigh: Callable[[Numbers, Amounts], Amounts]
    """From features, ascending, and their amounts to the weight of each channel; NaN where it is unknown."""
    earns_conversions: bool = False
    """Whether a weight is the number of conversions that its channel earned."""

    def weights(self) -> Amounts:
        """The weight of each channel over all paths."""
        if max(int(part.feature.max(initial=0)) for part in self.counts) < MAX_TABLE:
            sums = [np.bincount(part.feature, part.amount) for part in self.counts]
            table = np.zeros(max(map(len, sums)))
            for part in sums:
                table[: len(part)] += part
            features = np.flatnonzero(table)
            return self.weigh(features, table[features])
        entries = pl.concat(pl.DataFrame({"feature": part.feature, "amount": part.amount}) for part in self.counts)
        total = entries.group_by("feature").agg(pl.col("amount").sum()).sort("feature")
        return self.weigh(total["feature"].to_numpy(), total["amount"].to_numpy())
