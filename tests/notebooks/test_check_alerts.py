"""The notebook that checks alerts, in a real kernel, with somebody outside to tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from adplanning.alerts import service
from adplanning.alerts.fields import RuleChange, RuleFields
from adplanning.batch import RunRecord, run_notebook
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import AlertKind
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.alerts import Alert
from adplanning.store.tables.catalogue import TABLES
from tests.notifications.receivers import Webhook, webhook

NOW = datetime.now(UTC)


@pytest.fixture
def receiver() -> Iterator[Webhook]:
    with webhook(404) as kept:
        yield kept


@pytest.fixture
def told(tmp_path: Path, receiver: Webhook) -> Settings:
    """The settings of somebody who wants to be told."""
    return Settings(
        home=tmp_path,
        timezone="Asia/Kolkata",
        public_url="https://ads.example.in",
        notify_webhook_url=receiver.url,
        _env_file=None,
    )


def run(engine: Engine, settings: Settings, **parameters: str) -> RunRecord:
    record = run_notebook(
        engine,
        "check_alerts",
        parameters,
        settings=settings,
        now=lambda: datetime.now(UTC),
        progress=lambda line, share: None,
    )
    assert record.status == "succeeded", record.message
    return record


def late_sync(engine: Engine) -> str:
    """A rule, and a stream that was last read 40 hours ago."""
    with write_transaction(engine) as connection:
        connection.execute(
            TABLES["sync_streams"].insert().values(
                scope="1", stream="campaigns", status="ok", n_read=0, n_stored=0, n_quarantined=0,
                started_at=NOW, succeeded_at=datetime.now(UTC) - timedelta(hours=40),
            )
        )  # fmt: skip
    with writing(engine) as session:
        given = RuleFields(name="Sync is late", kind=AlertKind.sync_late, threshold=30)
        return service.create_rule(session, given, currency="INR", created_by=None, now=NOW).id


def test_somebody_is_told_of_an_alert_once_and_only_when_it_could_be_taken(
    engine: Engine, told: Settings, receiver: Webhook
) -> None:
    rule = late_sync(engine)
    with writing(engine) as session:
        given = RuleFields(name="ROAS", kind=AlertKind.below, metric="roas", threshold=1)
        service.create_rule(session, given, currency="INR", created_by=None, now=NOW)
    first = run(engine, told)
    assert (first.summary["n_opened"], first.summary["n_unknown"], first.summary["n_told"]) == (1, 1, 0)
    assert "1 wait to be told" in first.message
    second = run(engine, told)
    assert (second.summary["n_opened"], second.summary["n_still_open"], second.summary["n_told"]) == (0, 1, 1)
    _, message = receiver.bodies
    assert "Campaigns of 1: last read whole 40 hours ago." in message["text"]
    assert (message["kind"], message["link"]) == ("alert", "https://ads.example.in/app/ad-planning/alerts")
    third = run(engine, told, rules="Sync is late")
    assert (third.summary["n_rules"], third.summary["n_told"], len(receiver.bodies)) == (1, 0, 2)
    assert third.output_path is not None
    assert "secret-path" not in third.output_path.read_text()
    with reading(engine) as session:
        [alert] = session.scalars(select(Alert))
        assert (alert.rule_id, alert.closed_at) == (rule, None)
        assert alert.notified_at is not None


def test_nobody_is_told_where_no_way_is_set_and_a_paused_rule_is_not_checked(
    engine: Engine, settings: Settings
) -> None:
    rule = late_sync(engine)
    record = run(engine, settings)
    assert (record.summary["n_opened"], record.summary["n_told"]) == (1, 0)
    with writing(engine) as session:
        service.change_rule(session, rule, RuleChange(is_active=False), now=NOW)
    assert run(engine, settings).summary["n_rules"] == 0
