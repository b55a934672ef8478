"""Several server processes on one PostgreSQL: what reaches two of them at once is stored once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial

import httpx2
import pytest
from sqlalchemy import func, insert, select

from adplanning.store.engine import make_engine
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.site import eventually

KEY = "a key of sixteen characters"


@pytest.fixture
def processes(postgresql_url: str) -> Iterator[list[httpx2.Client]]:
    """Clients of two servers on the same store."""
    engine = make_engine(postgresql_url)
    with write_transaction(engine) as connection:
        times = dict.fromkeys(("created_at", "updated_at"), datetime.now(UTC))
        connection.execute(insert(TABLES["websites"]).values(id="web_1", domain="a.example", status="active", **times))
    engine.dispose()
    with ExitStack() as running:
        clients = [running.enter_context(_server(postgresql_url)) for _ in range(2)]
        for client in clients:
            eventually(partial(_answers, client), "the server answers", 180)
        yield clients


@contextmanager
def _server(url: str) -> Iterator[httpx2.Client]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"ADPLANNING_DATABASE_URL": url, "ADPLANNING_ADMIN_KEY": KEY, "ADPLANNING_LOG_LEVEL": "ERROR"}
    command = [
        sys.executable,
        "-c",
        "from adplanning.cli import app; app()",
        "serve",
        "--api-only",
        "--port",
        str(port),
    ]
    with (
        subprocess.Popen(command, env={**os.environ, **own}) as process,
        httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {KEY}"}, timeout=30
        ) as client,
    ):
        try:
            yield client
        finally:
            process.send_signal(signal.SIGTERM)


def _answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx2.TransportError:
        return False


def _sent_to_both(clients: list[httpx2.Client], path: str, bodies: list[dict[str, object]]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(8) as at_once:
        calls = [at_once.submit(client.post, path, json=body) for body in bodies for client in clients]
        return [call.result() for call in calls]


def test_an_event_and_an_order_that_reach_two_processes_at_once_are_stored_once(
    processes: list[httpx2.Client], postgresql_url: str
) -> None:
    events: list[dict[str, object]] = [
        {"website_id": "web_1", "visitor_id": "v1", "conversion_type": "custom", "event_id": f"e{n}"} for n in range(30)
    ]
    answers = _sent_to_both(processes, "/web/ad-planning/track-conversion", events)
    assert {answer.status_code for answer in answers} == {200}
    ids = [answer.json()["conversion_id"] for answer in answers]
    assert ids[::2] == ids[1::2]
    orders: list[dict[str, object]] = [
        {
            "order_id": f"order_{n}",
            "email": f"buyer{n % 3}@shop.example",
            "total": 100,
            "currency": "INR",
            "placed_at": "2026-10-01T10:00:00Z",
        }
        for n in range(12)
    ]
    answers = _sent_to_both(processes, "/admin/orders", orders)
    assert {answer.status_code for answer in answers} <= {200, 201}
    engine = make_engine(postgresql_url)
    with engine.connect() as connection:
        kinds = select(TABLES["conversions"].c.conversion_type, func.count()).group_by("conversion_type")
        assert dict(connection.execute(kinds).all()) == {"custom": 30, "purchase": 12}
        assert connection.scalar(select(func.count()).select_from(TABLES["persons"])) == 3
    engine.dispose()
