"""Which runs there were, in the same words and order on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.batch_lease import begin_run, end_run
from adplanning.batch_runs import RUN_ORDERS, Run, find_run, list_runs
from adplanning.core.errors import InvalidData, NotFound
from adplanning.store.session import reading

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def runs(any_engine: Engine) -> Engine:
    """At noon `a` succeeded, a minute later `b` failed, then `b` ran again and `a_2` began and died."""
    begin_run(any_engine, "run_1", "a", {"days": 7}, now=NOON, lease_s=60)
    end_run(any_engine, "run_1", status="succeeded", message="done", output_path=None, now=NOON)
    begin_run(any_engine, "run_2", "b", {}, now=NOON + MINUTE, lease_s=60)
    end_run(any_engine, "run_2", status="failed", message="no spend", output_path=None, now=NOON + MINUTE)
    begin_run(any_engine, "run_3", "b", {}, now=NOON + 2 * MINUTE, lease_s=3600)
    begin_run(any_engine, "run_4", "a_2", {}, now=NOON + 2 * MINUTE, lease_s=60)
    return any_engine


def listed(engine: Engine, at: datetime = NOON + 10 * MINUTE, **options: Any) -> tuple[list[Run], int]:
    with reading(engine) as session:
        return list_runs(session, now=at, **{"limit": 50, "offset": 0} | options)


def ids(engine: Engine, **options: Any) -> list[str]:
    return [run.id for run in listed(engine, **options)[0]]


def test_the_newest_run_comes_first_and_the_count_is_of_all_pages(runs: Engine) -> None:
    assert ids(runs) == ["run_4", "run_3", "run_2", "run_1"]
    page, count = listed(runs, limit=2, offset=2)
    assert ([run.id for run in page], count) == (["run_2", "run_1"], 4)
    assert (page[1].parameters, page[1].message, page[1].progress_share) == ({"days": 7}, "done", 1.0)


def test_a_run_that_gives_no_sign_of_life_is_shown_as_failed_before_anybody_writes_it_down(runs: Engine) -> None:
    with reading(runs) as session:
        alive = find_run(session, "run_4", now=NOON + 2 * MINUTE)
        dead = find_run(session, "run_4", now=NOON + 3 * MINUTE)
    assert (alive.status, alive.message, alive.progress_share) == ("running", None, 0.0)
    assert (dead.status, dead.progress_share, dead.finished_at) == ("failed", None, None)
    assert dead.message == (
        "gave no sign of life after 2026-11-22T12:02:00+00:00: it was killed, or its machine went down; start it again"
    )
    assert ids(runs, status="failed") == ["run_4", "run_2"]
    assert ids(runs, status="running") == ["run_3"]
    assert ids(runs, status="running", at=NOON + 2 * MINUTE) == ["run_4", "run_3"]


def test_a_run_whose_lease_another_has_is_no_longer_running(runs: Engine) -> None:
    begin_run(runs, "run_5", "a_2", {}, now=NOON + 4 * MINUTE, lease_s=3600)
    [successor, dead], _ = listed(runs, notebook="a_2")
    assert (successor.id, successor.status, dead.status) == ("run_5", "running", "failed")
    assert dead.message is not None
    assert dead.message.endswith("run run_5 has taken over")


def test_runs_are_sorted_by_what_is_shown_and_those_without_an_end_come_last(runs: Engine) -> None:
    assert ids(runs, sort="status") == ["run_2", "run_4", "run_3", "run_1"]
    assert ids(runs, sort="notebook") == ["run_1", "run_4", "run_2", "run_3"]
    assert ids(runs, sort="finished_at") == ["run_1", "run_2", "run_3", "run_4"]
    assert ids(runs, sort="finished_at", descending=True) == ["run_2", "run_1", "run_4", "run_3"]
    for sort in RUN_ORDERS:
        paged = [run for at in range(4) for run in ids(runs, limit=1, offset=at, sort=sort)]
        assert paged == ids(runs, sort=sort)


def test_what_is_not_known_is_refused_by_name(runs: Engine) -> None:
    with pytest.raises(InvalidData, match="status: unknown value 'lost'; choose one of: running, succeeded, failed"):
        listed(runs, status="lost")
    with pytest.raises(InvalidData, match="sort: unknown value 'start'; choose one of: started_at"):
        listed(runs, sort="start")
    with reading(runs) as session, pytest.raises(NotFound, match="id: there is no run 'run_9'"):
        find_run(session, "run_9", now=NOON)
