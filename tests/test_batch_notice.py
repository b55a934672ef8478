"""A failed run is told outside, once, and nothing that goes wrong there reaches the run."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from adplanning.batch_lease import begin_run, end_run
from adplanning.batch_notice import tell_failures
from adplanning.batch_runs import Run, find_run
from adplanning.core.settings import Settings
from adplanning.store.engine import make_engine
from adplanning.store.session import reading
from tests.notifications.receivers import webhook

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def settings(**given: str) -> Settings:
    return Settings.model_validate({"timezone": "Asia/Kolkata", "notify_email": ""} | given)


def failed(engine: Engine, run_id: str = "run_1", *, at: datetime = NOON) -> None:
    begin_run(engine, run_id, f"job_of_{run_id}", {}, now=at, lease_s=60)
    end_run(engine, run_id, status="failed", message="Meta has refused the token", output_path=None, now=at)


def run(engine: Engine, run_id: str = "run_1", *, at: datetime = NOON) -> Run:
    with reading(engine) as session:
        return find_run(session, run_id, now=at)


def test_a_failed_run_is_told_once_with_its_reason_and_where_to_look(any_engine: Engine) -> None:
    failed(any_engine)
    begin_run(any_engine, "run_2", "other", {}, now=NOON, lease_s=60)
    end_run(any_engine, "run_2", status="succeeded", message="done", output_path=None, now=NOON)
    with webhook() as hook:
        known = settings(notify_webhook_url=hook.url, public_url="https://ads.example.in")
        tell_failures(any_engine, known, now=NOON)
        tell_failures(any_engine, known, now=NOON + MINUTE)
    [body] = hook.bodies
    assert body["subject"] == "Job of run 1 failed"
    assert body["message"] == "The run of 22 Nov 2026, 17:30 (Asia/Kolkata) failed: Meta has refused the token"
    assert body["link"] == "https://ads.example.in/app/ad-planning/batch-runs/run_1"
    assert body["facts"] == {
        "run_id": "run_1",
        "notebook": "job_of_run_1",
        "started_at": "2026-11-22T12:00:00+00:00",
        "finished_at": "2026-11-22T12:00:00+00:00",
    }
    assert (run(any_engine).notice, run(any_engine, "run_2").notice) == ("told by webhook", None)


def test_a_run_that_died_is_told_by_whoever_finds_it_and_not_again_when_it_is_written_down(engine: Engine) -> None:
    begin_run(engine, "run_1", "job", {}, now=NOON, lease_s=60)
    with webhook() as hook:
        known = settings(notify_webhook_url=hook.url)
        tell_failures(engine, known, now=NOON)
        assert hook.bodies == []  # it is alive
        tell_failures(engine, known, now=NOON + 5 * MINUTE)
        begin_run(engine, "run_2", "job", {}, now=NOON + 10 * MINUTE, lease_s=60)
        tell_failures(engine, known, now=NOON + 10 * MINUTE)
    [body] = hook.bodies
    assert "gave no sign of life" in body["message"]
    found = run(engine, at=NOON + 10 * MINUTE)
    assert (found.status, found.notice) == ("failed", "told by webhook")
    assert "run_2 has taken over" in str(found.message)


def test_a_receiver_that_fails_changes_nothing_of_the_run_and_its_fault_is_kept(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    failed(engine)
    caplog.set_level(logging.DEBUG)
    with webhook(403) as hook:
        tell_failures(engine, settings(notify_webhook_url=hook.url), now=NOON)
    kept = run(engine)
    assert (kept.status, kept.message) == ("failed", "Meta has refused the token")
    assert kept.notice == "nobody was told; not by webhook: it answered with status 403"
    assert "of the failed run run_1: nobody was told; not by webhook: it answered with status 403" in caplog.text
    assert "secret-path" not in caplog.text


def test_it_is_kept_that_nobody_is_named_to_be_told(engine: Engine) -> None:
    failed(engine)
    tell_failures(engine, settings(), now=NOON)
    assert str(run(engine).notice).startswith("nobody was told: neither ADPLANNING_NOTIFY_WEBHOOK_URL")


def test_of_the_past_nobody_is_told(engine: Engine) -> None:
    failed(engine, at=NOON - timedelta(days=3))
    with webhook() as hook:
        tell_failures(engine, settings(notify_webhook_url=hook.url), now=NOON)
    assert (hook.bodies, run(engine).notice) == ([], None)


def test_of_many_who_find_it_at_once_one_tells(any_engine: Engine) -> None:
    failed(any_engine)
    start = threading.Barrier(6)
    with webhook() as hook:
        known = settings(notify_webhook_url=hook.url)

        def find() -> None:
            own = make_engine(any_engine.url.render_as_string(hide_password=False))
            start.wait()
            tell_failures(own, known, now=NOON)
            own.dispose()

        threads = [threading.Thread(target=find) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(hook.bodies) == 1


def test_a_store_that_is_lost_is_logged_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    lost = make_engine("postgresql://nobody:secret@127.0.0.1:1/lost")
    tell_failures(lost, settings(), now=NOON)
    lost.dispose()
    assert "nobody was told of failed runs, since the store cannot be used" in caplog.text
    assert "secret" not in caplog.text
