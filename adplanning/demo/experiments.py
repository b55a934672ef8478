"""Experiments of the demo shop, with the truth behind them that an analysis should find."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, ExperimentType, PrimaryMetric
from adplanning.demo.numbering import instants, numbered
from adplanning.demo.season import DAY, Season
from adplanning.experiments.results_service import keep_results
from adplanning.experiments.statistics import SUMS
from adplanning.store.tables.experiments import Experiment

_SEED: Final = 1876  # of these experiments alone, so that the rest of the shop is the same with them and without


@dataclass(frozen=True)
class Trial:
    """An experiment as planned: when it runs (parts of the season), what it is about, and the truth.

    `rates` are the true shares of visitors who convert, control and treatment; `control_share` is what share of them
    really meets the control, of a planned half. One with `campaigns` (their numbers) is found in the store.
    """

    name: str
    hypothesis: str
    kind: ExperimentType
    runs: tuple[float, float] | None
    names: tuple[str, str] = ("As before", "New")
    rates: tuple[float, float] = (0.0, 0.0)
    subjects_a_day: float = 0.0
    control_share: float = 0.5
    metric: PrimaryMetric = PrimaryMetric.conversion_rate
    campaigns: tuple[int, int] | None = None
    target: int | None = None
    stop_reason: str | None = None
    winner: str | None = None


MISSPLIT: Final = "Checkout without an account"
WON: Final = "Free shipping banner on collections"
UNDECIDED: Final = "Quilt film instead of photos"
_TRIALS: Final = (
    Trial(
        MISSPLIT,
        "Fewer people leave where they need not sign up.",
        ExperimentType.landing_page,
        (0.08, 0.26),
        names=("With an account", "As a guest"),
        rates=(0.11, 0.11),
        subjects_a_day=90,
        control_share=0.57,
        stop_reason="The redirect lost visitors of one variant; to be repeated.",
        winner="inconclusive",
    ),
    Trial(
        WON,
        "Who sees at once that shipping is free orders more often.",
        ExperimentType.landing_page,
        (0.3, 0.75),
        names=("No banner", "Banner"),
        rates=(0.058, 0.082),
        subjects_a_day=130,
        target=10_000,
        stop_reason="The planned number of visitors is reached.",
        winner="treatment",
    ),
    Trial(
        "Bedsheets: broad audience or lookalikes",
        "People like our buyers click more often.",
        ExperimentType.audience,
        (0.8, 1.0),
        names=("Broad", "Lookalikes"),
        metric=PrimaryMetric.ctr,
        campaigns=(0, 2),
    ),
    Trial(
        UNDECIDED,
        "A film shows the stitching, which sells quilts.",
        ExperimentType.ad_creative,
        (0.86, 1.0),
        names=("Photos", "Film"),
        rates=(0.05, 0.053),
        subjects_a_day=70,
        target=20_000,
    ),
    Trial(
        "Gift box offered in the cart",
        "One in ten adds a gift box when it is one click away.",
        ExperimentType.landing_page,
        None,
        names=("Cart", "Cart with a gift box"),
        target=15_000,
    ),
)


@dataclass(frozen=True)
class Trials:
    """The experiments in the columns of the store, and their truth: a row per experiment and variant with its rate."""

    experiments: pl.DataFrame
    experiment_days: pl.DataFrame
    experiment_changes: pl.DataFrame
    truth: pl.DataFrame


def trials_of(campaigns: pl.DataFrame, website_id: str, season: Season, *, size: float, seed: int) -> Trials:
    """Make the experiments of a season, in the order in which they were made.

    Parameters
    ----------
    campaigns : in the order of the plans, whose numbers trials name.
    website_id : of the shop.
    season, size, seed : those of the shop.
    """
    rng = np.random.default_rng([_SEED, seed])
    begun = [_days(trial, season)[0] for trial in _TRIALS]
    ids = numbered("exp", season.start + np.array(begun) * DAY).to_list()
    days = [_counted(trial, id_, season, size, rng) for trial, id_ in zip(_TRIALS, ids, strict=True)]
    truth = [
        {"experiment_id": id_, "name": trial.name, "variant_id": variant, "true_rate": rate}
        for trial, id_ in zip(_TRIALS, ids, strict=True)
        if trial.subjects_a_day
        for variant, rate in zip(("control", "treatment"), trial.rates, strict=True)
    ]
    rows = [_row(trial, id_, campaigns, website_id, season) for trial, id_ in zip(_TRIALS, ids, strict=True)]
    at = ("started_at", "ended_at", "created_at", "updated_at")
    return Trials(
        experiments=pl.DataFrame(rows, infer_schema_length=None).with_columns(
            pl.col(at).cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
        ),
        experiment_days=pl.concat(days),
        experiment_changes=_changes(ids, season),
        truth=pl.DataFrame(truth),
    )


def keep_results_of(connection: Connection, experiments: pl.DataFrame) -> None:
    """Keep the results of those of the experiments that have subjects, within the caller's transaction."""
    told = experiments.filter(pl.col("source") == ExperimentSource.observations, pl.col("started_at").is_not_null())
    with Session(connection) as session:
        for id_, at in told.select("id", "updated_at").iter_rows():
            keep_results(session, session.get_one(Experiment, id_), now=at)
        session.flush()


