"""What an experiment has shown so far, and when it stops by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.experiments import service
from adplanning.experiments.results_service import AUTO_STOP, keep_results, results_of, running_sequences
from adplanning.store.session import reading, writing
from tests.experiments.test_observation_service import NOON, add, running


def told(variant: str, n: int, mean: float, at: int = 0) -> dict[str, Any]:
    """An aggregate of values that spread by 10 around their mean."""
    squares = n * (mean * mean + 100)
    on = (NOON - timedelta(days=at)).isoformat()
    return {"variant": variant, "subjects": n, "sum": n * mean, "sum_squares": squares, "occurred_at": on}


def test_pauses_are_no_part_of_the_runtime(any_engine: Engine) -> None:
    experiment_id = running(any_engine)
    with writing(any_engine) as session:
        service.pause_experiment(session, experiment_id, now=NOON + timedelta(hours=2), by=None)
        service.start_experiment(session, experiment_id, now=NOON + timedelta(days=5), by=None)
        service.stop_experiment(session, experiment_id, now=NOON + timedelta(days=5, hours=1), by=None)
    with reading(any_engine) as session:
        found = results_of(session, service.find_experiment(session, experiment_id), now=NOON + timedelta(days=9))
    assert found.runtime == timedelta(hours=3)


def test_the_sequence_ends_at_the_results(engine: Engine) -> None:
    experiment_id = running(engine)
    for day in range(5):
        add(engine, experiment_id, told("control", 200, 50, day), told("treatment", 200, 51 + day, day))
    with reading(engine) as session:
        experiment = service.find_experiment(session, experiment_id)
        found = results_of(session, experiment, now=NOON)
        sequence = running_sequences(session, experiment)["treatment"]
    [compared] = found.analysis.comparisons
    assert sequence["n_subjects"].to_list()[-1] == found.analysis.n_subjects == 2000
    assert sequence["difference"].to_list()[-1] == pytest.approx(compared.difference) == pytest.approx(3)


def test_what_the_store_has_said_is_among_the_warnings(engine: Engine) -> None:
    experiment_id = running(engine)
    add(engine, experiment_id, told("control", 900, 50), told("treatment", 100, 50))
    with writing(engine) as session:
        experiment = service.find_experiment(session, experiment_id)
        assert not results_of(session, experiment, now=NOON).analysis.sample_ratio.ok
        experiment.feed = {"unit": "day", "warnings": [{"code": "missing", "words": "Campaign c is gone."}]}
        analysis = results_of(session, experiment, now=NOON).analysis
    assert [warning.code for warning in analysis.warnings] == ["missing"]
    # How many days a variant has says nothing of how its traffic was split.
    assert analysis.sample_ratio.ok


def test_of_several_treatments_one_that_is_surely_better_ends_it(engine: Engine) -> None:
    experiment_id = running(engine, auto_stop=True, variants=[{"id": "a"}, {"id": "b"}, {"id": "c"}])
    add(engine, experiment_id, told("a", 1000, 50), told("b", 1000, 50), told("c", 1000, 45))
    with reading(engine) as session:
        assert service.find_experiment(session, experiment_id).status == "running"
    add(engine, experiment_id, told("a", 1000, 50), told("b", 1000, 56), told("c", 1000, 45))
    with reading(engine) as session:
        experiment = service.find_experiment(session, experiment_id)
        last = service.changes_of(session, experiment_id)[-1]
    assert (experiment.status, experiment.winner, last.changed_by) == ("completed", "b", AUTO_STOP)
    assert experiment.ended_at == NOON


def test_a_split_that_is_off_stops_nothing_by_itself(engine: Engine) -> None:
    experiment_id = running(engine, auto_stop=True)
    add(engine, experiment_id, told("control", 3000, 50), told("treatment", 1000, 80))
    with reading(engine) as session:
        experiment = service.find_experiment(session, experiment_id)
        found = results_of(session, experiment, now=NOON)
    assert experiment.status == "running"
    assert found.analysis.comparisons[0].sequential.safe_to_stop
    assert {"sample_ratio_mismatch"} == {warning.code for warning in found.analysis.warnings}


@pytest.mark.parametrize(("chosen", "kept"), [(None, "inconclusive"), ("treatment", "treatment")])
def test_a_split_that_is_off_has_no_winner_but_by_hand(engine: Engine, chosen: str | None, kept: str) -> None:
    experiment_id = running(engine)
    add(engine, experiment_id, told("control", 3000, 50), told("treatment", 1000, 80))
    with writing(engine) as session:
        stopped = service.stop_experiment(session, experiment_id, winner=chosen, now=NOON, by=None)
        found = results_of(session, stopped, now=NOON)
        assert (found.analysis.winner_id, stopped.winner) == ("treatment", kept)
    assert found.recommendation.startswith("Do not trust this yet")


def test_one_of_several_treatments_that_is_not_sure_yet_is_warned_of(engine: Engine) -> None:
    experiment_id = running(engine, variants=[{"id": "a"}, {"id": "b"}, {"id": "c"}], target_sample_size=10_000)
    add(engine, experiment_id, told("a", 1000, 50), told("b", 1000, 120), told("c", 1000, 51.2))
    with reading(engine) as session:
        found = results_of(session, service.find_experiment(session, experiment_id), now=NOON)
    assert [one.sequential.safe_to_stop for one in found.analysis.comparisons] == [True, False]
    assert "peeking" in {warning.code for warning in found.analysis.warnings}


def test_what_does_not_stop_itself_goes_on(engine: Engine) -> None:
    experiment_id = running(engine, target_sample_size=100)
    add(engine, experiment_id, told("control", 1000, 50), told("treatment", 1000, 80))
    with writing(engine) as session:
        kept = keep_results(session, service.find_experiment(session, experiment_id), now=NOON)
    assert kept.experiment.status == "running"
    assert kept.analysis.winner_id == "treatment"
