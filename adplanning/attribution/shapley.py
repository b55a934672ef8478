"""What each channel adds to the sets of channels that paths went through: credit by Shapley values."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from adplanning.attribution.sequences import Amounts, Counts, Evidence, Numbers, Sequences, sequences

SHAPLEY_WEIGHT: Final = 1 / pl.len().over("path", "channel")
"""Of a touchpoint by conversions: over the sum of its path, each channel of the path earns alike, its touchpoints too.

>>> path = pl.DataFrame({"path": [0] * 3, "channel": ["mail", "mail", "search"]})
>>> path.select(SHAPLEY_WEIGHT / SHAPLEY_WEIGHT.sum().over("path")).to_series().to_list()
[0.25, 0.25, 0.5]
"""

Words = NDArray[np.uint64]


def shapley_conversions(steps: pl.DataFrame) -> pl.DataFrame:
    """The conversions that each channel brought, as its Shapley value.

    Formula: the channels of a set S together have v(S) = conversions of the paths whose channels all lie in S. Since v
    is a sum over paths, so is the Shapley value: the conversions of each path shared equally by its distinct channels,
    Σ over sets T with c: conversions(T) / |T|.

    Parameters
    ----------
    steps : one row per touchpoint of a path: path, position, channel, n_conversions, n_null; see
        `sequences.path_steps`. Order and repetition within a path do not matter.

    Returns
    -------
    One row per channel, by name: channel, conversions; they add up to all conversions.

    Raises
    ------
    InvalidData : what `sequences.sequences` refuses.

    >>> steps = pl.DataFrame({"path": [0, 0, 0, 1], "position": [1, 2, 3, 1], "channel": list("abaa"),
    ...     "n_conversions": [6, 6, 6, 1], "n_null": [0, 0, 0, 9]})
    >>> shapley_conversions(steps).rows()
    [('a', 4.0), ('b', 3.0)]

    Source: Shapley (1953), A value for n-person games; Zhao, Mahboobi, Bagheri (2018), Shapley value methods for
    attribution modeling in online advertising, arXiv:1804.05327.
    """
    return _by_channel(steps, "conversions", by_rate=False)


def shapley_weights(steps: pl.DataFrame) -> pl.DataFrame:
    """The conversion rate that each channel adds, as its Shapley value: a weight of the channel.

    Formula: rate(T) = conversions / (conversions + non-converting) of the paths with exactly the channels T, 0 for sets
    that no path has; v(S) = Σ over T ⊆ S of rate(T). The Shapley value of c is Σ over sets T with c: rate(T) / |T|. A
    set seen on few paths counts as much as one seen on many.

    Parameters
    ----------
    steps : as for `shapley_conversions`.

    Returns
    -------
    One row per channel, by name: channel, weight; all add up to the sum of rates. A touchpoint earns its channel's
    weight over the sum of those on its path.

    Raises
    ------
    InvalidData : what `sequences.sequences` refuses.

    >>> steps = pl.DataFrame({"path": [0, 0, 1], "position": [1, 2, 1], "channel": ["a", "b", "a"],
    ...     "n_conversions": [6, 6, 1], "n_null": [6, 6, 9]})
    >>> shapley_weights(steps).rows()
    [('a', 0.35), ('b', 0.25)]

    Source: Zhao, Mahboobi, Bagheri (2018), arXiv:1804.05327, the simplified Shapley value with the conversion rate of a
    set of channels as its worth.
    """
    return _by_channel(steps, "weight", by_rate=True)


def _by_channel(steps: pl.DataFrame, name: str, *, by_rate: bool) -> pl.DataFrame:
    read = sequences(steps)
    values = pl.Series(name, evidence(read, by_rate=by_rate).weights(), dtype=pl.Float64)
    return pl.DataFrame([pl.Series("channel", read.channels, dtype=pl.String), values])


def evidence(read: Sequences, *, by_rate: bool) -> Evidence:
    """Count conversions and non-converting ends by set of channels; the weights that follow are the Shapley values.

    The set of number n has the features 2n for its conversions and 2n + 1 for its non-converting ends.

    >>> steps = pl.DataFrame({"path": [0, 0, 1, 1], "position": [1, 2, 1, 2], "channel": ["a", "b", "b", "a"],
    ...     "n_conversions": [2, 2, 0, 0], "n_null": [0, 0, 3, 3]})
    >>> [(part.feature.tolist(), part.amount.tolist()) for part in evidence(sequences(steps), by_rate=True).counts]
    [([0, 0], [2.0, 0.0]), ([1, 1], [0.0, 3.0])]
    """
    words = _channel_sets(read)
    names = [f"word_{n}" for n in range(words.shape[1])]
    each = pl.DataFrame(words, schema=names)
    sets = each.unique().sort(names)
    number = each.join(sets.with_row_index("number"), on=names, how="left", maintain_order="left")["number"].to_numpy()
    feature = 2 * number.astype(np.int64)
    counts = (Counts(feature, read.n_conversions), Counts(feature + 1, read.n_null))
    weigh = partial(_values, sets=sets.to_numpy(), n_channels=len(read.channels), by_rate=by_rate)
    return Evidence(counts, weigh, earns_conversions=not by_rate)


def _channel_sets(read: Sequences) -> Words:
    """Of each path a bit for each channel on it, in words of 64."""
    channel = np.arange(len(read.channels))
    bits = np.zeros((max(1, -(-len(channel) // 64)), len(channel) + 1), dtype=np.uint64)
    bits[channel // 64, channel + 1] = np.left_shift(np.uint64(1), (channel % 64).astype(np.uint64))
    if not len(read.begins):
        return np.zeros((0, len(bits)), dtype=np.uint64)
    return np.column_stack([np.bitwise_or.reduceat(of_word[read.codes], read.begins) for of_word in bits])


def _values(features: Numbers, amounts: Amounts, *, sets: Words, n_channels: int, by_rate: bool) -> Amounts:
    """The Shapley value of each channel from the counts by set."""
    n_conversions, n_null = np.zeros(len(sets)), np.zeros(len(sets))
    is_null = features % 2 == 1
    n_conversions[features[~is_null] // 2] = amounts[~is_null]
    n_null[features[is_null] // 2] = amounts[is_null]
    n_paths = n_conversions + n_null
    worth = np.divide(n_conversions, n_paths, out=np.zeros(len(sets)), where=n_paths > 0) if by_rate else n_conversions
    each = worth / np.bitwise_count(sets).sum(axis=1, dtype=np.int64) if len(sets) else worth
    held = (sets[:, n // 64] >> np.uint64(n % 64) & np.uint64(1) for n in range(n_channels))
    return np.array([each[of_it.astype(bool)].sum() for of_it in held])
