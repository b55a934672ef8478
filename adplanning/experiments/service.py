"""The life of an experiment: draft, running, paused, completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.vocabulary import ExperimentStatus
from adplanning.experiments import queries
from adplanning.experiments.fields import (
    INCONCLUSIVE,
    ExperimentChange,
    ExperimentFields,
    changed_columns,
    experiment_columns,
    refuse_change_of,
    unknown_variant,
    variant_called,
)
from adplanning.experiments.results_service import complete_experiment
from adplanning.experiments.trail_service import record_change, trail_of
from adplanning.store import lists
from adplanning.store.tables import experiments as tables
from adplanning.store.tables.experiments import Experiment


def create_experiment(
    session: Session, given: ExperimentFields, *, currency: str, now: datetime, by: str | None
) -> Experiment:
    """Add a draft.

    Parameters
    ----------
    currency : of the amounts that its subjects will be told to have spent or brought.
    by : who makes it.

    Raises
    ------
    InvalidData : variants that cannot be told apart, or whose weights do not add to 100.
    """
    experiment = Experiment(
        id=new_id("exp"),
        **experiment_columns(given),
        currency=currency,
        status=str(ExperimentStatus.draft),
        n_contaminated=0,
        created_at=now,
        updated_at=now,
    )
    session.add(experiment)
    session.flush()
    record_change(session, experiment, "created", now=now, by=by)
    return experiment


def find_experiment(session: Session, experiment_id: str) -> Experiment:
    """The experiment of that id.

    Raises
    ------
    NotFound : there is none.
    """
    experiment = session.get(Experiment, experiment_id)
    if experiment is None:
        raise NotFound(f"id: there is no experiment {experiment_id!r}; GET /admin/ad-planning/experiments lists them")
    return experiment


def experiment_to_change(session: Session, experiment_id: str) -> Experiment:
    """The same as it is now, which nobody else changes before this transaction ends: two at once take turns.

    Raises
    ------
    NotFound : there is none.
    """
    session.get(Experiment, experiment_id, with_for_update=True, populate_existing=True)
    return find_experiment(session, experiment_id)


def list_experiments(
    session: Session,
    filters: Mapping[str, str | None],
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[Experiment], int]:
    """One page of experiments, and how many match in all.

    Parameters
    ----------
    filters : columns of an experiment and the value that each must have; None asks for nothing.
    limit, offset : which of the rows make the page.
    search : what name, description or hypothesis must hold, in whatever case.
    sort, descending : an order of `queries.EXPERIMENT_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    return lists.page(
        session,
        queries.matching_experiments(filters, search=search),
        queries.EXPERIMENT_ORDERS,
        sort=sort,
        usual="created_at",
        ties=Experiment.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def changes_of(session: Session, experiment_id: str) -> list[tables.ExperimentChange]:
    """What was done to an experiment and by whom, oldest first.

    Raises
    ------
    NotFound : there is no such experiment.
    """
    return trail_of(session, find_experiment(session, experiment_id).id)


def change_experiment(
    session: Session, experiment_id: str, given: ExperimentChange, *, now: datetime, by: str | None
) -> Experiment:
    """Change the given fields of a draft; of a paused one, those that leave it the same experiment.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : it is running or completed; a null where there must be a value; variants that cannot be; or, once it
        has started, another metric, type, source, level or variant.
    """
    experiment = experiment_to_change(session, experiment_id)
    refuse_change_of(experiment.status)
    before = {name: getattr(experiment, name) for name in _COLUMNS}
    changed = changed_columns(given, before)
    for name, value in changed.items():
        setattr(experiment, name, value)
    if changed:
        details = {name: {"before": before[name], "after": value} for name, value in changed.items()}
        record_change(session, experiment, "edited", now=now, by=by, details=details)
    return experiment


def delete_experiment(session: Session, experiment_id: str) -> None:
    """Remove a draft, which has no subjects yet.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : it is no draft.
    """
    experiment = experiment_to_change(session, experiment_id)
    if experiment.status != ExperimentStatus.draft:
        raise InvalidData.at("status", f"only a draft can be deleted; this experiment is {experiment.status}")
    session.delete(experiment)
    session.flush()


def start_experiment(session: Session, experiment_id: str, *, now: datetime, by: str | None) -> Experiment:
    """Let a draft run, or a paused experiment go on.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : it is already running, or completed.
    """
    experiment = experiment_to_change(session, experiment_id)
    match experiment.status:
        case ExperimentStatus.running:
            raise InvalidData.at("status", "this experiment is already running")
        case ExperimentStatus.completed:
            raise InvalidData.at("status", "Cannot restart a completed experiment; create a new one")
    what = "started" if experiment.started_at is None else "resumed"
    experiment.started_at = experiment.started_at or now
    experiment.status = str(ExperimentStatus.running)
    record_change(session, experiment, what, now=now, by=by)
    return experiment


def pause_experiment(session: Session, experiment_id: str, *, now: datetime, by: str | None) -> Experiment:
    """Let a running experiment rest; no observation is taken meanwhile.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : it is not running.
    """
    experiment = experiment_to_change(session, experiment_id)
    match experiment.status:
        case ExperimentStatus.draft:
            raise InvalidData.at("status", "only a running experiment can be paused; this one is a draft")
        case ExperimentStatus.paused:
            raise InvalidData.at("status", "this experiment is already paused")
        case ExperimentStatus.completed:
            raise InvalidData.at("status", "this experiment is already completed")
    experiment.status = str(ExperimentStatus.paused)
    record_change(session, experiment, "paused", now=now, by=by)
    return experiment


def stop_experiment(
    session: Session,
    experiment_id: str,
    *,
    reason: str | None = None,
    winner: str | None = None,
    now: datetime,
    by: str | None,
) -> Experiment:
    """End a running or paused experiment for good, and keep its results.

    Parameters
    ----------
    reason : why, in the words of whoever ends it.
    winner : what they decide for: a variant by id or name, control, treatment (of two variants) or inconclusive; what
        the results say when it is not given.

    Raises
    ------
    NotFound : there is no such experiment.
    InvalidData : it is a draft or completed, or has no such variant.
    """
    experiment = experiment_to_change(session, experiment_id)
    match experiment.status:
        case ExperimentStatus.draft:
            raise InvalidData.at(
                "status", "only a running experiment can be stopped; this one is a draft, start it first"
            )
        case ExperimentStatus.completed:
            raise InvalidData.at("status", "this experiment is already completed")
    chosen = None if winner is None else _winner(experiment, winner)
    complete_experiment(session, experiment, reason=reason, winner=chosen, now=now, by=by)
    return experiment


_COLUMNS = (
    *("name", "description", "hypothesis", "website_id", "experiment_type", "primary_metric", "source", "variants"),
    *("target_sample_size", "confidence_level", "minimum_detectable_effect", "auto_stop", "started_at"),
)


def _winner(experiment: Experiment, word: str) -> str:
    variants: list[dict[str, Any]] = experiment.variants
    if word == INCONCLUSIVE:
        return word
    found = variant_called(variants, word)
    if found is None:
        raise unknown_variant("winner", word, variants, INCONCLUSIVE)
    return found
