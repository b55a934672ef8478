"""How many conversions would be lost without a channel: credit by a Markov chain over channels."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.linalg import gmres, spsolve

from adplanning.attribution.sequences import Amounts, Counts, Evidence, Numbers, Sequences, sequences
from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

ORDERS: Final = (1, 2, 3)


def removal_effects(steps: pl.DataFrame, *, order: int = 1) -> pl.DataFrame:
    """The share of conversions that would be lost if a channel led nowhere.

    Formula: a walk goes from START from channel to channel to CONVERSION or NULL; its state is the channels of its last
    `order` steps, fewer at the beginning. A transition's probability is its count over the count of all that leave its
    state. With p the probability to reach CONVERSION from START, and p without c the same where every transition into
    a state that involves channel c goes to NULL, the removal effect of c is 1 − p without c / p.

    Parameters
    ----------
    steps : one row per touchpoint of a path: path, position, channel, n_conversions, n_null; see
        `sequences.path_steps`. Repeated channels are steps of their own.
    order : 1, 2 or 3; default 1, the simplest and the default of the package ChannelAttribution.

    Returns
    -------
    One row per channel, by name: channel, removal_effect, 0 to 1; null when nothing converted, since then nothing can
    be lost. Effects do not add up to one: a walk passes several channels. A channel on non-converting paths alone has
    an effect when walks go on from it to one that converts.

    Raises
    ------
    InvalidData : another order, what `sequences.sequences` refuses, or so many channels that their sequences of
        `order` cannot be numbered.

    >>> steps = pl.DataFrame({
    ...     "path": [0, 0, 0, 1, 2, 2], "position": [1, 2, 3, 1, 1, 2], "channel": ["C1", "C2", "C3", "C1", "C2", "C3"],
    ...     "n_conversions": [1, 1, 1, 0, 0, 0], "n_null": [0, 0, 0, 1, 1, 1],
    ... })
    >>> removal_effects(steps)["removal_effect"].round(12).to_list()
    [0.5, 1.0, 1.0]

    Source: Anderl, Becker, von Wangenheim, Schumann (2016), Mapping the customer journey: Lessons learned from
    graph-based online attribution modeling, International Journal of Research in Marketing 33(3), 457–474.
    """
    read = sequences(steps)
    effects = pl.Series("removal_effect", evidence(read, order=order).weights(), dtype=pl.Float64)
    return pl.DataFrame([pl.Series("channel", read.channels, dtype=pl.String), effects.fill_nan(None)])


def markov_weights(steps: pl.DataFrame, *, order: int = 1) -> pl.DataFrame:
    """The weight of each channel: a touchpoint earns its channel's over the sum of those on its path.

    Formula: weight = removal effect; see `removal_effects` for parameters and errors.

    Returns
    -------
    One row per channel, by name: channel, weight; null when nothing converted.

    >>> steps = pl.DataFrame({"path": [0, 1], "position": [1, 1], "channel": ["a", "b"], "n_conversions": [3, 1],
    ...     "n_null": [0, 0]})
    >>> markov_weights(steps).rows()
    [('a', 0.75), ('b', 0.25)]
    """
    return removal_effects(steps, order=order).rename({"removal_effect": "weight"})


def removal_shares(effects: pl.DataFrame, *, n_conversions: int, value_minor: int) -> pl.DataFrame:
    """Split all conversions and their value among the channels by removal effect, whatever path each came along.

    Formula: share = removal effect / Σ removal effects; conversions = share × n_conversions; value by rounding the
    running total of shares × value_minor, so that it adds up exactly. It is the form in which the source and the
    package ChannelAttribution report; credit along the paths (`markov_weights`) gives a channel other totals.

    Parameters
    ----------
    effects : one row per channel: channel, removal_effect, as from `removal_effects`.
    n_conversions, value_minor : of all converting paths; value in minor units.

    Returns
    -------
    One row per channel: channel, removal_effect, share, conversions, value_minor; null where effects are.

    >>> effects = pl.DataFrame({"channel": ["a", "b", "c"], "removal_effect": [0.5, 1.0, 1.0]})
    >>> removal_shares(effects, n_conversions=10, value_minor=999).select("share", "conversions", "value_minor").rows()
    [(0.2, 2.0, 200), (0.4, 4.0, 399), (0.4, 4.0, 400)]
    """
    require_columns(effects, ["channel", "removal_effect"], what="effects")
    reached = (pl.col("share").cum_sum() * value_minor).round().cast(pl.Int64)
    return effects.with_columns(
        (pl.col("removal_effect") / pl.col("removal_effect").sum()).alias("share")
    ).with_columns(
        (pl.col("share") * n_conversions).alias("conversions"),
        (reached - reached.shift(1, fill_value=0)).alias("value_minor"),
    )


def evidence(read: Sequences, *, order: int = 1) -> Evidence:
    """Count the transitions of each path; the weights that follow are the removal effects.

    A state is the number whose digits are the last `order` channels, 0 for none; its last digit is the channel it was
    entered by. A feature is a state with one digit more for where it leads: a channel, 0 for NULL, the greatest digit
    for CONVERSION.

    >>> steps = pl.DataFrame({"path": [0], "position": [1], "channel": ["a"], "n_conversions": [2], "n_null": [5]})
    >>> [(part.feature.tolist(), part.amount.tolist()) for part in evidence(sequences(steps)).counts]
    [([1], [7.0]), ([5], [2.0]), ([3], [5.0])]
    """
    if order not in ORDERS:
        raise InvalidData.at("order", f"must be one of {', '.join(map(str, ORDERS))}, not {order}; 1 is usual")
    base = len(read.channels) + 2
    if base ** (order + 1) >= 2**63:
        raise InvalidData.at("order", f"must be less than {order} for {len(read.channels)} channels")
    feature = np.zeros(len(read.codes), dtype=np.int64)
    for back in range(order, 0, -1):
        feature *= base
        feature[back:] += read.codes[:-back]
    # At its nth step a path has seen n − 1 channels: the digits above are those of the path before.
    for n_seen in range(order):
        begun = read.begins[read.lengths > n_seen] + n_seen
        feature[begun] %= base**n_seen
    at_end = _entered(feature[read.ends], read.codes[read.ends], base, order) * base
    feature *= base
    feature += read.codes
    n_walks = np.repeat(read.n_conversions + read.n_null, read.lengths)
    counts = (
        Counts(feature, n_walks, is_per_step=True),
        Counts(at_end + base - 1, read.n_conversions),
        Counts(at_end, read.n_null),
    )
    return Evidence(counts, partial(_effects, base=base, order=order))


def _entered(state: Numbers, channel: Numbers, base: int, order: int) -> Numbers:
    entered: Numbers = state % base ** (order - 1) * base + channel
    return entered


def _effects(features: Numbers, amounts: Amounts, *, base: int, order: int) -> Amounts:
    """The removal effect of each channel from the counts of transitions."""
    origin, target = np.divmod(features, base)
    states, start = np.unique(origin, return_inverse=True)
    n_states, n_channels = len(states), base - 2
    leaving = np.bincount(start, amounts, n_states)
    # A state that a resample never enters has no transitions; nothing leads to it either.
    probability = np.divide(amounts, leaving[start], out=np.zeros(len(amounts)), where=amounts > 0)
    converts: Amounts = np.bincount(start[target == base - 1], probability[target == base - 1], n_states).astype(
        np.float64
    )
    if not converts.any():
        return np.full(n_channels, np.nan)
    moves = (target > 0) & (target < base - 1)
    end = np.searchsorted(states, _entered(origin[moves], target[moves], base, order))
    walk = sparse.csr_array(  # type: ignore[no-untyped-call]
        (probability[moves], (start[moves], end)), shape=(n_states, n_states)
    )
    entered_by = states % base
    effects = _by_visits(walk, converts) if order == 1 else _by_channel(walk, converts, entered_by, n_channels)
    return np.clip(effects, 0.0, 1.0)


def _by_visits(walk: sparse.csr_array, converts: Amounts) -> Amounts:
    """Where each channel is one state: by the expected visits N = (I − Q)⁻¹, one inverse for all channels.

    Lost without c is what enters c, with probability N[START, c] / N[c, c], and converts from there.
    """
    visits = np.linalg.inv(np.eye(len(converts)) - walk.toarray())  # type: ignore[no-untyped-call]
    chance = visits @ converts
    lost: Amounts = (visits[0] / visits.diagonal() * chance)[1:]
    return lost / float(chance[0])


def _by_channel(walk: sparse.csr_array, converts: Amounts, entered_by: Numbers, n_channels: int) -> Amounts:
    """By one sparse linear system per channel, in which no transition enters a state of it."""
    whole = _chances(walk, converts, converts)
    without = np.empty(n_channels)
    for channel in range(1, n_channels + 1):
        open_to = sparse.diags_array((entered_by != channel).astype(np.float64))  # type: ignore[no-untyped-call]
        without[channel - 1] = _chances(walk @ open_to, converts, whole)[0]
    return 1 - without / float(whole[0])


def _chances(walk: sparse.csr_array, converts: Amounts, guess: Amounts) -> Amounts:
    """The probability to convert from each state."""
    system = sparse.eye_array(len(converts), format="csr") - walk  # type: ignore[no-untyped-call]
    found: Amounts
    found, failed = gmres(  # type: ignore[no-untyped-call]
        system, converts, guess, rtol=1e-13, atol=0, restart=50, maxiter=20
    )
    if failed:
        # A factorisation always ends, yet takes a minute where the iteration takes a tenth of a second.
        found = spsolve(system.tocsc(), converts)  # type: ignore[no-untyped-call]
    return found
