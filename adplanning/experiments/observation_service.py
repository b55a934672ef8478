"""How what subjects did is taken in: kept by subject, and counted at once in the sums that results are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, PrimaryMetric
from adplanning.experiments import queries
from adplanning.experiments.observations import (
    Reading,
    changed_days,
    merged_subjects,
    read_observations,
)
from adplanning.experiments.results_service import days_of, keep_results
from adplanning.experiments.service import experiment_to_change
from adplanning.people.erasure_service import erased_among, was_anybody_erased
from adplanning.people.erasures import ErasedKind
from adplanning.people.service import email_key
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment
from adplanning.store.writing import insert_frame

MAX_OBSERVATIONS: Final = 10_000
SUBJECTS_A_PART: Final = 5_000
ERASED_SUBJECT: Final = "subject: belongs to a person who was erased, of whom nothing is kept"


@dataclass(frozen=True)
class Accepted:
    """How many observations were taken in, and the index and the fault of each other one."""

    n_accepted: int
    rejected: tuple[tuple[int, str], ...]


def add_observations(
    session: Session, experiment_id: str, observations: Sequence[object], *, now: datetime, zone: ZoneInfo
) -> Accepted:
    """Take in what subjects of a running experiment did, and keep its results; bad ones are told, the others stored.

    The same observations sent again count again: a subject's values add up.

    Parameters
    ----------
    observations : at most `MAX_OBSERVATIONS` objects; see `observations.read_observations`.
    zone : the reporting zone, which tells the day of each.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : too many, or the experiment takes none: it is not running, or finds its subjects in the store.
    """
    if len(observations) > MAX_OBSERVATIONS:
        raise InvalidData.at("observations", f"are {len(observations):,}; send at most {MAX_OBSERVATIONS:,} at once")
    experiment = experiment_to_change(session, experiment_id)
    refuse_observations_of(experiment)
    by = Reading(experiment.variants, PrimaryMetric(experiment.primary_metric), now, zone)
    told = read_observations(observations, by)
    is_erased = pl.col("subject").is_in(sorted(erased_subjects(session, told.subjects["subject"].unique())))
    good, hidden = told.subjects.filter(~is_erased), told.subjects.filter(is_erased)
    take_in(session, experiment, good, told.days, now=now)
    rejected = sorted([*told.rejected, *((index, ERASED_SUBJECT) for index in hidden["index"])])
    return Accepted(good.height + told.days.height, tuple(rejected))


def refuse_observations_of(experiment: Experiment) -> None:
    """Keep observations away from an experiment that takes none.

    Raises
    ------
    InvalidData : it is not running, or finds its subjects in the store.
    """
    if experiment.status != ExperimentStatus.running:
        raise InvalidData.at("status", f"only a running experiment takes observations; this one is {experiment.status}")
    if experiment.source != ExperimentSource.observations:
        raise InvalidData.at(
            "source", f"this experiment finds its subjects in the store ({experiment.source}); it takes no observations"
        )


def take_in(
    session: Session, experiment: Experiment, told: pl.DataFrame, aggregates: pl.DataFrame, *, now: datetime
) -> int:
    """Count subjects and aggregates, and keep the results; answer how many of the subjects were known before.

    Parameters
    ----------
    experiment : locked, as from `service.experiment_to_change`.
    told : `observations.TOLD`, in the order in which they were told.
    aggregates : `observations.DAYS`.
    """
    known = _known(session, experiment.id, told["subject"].unique().sort())
    after = merged_subjects(known, told)
    days = changed_days(days_of(session, experiment.id), before=known, after=after, aggregates=aggregates)
    connection = session.connection()
    of_this = pl.lit(experiment.id).alias("experiment_id")
    key = ("experiment_id", "subject")
    insert_frame(connection, TABLES["experiment_subjects"], after.with_columns(of_this), on_conflict="replace", key=key)
    key_of_days = ("experiment_id", "variant_id", "on")
    insert_frame(
        connection, TABLES["experiment_days"], days.with_columns(of_this), on_conflict="replace", key=key_of_days
    )
    n_before, n_after = (part.filter("is_contaminated").height for part in (known, after))
    experiment.n_contaminated += n_after - n_before
    experiment.counted_at = now
    keep_results(session, experiment, now=now)
    return known.height


def erased_subjects(session: Session, subjects: Iterable[str]) -> set[str]:
    """Those of some subjects that are the e-mail or the id of a person who was erased."""
    if not was_anybody_erased(session):
        return set()
    keys = {subject: email_key(subject) for subject in subjects}
    persons = erased_among(session, ErasedKind.person, keys)
    emails = erased_among(session, ErasedKind.email, keys.values())
    return persons | {subject for subject, key in keys.items() if key in emails}


def _known(session: Session, experiment_id: str, subjects: pl.Series) -> pl.DataFrame:
    slices = [subjects.slice(start, SUBJECTS_A_PART) for start in range(0, max(subjects.len(), 1), SUBJECTS_A_PART)]
    parts = [facts.read_within(session, queries.subjects(experiment_id, part.to_list())) for part in slices]
    return pl.concat(parts)
