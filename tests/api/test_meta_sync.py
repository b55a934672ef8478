"""Reading from Meta, begun and followed over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning import batch_process
from adplanning.api.app import create_app
from adplanning.batch_lease import begin_run
from adplanning.batch_runs import find_run
from adplanning.core.settings import Settings
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES

META = "/admin/meta-ads"
NOW = datetime.now(UTC)


@pytest.fixture
def with_token(engine: Engine, tmp_path: Path, admin_key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """An admin of a shop with a token; another program stands in for what would call Meta."""
    monkeypatch.setattr(batch_process, "runner_command", lambda run_id: ["sleep", "0"])
    settings = Settings(home=tmp_path, admin_key=admin_key, meta_access_token="a-token", _env_file=None)
    with TestClient(create_app(settings, engine), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {admin_key}"
        yield client


def parameters(engine: Engine, run_id: str) -> dict[str, Any]:
    with reading(engine) as session:
        return dict(find_run(session, run_id, now=datetime.now(UTC)).parameters)


@pytest.mark.parametrize("address", ["/sync", "/campaigns/sync", "/insights/sync"])
def test_without_a_token_the_answer_names_the_setting(admin: TestClient, address: str) -> None:
    answer = admin.post(f"{META}{address}", json={})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("ADPLANNING_META_ACCESS_TOKEN: is not set")


def test_a_sync_begins_in_the_background(with_token: TestClient, engine: Engine) -> None:
    answer = with_token.post(f"{META}/campaigns/sync", json={"ad_account_id": "act_42", "include_insights": False})
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "running"
    asked = parameters(engine, answer.json()["run_id"])
    assert asked.items() >= {"ad_account_id": "42", "include_insights": False, "only": []}.items()


@pytest.mark.parametrize("address", ["/sync", "/campaigns/sync", "/insights/sync"])
def test_a_body_may_be_left_out(with_token: TestClient, address: str) -> None:
    answer = with_token.post(f"/admin/meta-ads{address}")
    assert answer.status_code == 202, answer.text


def test_figures_alone_are_read_by_level(with_token: TestClient, engine: Engine) -> None:
    body = {"level": "ad", "date_preset": "last_30d", "time_increment": 1}
    answer = with_token.post(f"{META}/insights/sync", json=body)
    assert answer.status_code == 202, answer.text
    assert parameters(engine, answer.json()["run_id"])["only"] == ["ad_insights"]


def test_a_sync_that_runs_is_not_begun_again(with_token: TestClient, engine: Engine) -> None:
    begin_run(engine, "run_1", "sync_meta_ads", {}, now=datetime.now(UTC), lease_s=600)
    answer = with_token.post(f"{META}/sync", json={})
    assert answer.status_code == 409
    assert answer.json()["type"] == "conflict"


@pytest.mark.parametrize(
    ("address", "body", "named"),
    [
        ("/sync", {"ad_account_id": "shop"}, "ad_account_id"),
        ("/sync", {"include_insights": "perhaps"}, "include_insights"),
        ("/insights/sync", {"level": "adset"}, "level"),
        ("/insights/sync", {"date_preset": "last_9d"}, "date_preset"),
        ("/insights/sync", {"time_increment": 7}, "time_increment"),
    ],
)
def test_what_cannot_be_read_is_refused(with_token: TestClient, address: str, body: dict[str, Any], named: str) -> None:
    answer = with_token.post(f"{META}{address}", json=body)
    assert answer.status_code == 400
    assert [issue["path"] for issue in answer.json()["issues"]] == [named]


def test_how_far_meta_has_been_read_is_told(with_token: TestClient, engine: Engine) -> None:
    row = {
        "scope": "42", "stream": "campaign_insights", "status": "partial", "fault": "rows", "message": "1 row is odd",
        "n_read": 9, "n_stored": 8, "n_quarantined": 1, "watermark_on": date(2026, 3, 1), "started_at": NOW,
    }  # fmt: skip
    odd = {"scope": "42", "stream": "campaign_insights", "reason": "no id", "row": {}, "seen_at": NOW}
    account = {"id": "acc", "platform": "meta", "platform_account_id": "42", "name": "Shop", "currency": "INR"}
    with write_transaction(engine) as connection:
        connection.execute(TABLES["sync_streams"].insert().values(**row))
        connection.execute(TABLES["quarantined_rows"].insert().values(**odd))
        connection.execute(TABLES["ad_accounts"].insert().values(**account, timezone="UTC", created_at=NOW))
    answer = with_token.get(f"{META}/sync").json()
    (stream,) = answer["streams"]
    assert stream.items() >= {
        "scope": "42", "name": "Shop", "stream": "campaign_insights", "status": "partial", "message": "1 row is odd",
        "read": 9, "stored": 8, "quarantined": 1, "watermark": "2026-03-01", "finished_at": None,
    }.items()  # fmt: skip
    assert answer["quarantined"] == 1
    assert answer["missing"] == ["Figures of campaigns of Shop: 1 row is odd"]


def test_before_the_first_sync_it_is_said_what_to_do(admin: TestClient) -> None:
    answer = admin.get(f"{META}/sync")
    assert answer.status_code == 200
    assert answer.json()["streams"] == []
    assert "ADPLANNING_META_ACCESS_TOKEN" in answer.json()["missing"][0]