def _days(trial: Trial, season: Season) -> tuple[int, int]:
    """The first day of a trial and the day after its last, by number; a draft is of the last day."""
    first, last = trial.runs or (1.0, 1.0)
    n = season.n_days
    return min(int(first * n), n - 1), max(int(last * n), 1)


def _status(trial: Trial) -> ExperimentStatus:
    if trial.runs is None:
        return ExperimentStatus.draft
    return ExperimentStatus.running if trial.runs[1] == 1 else ExperimentStatus.completed


def _row(
    trial: Trial, id_: str, campaigns: pl.DataFrame, website_id: str, season: Season
) -> dict[str, str | int | float | bool | None]:
    first, end = _days(trial, season)
    is_started, is_over = trial.runs is not None, _status(trial) is ExperimentStatus.completed
    start, stop = season.start + first * DAY, season.start + end * DAY
    variants = [
        {
            "id": variant,
            "name": name,
            "weight": 50.0,
            "config": None,
            "source_ids": [] if trial.campaigns is None else [campaigns["id"][trial.campaigns[place]]],
        }
        for place, (variant, name) in enumerate(zip(("control", "treatment"), trial.names, strict=True))
    ]
    return {
        "id": id_,
        "name": trial.name,
        "hypothesis": trial.hypothesis,
        "website_id": None if trial.campaigns else website_id,
        "experiment_type": trial.kind.value,
        "primary_metric": trial.metric.value,
        "source": (ExperimentSource.campaigns if trial.campaigns else ExperimentSource.observations).value,
        "variants": json.dumps(variants),
        "target_sample_size": trial.target,
        "confidence_level": 0.95,
        "minimum_detectable_effect": 0.2 if trial.target else None,
        "auto_stop": False,
        "currency": "INR",
        "status": _status(trial).value,
        "winner": trial.winner,
        "stop_reason": trial.stop_reason,
        "n_contaminated": 0,
        "started_at": start if is_started else None,
        "ended_at": stop if is_over else None,
        "created_at": start,
        "updated_at": stop if is_started else start,
    }


def _counted(trial: Trial, id_: str, season: Season, size: float, rng: np.random.Generator) -> pl.DataFrame:
    """The sums of each variant and day that were told, of visitors who convert once or not."""
    first, end = _days(trial, season)
    n_days = end - first if trial.subjects_a_day else 0
    demand = season.demand[first : first + n_days]
    n_all = rng.poisson(trial.subjects_a_day * size * demand)
    n_control = rng.binomial(n_all, trial.control_share)
    on = [season.first + timedelta(days=first + day) for day in range(n_days)]
    parts = []
    for variant, n, rate in zip(("control", "treatment"), (n_control, n_all - n_control), trial.rates, strict=True):
        n_converted = rng.binomial(n, rate)
        sums = {"n_subjects": n, "n_converted": n_converted, "value_sum": n_converted, "value_squares": n_converted}
        counts = {name: pl.Series(sums.get(name, np.zeros(n_days))) for name in SUMS}
        told = pl.DataFrame({"experiment_id": [id_] * n_days, "variant_id": [variant] * n_days, "on": on, **counts})
        parts.append(told.cast({"experiment_id": pl.String, "variant_id": pl.String, "on": pl.Date}))
    is_count = pl.col("^n_.*$").cast(pl.Int64)
    return pl.concat(parts).with_columns(is_count, pl.col([name for name in SUMS if name[:2] != "n_"]).cast(pl.Float64))


def _changes(ids: list[str], season: Season) -> pl.DataFrame:
    """When each was created, started and completed."""
    told = [
        (id_, at, what)
        for trial, id_ in zip(_TRIALS, ids, strict=True)
        for first, end in [_days(trial, season)]
        for at, what, happened in (
            (first, "created", True),
            (first, "started", trial.runs is not None),
            (end, "completed", _status(trial) is ExperimentStatus.completed),
        )
        if happened
    ]
    at = season.start + np.array([day for _, day, _ in told]) * DAY
    return pl.DataFrame(
        {
            "experiment_id": [id_ for id_, _, _ in told],
            "at": instants(at),
            "what": [what for _, _, what in told],
            "changed_by": "demo",
        }
    )
