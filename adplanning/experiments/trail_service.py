"""Who did what to an experiment, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adplanning.experiments import queries
from adplanning.store.tables.experiments import Experiment, ExperimentChange


def record_change(
    session: Session,
    experiment: Experiment,
    what: str,
    *,
    now: datetime,
    by: str | None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Keep what was done to an experiment: created, edited, started, paused, resumed or completed.

    Parameters
    ----------
    by : who did it, as a person reads it.
    details : what has changed, as JSON.
    """
    session.add(
        ExperimentChange(
            experiment_id=experiment.id, at=now, what=what, changed_by=by, details=dict(details) if details else None
        )
    )
    experiment.updated_at = now
    session.flush()


def trail_of(session: Session, experiment_id: str) -> list[ExperimentChange]:
    """What was done to an experiment, oldest first."""
    return list(session.scalars(queries.trail(experiment_id)))
