"""What subjects did, taken in on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments import service
from adplanning.experiments.fields import ExperimentFields
from adplanning.experiments.observation_service import ERASED_SUBJECT, Accepted, add_observations
from adplanning.experiments.results_service import days_of
from adplanning.experiments.statistics import daily_statistics
from adplanning.people.erasure_service import remember_erased
from adplanning.people.erasures import ErasedKind
from adplanning.store import facts
from adplanning.store.session import reading, writing

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")


def running(engine: Engine, **given: Any) -> str:
    fields = ExperimentFields(name="Banner", primary_metric=PrimaryMetric.revenue, **given)
    with writing(engine) as session:
        experiment_id = service.create_experiment(session, fields, currency="INR", now=NOON, by="Asha").id
        service.start_experiment(session, experiment_id, now=NOON, by="Asha")
    return experiment_id


def add(engine: Engine, experiment_id: str, *told: Any) -> Accepted:
    with writing(engine) as session:
        return add_observations(session, experiment_id, told, now=NOON, zone=ZONE)


def days(engine: Engine, experiment_id: str) -> pl.DataFrame:
    with reading(engine) as session:
        return days_of(session, experiment_id)


def test_the_days_are_at_any_time_the_sums_of_the_subjects(any_engine: Engine) -> None:
    experiment_id = running(any_engine)
    for start in (0, 40, 20):
        told = [
            {
                "variant": "control" if (n + start) % 3 else "treatment",
                "subject": f"v{n}",
                "value": n / 4,
                "denominator": n if n % 2 else None,
                "pre_value": n,
                "occurred_at": (NOON - timedelta(days=n % 4)).isoformat(),
            }
            for n in range(start, start + 50)
        ]
        assert add(any_engine, experiment_id, *told).n_accepted == 50
    columns = ["variant_id", "first_on", "is_converted", "value", "denominator", "pre_value", "is_contaminated"]
    subjects = facts.scan(any_engine, "experiment_subjects", columns).collect()
    expected = daily_statistics(subjects.filter(~pl.col("is_contaminated")))
    found = days(any_engine, experiment_id).filter(pl.col("n_subjects") > 0)
    assert_frame_equal(found, expected, check_column_order=False)
    n_contaminated = subjects.filter("is_contaminated").height
    with reading(any_engine) as session:
        assert service.find_experiment(session, experiment_id).n_contaminated == n_contaminated > 0


def test_the_same_subject_of_two_experiments_is_two(any_engine: Engine) -> None:
    first, second = running(any_engine), running(any_engine)
    for experiment_id, variant in ((first, "control"), (second, "treatment")):
        add(any_engine, experiment_id, {"variant": variant, "subject": "v"})
    assert days(any_engine, first)["variant_id"].to_list() == ["control"]
    assert days(any_engine, second)["variant_id"].to_list() == ["treatment"]


def test_nothing_is_kept_of_a_person_who_was_erased(any_engine: Engine) -> None:
    experiment_id = running(any_engine)
    with writing(any_engine) as session:
        remember_erased(session, [(ErasedKind.person, "person_1"), (ErasedKind.email, "asha@example.in")], now=NOON)
    names = ("ravi", "person_1", "Asha@Example.in")
    taken = add(any_engine, experiment_id, *({"variant": "control", "subject": name} for name in names))
    assert taken == Accepted(1, ((1, ERASED_SUBJECT), (2, ERASED_SUBJECT)))
    assert facts.scan(any_engine, "experiment_subjects", ["subject"]).collect()["subject"].to_list() == ["ravi"]


def test_too_many_at_once_are_refused_before_any_is_stored(engine: Engine) -> None:
    experiment_id = running(engine)
    with pytest.raises(InvalidData, match="send at most 10,000 at once"):
        add(engine, experiment_id, *[{"variant": "control", "subject": "v"}] * 10_001)
    assert days(engine, experiment_id).is_empty()


def test_none_at_all_change_nothing(engine: Engine) -> None:
    experiment_id = running(engine)
    assert add(engine, experiment_id) == Accepted(0, ())
    assert days(engine, experiment_id).is_empty()
