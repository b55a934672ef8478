"""The promise of intake, put to the test on a real server process: answered means stored, whatever happens."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from adplanning.api import intake
from adplanning.core.errors import StoreUnavailable
from adplanning.core.settings import Settings
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store


class Server:
    """A server process on a store in a folder, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "store.db"
        self.url = f"sqlite:///{self.path}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        engine = open_store(self.url)
        with write_transaction(engine) as connection:
            website = {"id": "web_1", "domain": "shop.example", "status": "active"}
            times = dict.fromkeys(("created_at", "updated_at"), datetime.now(UTC))
            connection.execute(insert(TABLES["websites"]).values(**website, **times))
        engine.dispose()

    def start(self) -> None:
        limits = {"ADPLANNING_RATE_LIMIT_VISITOR": "0", "ADPLANNING_RATE_LIMIT_ADDRESS": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "adplanning.api.app:create_app",
             "--port", str(self.port), "--log-level", "critical"],
            env={**os.environ, **limits, "ADPLANNING_DATABASE_URL": self.url},
        )  # fmt: skip
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail("the server did not start")

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        self.process.send_signal(signal_number)
        self.process.wait()

    def send(self, event_id: str, connection: HTTPConnection | None = None) -> tuple[int, str]:
        """The status, and the id under which the event is stored."""
        event = {"website_id": "web_1", "visitor_id": "v1", "conversion_type": "custom", "event_id": event_id}
        if connection is None:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as own:
                return self.send(event_id, own)
        connection.request("POST", "/web/ad-planning/track-conversion", json.dumps(event))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("conversion_id", "")

    def reads(self) -> bool:
        """Whether what needs no writing is answered, soon."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
            connection.request("GET", "/web/ad-planning/intent?visitor_id=v1")
            return connection.getresponse().status == 200

    def stored(self) -> dict[str, str]:
        """The id of each stored event, by its event id."""
        with closing(sqlite3.connect(self.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = connection.execute("SELECT event_id, id FROM conversions").fetchall()
        assert len(rows) == len(dict(rows))
        return dict(rows)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    made.start()
    yield made
    if made.process.poll() is None:
        made.stop(signal.SIGKILL)


def test_what_was_answered_is_stored_once_however_often_the_server_is_killed(server: Server) -> None:
    acknowledged: dict[str, str] = {}
    done = threading.Event()

    def send_until_answered(client: int) -> None:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
            events = (f"{client}-{n}" for n in itertools.count())
            event_id = next(events)
            while not done.is_set():
                try:
                    status, conversion_id = server.send(event_id, connection)
                except (OSError, HTTPException, ValueError):
                    connection.close()
                    time.sleep(0.02)
                    continue
                if status == 200:
                    acknowledged[event_id] = conversion_id
                    event_id = next(events)

    clients = [threading.Thread(target=send_until_answered, args=(client,)) for client in range(4)]
    for client in clients:
        client.start()
    chance = random.Random(7)
    for _ in range(5):
        n_before = len(acknowledged)
        while len(acknowledged) < n_before + 20:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.1, 0.5))
        server.stop(signal.SIGKILL)
        server.start()
    done.set()
    for client in clients:
        client.join()
    stored = server.stored()
    assert len(acknowledged) >= 100
    assert acknowledged.items() <= stored.items()


def test_a_short_lock_is_waited_for_and_a_long_one_answered_with_503_while_reading_goes_on(server: Server) -> None:
    # This process is the other one that writes.
    locker = sqlite3.connect(server.path, isolation_level=None, check_same_thread=False)
    locker.execute("BEGIN EXCLUSIVE")
    threading.Timer(2, lambda: locker.execute("ROLLBACK")).start()
    assert server.send("short")[0] == 200

    locker.execute("BEGIN EXCLUSIVE")
    statuses: list[int] = []
    waiting = [threading.Thread(target=lambda n=n: statuses.append(server.send(f"long-{n}")[0])) for n in range(8)]
    for thread in waiting:
        thread.start()
        time.sleep(0.05)
    assert server.reads()
    for thread in waiting:
        # The lock is still held: all of them were told, not made to wait in turn.
        thread.join(timeout=8)
    assert statuses == [503] * 8
    locker.execute("ROLLBACK")
    locker.close()
    assert server.send("after")[0] == 200
    assert server.stored().keys() == {"short", "after"}


def test_a_full_disk_is_answered_with_503_and_room_makes_the_same_process_store_again(server: Server) -> None:
    acknowledged = [event_id for event_id in ("a", "b", "c") if server.send(event_id)[0] == 200]
    room = Path(f"{server.path}-wal").stat().st_size + 40_000
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for n in range(200):
        status, _ = server.send(f"full-{n}")
        if status != 200:
            break
        acknowledged.append(f"full-{n}")
    assert status == 503
    assert server.reads()
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert server.send("after")[0] == 200
    assert server.process.poll() is None
    assert server.stored().keys() == {*acknowledged, "after"}


def test_a_server_told_to_stop_answers_what_it_has_taken(server: Server) -> None:
    acknowledged: set[str] = set()

    def send() -> None:
        for n in itertools.count():
            try:
                if server.send(str(n))[0] == 200:
                    acknowledged.add(str(n))
            except (OSError, HTTPException, ValueError):
                return

    client = threading.Thread(target=send)
    client.start()
    while len(acknowledged) < 20:
        time.sleep(0.01)
    server.stop()
    client.join()
    assert acknowledged <= server.stored().keys()


def test_a_database_that_does_not_answer_at_all_is_not_waited_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ANSWER_SECONDS", 0.05)
    with write_transaction(engine) as connection:
        times = dict.fromkeys(("created_at", "updated_at"), datetime.now(UTC))
        connection.execute(insert(TABLES["websites"]).values(id="web_1", domain="a.b", status="active", **times))
    body = json.dumps({"website_id": "web_1", "visitor_id": "v", "conversion_type": "custom"}).encode()

    async def read_body(_: int) -> bytes:
        return body

    taking = intake.Intake(engine, Settings(_env_file=None))
    taking.start()
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as locker:
        locker.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="has not answered in time"):
            asyncio.run(taking.take("conversion", read_body, intake.Sender("203.0.113.9", is_bot=False)))
    taking.stop()
    counters = taking.counters()
    assert (counters["received"], counters["rejected"]) == (1, 1)
