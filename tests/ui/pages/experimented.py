"""Experiments that pages are opened on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from adplanning.core.validation import validated
from adplanning.experiments import service
from adplanning.experiments.fields import ExperimentFields
from adplanning.experiments.observation_service import add_observations
from adplanning.store.session import reading, writing
from adplanning.store.tables.experiments import Experiment

KOLKATA = ZoneInfo("Asia/Kolkata")
BEGUN = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def add_experiment(engine: Engine, name: str, **given: Any) -> str:
    """A draft."""
    fields = validated(ExperimentFields, {"name": name, **given})
    with writing(engine) as session:
        return service.create_experiment(session, fields, currency="INR", now=BEGUN, by="Asha").id


def start(engine: Engine, experiment_id: str, at: datetime = BEGUN) -> str:
    """Let it run."""
    with writing(engine) as session:
        return service.start_experiment(session, experiment_id, now=at, by="Asha").id


def observed(engine: Engine, experiment_id: str, days: Sequence[Sequence[tuple[int, int]]]) -> str:
    """Of each day and variant, in their order: how many subjects there were, and how many of them converted."""
    variants = experiments(engine)[experiment_id].variants
    for day, counts in enumerate(days):
        told = [
            {"variant": variant["id"], "subjects": n, "conversions": converted}
            for variant, (n, converted) in zip(variants, counts, strict=True)
        ]
        with writing(engine) as session:
            found = add_observations(session, experiment_id, told, now=BEGUN + timedelta(days=day), zone=KOLKATA)
        assert found.rejected == ()
    return experiment_id


def stop(engine: Engine, experiment_id: str, at: datetime = BEGUN + timedelta(days=14), **given: Any) -> str:
    """End it."""
    with writing(engine) as session:
        return service.stop_experiment(session, experiment_id, **given, now=at, by="Ravi").id


def banner(engine: Engine, **given: Any) -> str:
    """A summer banner that does better than the winter one, day after day, and is running."""
    variants = [{"name": "Winter banner", "weight": 50}, {"name": "Summer banner", "weight": 50}]
    made = start(engine, add_experiment(engine, "Summer or winter", variants=variants, **given))
    return observed(engine, made, [[(500, 40 + n % 3), (500, 62 + n % 5)] for n in range(10)])


def experiments(engine: Engine) -> dict[str, Experiment]:
    """All experiments by id."""
    with reading(engine) as session:
        found = {one.id: one for one in session.scalars(select(Experiment))}
        session.expunge_all()
        return found
