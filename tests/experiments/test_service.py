"""The life of an experiment."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.experiments import service
from adplanning.experiments.fields import ExperimentChange, ExperimentFields
from adplanning.store.session import reading, writing
from tests.experiments.test_observation_service import NOON, running


def test_experiments_are_listed_in_the_order_asked_for(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        for name in ("banner", "Audience", "colour"):
            service.create_experiment(session, ExperimentFields(name=name), currency="INR", now=NOON, by=None)

    def names(**asked: str | bool) -> list[str]:
        with reading(any_engine) as session:
            found, count = service.list_experiments(session, {}, limit=10, offset=0, **asked)  # type: ignore[arg-type]
        assert count == 3
        return [one.name for one in found]

    assert names() == ["colour", "Audience", "banner"]
    assert names(sort="name", descending=False) == ["Audience", "banner", "colour"]
    with pytest.raises(InvalidData, match="sort"):
        names(sort="colour")


def test_a_change_of_nothing_leaves_no_trace(engine: Engine) -> None:
    with writing(engine) as session:
        one = service.create_experiment(session, ExperimentFields(name="Banner"), currency="INR", now=NOON, by="Asha")
        service.change_experiment(session, one.id, ExperimentChange(name="Banner"), now=NOON, by="Ravi")
        service.change_experiment(session, one.id, ExperimentChange(auto_stop=True), now=NOON, by="Ravi")
        trail = [(change.what, change.changed_by, change.details) for change in service.changes_of(session, one.id)]
    assert trail == [
        ("created", "Asha", None),
        ("edited", "Ravi", {"auto_stop": {"before": False, "after": True}}),
    ]


def test_nothing_is_begun_twice(any_engine: Engine) -> None:
    experiment_id = running(any_engine)
    with writing(any_engine) as session, pytest.raises(InvalidData, match="already running"):
        service.start_experiment(session, experiment_id, now=NOON, by=None)
    with reading(any_engine) as session:
        assert [one.what for one in service.changes_of(session, experiment_id)] == ["created", "started"]


def test_an_unknown_experiment_is_not_found(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises(NotFound, match="there is no experiment 'exp_x'"):
        service.find_experiment(session, "exp_x")
