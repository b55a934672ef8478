"""How far a data-driven credit would move had other persons come: bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from adplanning.attribution import markov, shapley
from adplanning.attribution.sequences import Amounts, Evidence, Numbers, Sequences, sequences
from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

MIN_PERSONS: Final = 30
N_RESAMPLES: Final = 200
LEVEL: Final = 0.9
SAMPLES_AT_A_TIME: Final = 10
QUANTITIES: Final = ("weight", "credited_conversions", "share")

DATA_DRIVEN: Final[dict[str, Callable[[Sequences, int], Evidence]]] = {
    "markov": lambda read, order: markov.evidence(read, order=order),
    "shapley": lambda read, _: shapley.evidence(read, by_rate=False),
    "shapley_rate": lambda read, _: shapley.evidence(read, by_rate=True),
}
"""Per model what it learns from paths; only markov has an order."""


def credit_intervals(
    steps: pl.DataFrame,
    model: str,
    *,
    order: int = 1,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> pl.DataFrame:
    """The credit of each channel under a data-driven model, with the interval in which it lies for other persons.

    Formula: as many persons as there are, with a path, are drawn with replacement, each with all their paths; weights
    and credited conversions are computed anew from each such sample; the bounds of the interval are the (1 − level) / 2
    and (1 + level) / 2 quantiles over the samples. Credited conversions of a channel are Σ over converting paths of
    its weight × its touchpoints / Σ weights of the path's touchpoints; under shapley the Shapley value itself.

    Parameters
    ----------
    steps : one row per touchpoint of a path, as from `sequences.path_steps`, with path_key: the person, else visitor.
    model : one of `DATA_DRIVEN`. Bounds of shapley_rate lie low: sets of channels that one person stands for are
        missing from every third sample.
    order : of markov; default 1.
    n_resamples : default 200, the source's number for a standard error; for bounds that hardly move with the seed it
        asks for 1,000.
    level : default 0.9: of ten such intervals about nine hold the true value.
    seed : of the draws; equal seeds and facts give equal intervals.

    Returns
    -------
    One row per channel, by name: channel; n_persons, who converted on a path with it; weight, credited_conversions and
    share (of the credited conversions of all channels), each with `_low` and `_high`. Bounds are null, and `reason`
    says why, where fewer than `MIN_PERSONS` persons stand behind a channel; 30 is a convention, no published bound.

    Raises
    ------
    InvalidData : an unknown model, fewer than 20 resamples, a level not between 0 and 1, what
        `sequences.sequences` refuses.

    >>> steps = pl.DataFrame({"path": range(80), "position": [1] * 80, "channel": ["mail"] * 60 + ["search"] * 20,
    ...     "n_conversions": [1] * 80, "n_null": [0] * 80, "path_key": range(80)})
    >>> found = credit_intervals(steps, "shapley").select("channel", "credited_conversions", "credited_conversions_low")
    >>> found.with_columns(pl.col(pl.Float64).round()).rows()
    [('mail', 60.0, 54.0), ('search', 20.0, None)]

    Source: Efron, Tibshirani (1993), An introduction to the bootstrap, chapters 6 (how many), 8 (whole clusters) and 13
    (percentile intervals).
    """
    require_columns(steps, ["path_key"], what="steps")
    if model not in DATA_DRIVEN:
        raise InvalidData.unknown_choice("model", model, DATA_DRIVEN)
    if n_resamples < 20:
        raise InvalidData.at("n_resamples", f"must be 20 or more, not {n_resamples}; {N_RESAMPLES} is usual")
    if not 0 < level < 1:
        raise InvalidData.at("level", f"must be between 0 and 1, not {level}; {LEVEL} is usual")
    read = sequences(steps)
    learned = DATA_DRIVEN[model](read, order)
    persons = read.paths["path_key"].unique().sort()
    person = read.paths["path_key"].replace_strict(persons, range(len(persons))).to_numpy().astype(np.int64)
    spread = _crediting(read, learned, person, len(persons))
    (estimate,) = spread(np.ones((len(persons), 1)))
    samples = np.concatenate([spread(drawn) for drawn in _draws(len(persons), n_resamples, seed)])
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    bounds = zip(QUANTITIES, estimate, low, high, strict=True)
    columns = {name + end: of for name, *ofs in bounds for end, of in zip(("", "_low", "_high"), ofs, strict=True)}
    n_persons = pl.Series("n_persons", _converting_persons(read, person), dtype=pl.Int64)
    is_few = pl.col("n_persons") < MIN_PERSONS
    reason = pl.format("{} persons converted on a path with it; an interval needs " + str(MIN_PERSONS), "n_persons")
    return (
        pl.DataFrame([pl.Series("channel", read.channels, dtype=pl.String), n_persons])
        .with_columns(pl.Series(name, of, dtype=pl.Float64).fill_nan(None) for name, of in columns.items())
        .with_columns(pl.when(~is_few).then(pl.col("^.*_(low|high)$")), pl.when(is_few).then(reason).alias("reason"))
    )


def _draws(n_persons: int, n_resamples: int, seed: int) -> Iterator[Amounts]:
    """How often each person is in each sample: persons × samples, a few samples at a time to bound memory."""
    random = np.random.default_rng(seed)
    for first in range(0, n_resamples, SAMPLES_AT_A_TIME):
        n = min(SAMPLES_AT_A_TIME, n_resamples - first)
        drawn = (random.integers(0, max(n_persons, 1), n_persons) for _ in range(n))
        yield np.column_stack([np.bincount(sample, minlength=n_persons) for sample in drawn]).astype(np.float64)


def _crediting(
    read: Sequences, learned: Evidence, person: Numbers, n_persons: int
) -> Callable[[Amounts], NDArray[np.float64]]:
    """From how often each person counts (persons × samples) to samples × `QUANTITIES` × channels."""
    path, channel = read.path_of_step, read.codes - 1
    entries = pl.concat(
        pl.DataFrame(
            {
                "person": person[path] if part.is_per_step else person,
                "feature": part.feature,
                "amount": part.amount,
            }
        )
        for part in learned.counts
    )
    by_person = entries.group_by("person", "feature").agg(pl.col("amount").sum())
    features, row = np.unique(by_person["feature"].to_numpy(), return_inverse=True)
    column, amount = by_person["person"].to_numpy(), by_person["amount"].to_numpy()
    counts = sparse.csr_array(  # type: ignore[no-untyped-call]
        (amount, (row, column)), shape=(len(features), n_persons)
    )
    converting = np.flatnonzero(read.n_conversions > 0)
    shape = (len(read.begins), len(read.channels))
    touches = sparse.csr_array((np.ones(len(path)), (path, channel)), shape=shape)[  # type: ignore[no-untyped-call]
        converting
    ]
    conversions, of_person = read.n_conversions[converting], person[converting]

    def of_sample(counted: Amounts, drawn: Amounts) -> NDArray[np.float64]:
        weights = learned.weigh(features, counted)
        if learned.earns_conversions:
            credited = weights
        else:
            # Where all weights of a path are zero, its touchpoints share alike.
            positive = np.nan_to_num(weights) + 1e-200
            credited = positive * (touches.T @ (drawn[of_person] * conversions / (touches @ positive)))
        total = credited.sum()
        return np.array([weights, credited, credited / total if total else np.full_like(credited, np.nan)])

    def of_samples(drawn: Amounts) -> NDArray[np.float64]:
        counted = counts @ drawn
        return np.array([of_sample(counted[:, n], drawn[:, n]) for n in range(drawn.shape[1])])

    return of_samples


def _converting_persons(read: Sequences, person: Numbers) -> Numbers:
    """How many persons converted on a path with each channel."""
    path = read.path_of_step
    converts = read.n_conversions[path] > 0
    pairs = pl.DataFrame({"person": person[path][converts], "code": read.codes[converts]}).unique()
    return np.bincount(pairs["code"].to_numpy() - 1, minlength=len(read.channels))
