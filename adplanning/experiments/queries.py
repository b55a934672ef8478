"""The facts of experiments: their days and subjects as columns, and themselves as a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Select, select

from adplanning.store import facts
from adplanning.store.lists import Orders, containing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment, ExperimentChange

_EXPERIMENTS, _DAYS, _SUBJECTS = (TABLES[f"experiment{part}"].c for part in ("s", "_days", "_subjects"))
_ORDERED: Final = (
    *("name", "experiment_type", "primary_metric", "status", "is_significant", "p_value", "improvement_percent"),
    *("started_at", "ended_at", "created_at"),
)
EXPERIMENT_ORDERS: Orders = {name: [_EXPERIMENTS[name]] for name in _ORDERED}


def matching_experiments(filters: Mapping[str, str | None], *, search: str | None = None) -> Select[Experiment]:
    """The SELECT of a list: every filter given must hold; with `search`, name, description or hypothesis holds it."""
    texts = [_EXPERIMENTS[name] for name in ("name", "description", "hypothesis")]
    query = select(Experiment).where(*containing(texts, search))
    for name, value in filters.items():
        if value:
            query = query.where(getattr(Experiment, name) == value)
    return query


def days(experiment_id: str) -> Select[Any]:
    """The SELECT of the sums of an experiment's subjects by variant and day."""
    columns = [column.name for column in _DAYS if column is not _DAYS.experiment_id]
    return facts.statement("experiment_days", columns, where=[_DAYS.experiment_id == experiment_id])


def subjects(experiment_id: str, among: Collection[str]) -> Select[Any]:
    """The SELECT of some subjects of an experiment, as far as they are known."""
    columns = [column.name for column in _SUBJECTS if column is not _SUBJECTS.experiment_id]
    where = [_SUBJECTS.experiment_id == experiment_id, _SUBJECTS.subject.in_(among)]
    return facts.statement("experiment_subjects", columns, where=where)


def trail(experiment_id: str) -> Select[ExperimentChange]:
    """The SELECT of what was done to an experiment, oldest first."""
    return select(ExperimentChange).where(ExperimentChange.experiment_id == experiment_id).order_by(ExperimentChange.id)
