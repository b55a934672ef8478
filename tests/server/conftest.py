"""The real server on a free port, with a stand-in for the dashboards' process, and browsers signed in or not."""

from __future__ import annotations

import itertools
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import Engine
from websockets.sync.client import ClientConnection, connect

from adplanning.core.errors import NotFound
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.server import passwords, signed_in
from adplanning.server.app import OneOrigin, create_server
from adplanning.server.own_answers import DashboardParts
from adplanning.server.supervisor import Timing
from adplanning.store.session import writing
from adplanning.store.tables.operations import User
from adplanning.store.upgrading import open_store

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_child.py")))
ADMIN_KEY = "an-admin-key-for-tests"
GOALS = "/app/ad-planning/goals"
QUICK = Timing(look_s=0.3, first_pause_s=0.05, end_s=2.0, misses=2)
_numbers = itertools.count(1)


def eventually(is_so: Callable[[], Any], within_s: float = 15.0) -> Any:
    """What `is_so` answers as soon as it is true."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not so within {within_s} s")


def executed_html(_: Engine, run_id: str) -> str:
    if run_id != "run_1":
        raise NotFound(f"{run_id} is not a run")
    return "<script>alert(1)</script><p>credited</p>"


# Pages of one or two words below ad-planning; anything may follow goals.
PARTS = DashboardParts(
    lambda path: path in ("ad-planning", "social-posts") or path.startswith("ad-planning/goals"),
    lambda: "export const vega = 1; // " + "x" * 2000,
    executed_html,
)


@dataclass
class Site:
    """A server that answers, and its store."""

    port: int
    engine: Engine
    application: OneOrigin

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def visitor(self) -> httpx2.Client:
        """A browser that nobody has signed in with."""
        return httpx2.Client(
            base_url=self.origin, headers={"Origin": self.origin}, trust_env=False, timeout=30, follow_redirects=False
        )

    def signed_in(self, role: Role = Role.analyst) -> httpx2.Client:
        """A browser that a user of its own is signed in with; the password is checked elsewhere."""
        browser = self.visitor()
        name = f"user-{next(_numbers)}"
        now = datetime.now(UTC)
        with writing(self.engine) as session:
            user = User(id=new_id("user"), name=name, role=role, password_hash="none", created_at=now)
            session.add(user)
            session.flush()
            token = signed_in.begin(session, user.id, now=now)
        browser.cookies.set("adplanning_session", token)
        browser.headers["X-Test-Name"] = name
        return browser

    def socket(self, path: str, browser: httpx2.Client | None = None, **options: Any) -> ClientConnection:
        """A websocket of a browser; `headers` come on top, `origin` instead of the right one."""
        headers = options.pop("headers", {})
        if browser is not None:
            headers["Cookie"] = f"adplanning_session={browser.cookies['adplanning_session']}"
        options.setdefault("origin", self.origin)
        return connect(
            f"ws://localhost:{self.port}{path}",
            additional_headers=headers,
            proxy=None,
            max_size=None,
            **options,
        )

    def open_page(self, browser: httpx2.Client) -> dict[str, Any]:
        """What the child was sent for a page, and the kernel that it started, of which the browser is not told."""
        before = set(self.kernels())
        answer = browser.get(GOALS)
        assert answer.status_code == 200, answer.text
        (kernel_id,) = set(self.kernels()) - before
        return {**answer.json(), "kernel": kernel_id}

    def kernels(self) -> list[str]:
        """The kernels that are somebody's."""
        return list(self.application._dashboards.kernels._owners)

    def living_kernels(self) -> list[str]:
        """The kernels that the child has."""
        child = self.application._child()
        assert child is not None
        answer = httpx2.get(f"{child.origin}/app/api/kernels/none", trust_env=False)
        return list(json.loads(answer.text)["kernels"])


@contextmanager
def served(folder: Path, *, timing: Timing = QUICK, **options: Any) -> Iterator[Site]:
    """The server, until the end of the block."""
    settings = Settings(
        home=folder,
        admin_key=ADMIN_KEY,
        _env_file=None,
        log_level="DEBUG",
        trusted_proxies="127.0.0.1",
        allowed_hosts="ads.example.com",
        **options.pop("settings", {}),
    )
    engine = open_store(settings.url)
    application = create_server(
        settings,
        engine,
        parts=PARTS,
        child_command=options.pop("command", STAND_IN),
        folder=folder,
        timing=timing,
        look_s=options.pop("look_s", 30.0),
        page_s=options.pop("page_s", 58.0),
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
        server = uvicorn.Server(
            uvicorn.Config(
                application, log_config=None, access_log=False, server_header=False, proxy_headers=False,
                timeout_graceful_shutdown=2, ws_max_size=32 * 2**20,
            )
        )  # fmt: skip
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            eventually(lambda: server.started)
            site = Site(port, engine, application)
            if options.pop("ready", True):
                eventually(application._child)
            yield site
        finally:
            server.should_exit = True
            thread.join()
            engine.dispose()


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take a millisecond; argon2's own parameters are measured in one test."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=256, parallelism=1))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests that leave it as it was."""
    with served(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def browser(site: Site) -> Iterator[httpx2.Client]:
    """An analyst's browser."""
    with site.signed_in() as client:
        yield client


@pytest.fixture
def stranger(site: Site) -> Iterator[httpx2.Client]:
    """A browser that nobody has signed in with."""
    with site.visitor() as client:
        yield client
