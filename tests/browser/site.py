"""`adplanning serve` as a process of its own, on a filled store, and its sign-ins."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
from sqlalchemy import Engine, func, select

from adplanning.core.ids import new_id
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.server import signed_in
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import User
from adplanning.store.upgrading import open_store
from tests.browser.shop import filled

ADMIN_KEY = "canary-admin-key-9f3a7c51"
PASSWORD = "canary-password-4be2d7"
# What an operator may well have in the same shell; none of it is any business of a dashboard.
CANARIES = {
    "META_ACCESS_TOKEN": "canary-meta-token-77c1",
    "AWS_SECRET_ACCESS_KEY": "canary-aws-secret-02ab",
    "ADPLANNING_ADMIN_KEY": ADMIN_KEY,
    "ADPLANNING_DASHBOARD_PASSWORD": PASSWORD,
}
MAX_KERNELS = 4
COOKIE = "adplanning_session"


def eventually(is_so: Callable[[], Any], what: str, within_s: float = 30.0) -> Any:
    """What `is_so` answers as soon as it is true."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s:.0f} s: {what}")


@dataclass(frozen=True)
class Site:
    """The server that runs, and its store."""

    origin: str
    home: Path
    engine: Engine
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What the server and its child have said so far."""
        return (self.home / "server.log").read_text(errors="replace")

    def new_sign_in(self, role: Role) -> str:
        """The token of a sign-in of a user of its own; the form itself is tried where it is the question."""
        now = datetime.now(UTC)
        with writing(self.engine) as session:
            user_id = new_id("user")
            user = User(id=user_id, name=f"{role}-{user_id[-8:]}", role=role, password_hash="none", created_at=now)
            session.add(user)
            session.flush()
            return signed_in.begin(session, user.id, now=now)

    @contextmanager
    def client(self, token: str | None = None, key: str | None = None) -> Iterator[httpx2.Client]:
        """A program that calls the server, signed in with a token or with a key of the API."""
        headers = {"Origin": self.origin} | ({"Authorization": f"Bearer {key}"} if key else {})
        with httpx2.Client(base_url=self.origin, headers=headers, trust_env=False, timeout=90) as client:
            if token:
                client.cookies.set(COOKIE, token)
            yield client

    def sign_out(self, token: str) -> None:
        """End a sign-in, and the kernels of its pages with it."""
        with self.client(token) as client:
            client.post("/sign-out")

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """What the API answers to one who has the key."""
        with self.client(key=ADMIN_KEY) as client:
            answer = client.post(path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """The same for a question."""
        with self.client(key=ADMIN_KEY) as client:
            answer = client.get(path, params=query)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def counts(self) -> dict[str, int]:
        """How many rows each table holds, but for sign-ins, which are no facts."""
        with reading(self.engine) as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in TABLES.items()
                if name not in ("users", "sign_ins")
            }

    def child(self) -> int | None:
        """The process that renders the dashboards."""
        running = (pid for pid in _processes() if "adplanning.server.voila_child" in _command(pid))
        return next((pid for pid in running if _parent(pid) == self.process.pid), None)

    def kernels(self) -> dict[str, int]:
        """The kernels that run below the child, pooled ones too, by id."""
        child = self.child()
        return {
            kernel_id: pid
            for pid in _processes()
            if (kernel_id := _kernel_of(_command(pid))) and child is not None and _parent(pid) == child
        }


@contextmanager
def served(
    home: Path, fill: Callable[[Engine, Path], object] = filled, *, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Site]:
    """The server on a store that is filled before, usually with a small shop, until the end of the block."""
    engine = open_store(Settings(home=home, _env_file=None).url)
    fill(engine, home)
    port = _free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment = {
        **kept,
        **CANARIES,
        "ADPLANNING_HOME": str(home),
        "ADPLANNING_TIMEZONE": "Asia/Kolkata",
        "ADPLANNING_KERNEL_POOL": "1",
        "ADPLANNING_MAX_KERNELS": str(MAX_KERNELS),
        "ADPLANNING_KERNEL_IDLE_S": "60",
        **settings,
    }
    # What the script `adplanning` does, in the interpreter that runs the tests.
    command = [sys.executable, "-c", "from adplanning.cli import app; app()", "serve", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)
        site = Site(f"http://127.0.0.1:{port}", home, engine, process)
        try:
            eventually(lambda: _is_ready(site), "the dashboards are ready", 480)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            engine.dispose()


def is_running(pid: int) -> bool:
    """Whether the process lives; one that only waits to be counted does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def environment_of(pid: int) -> str:
    """What a process was told by its environment when it began."""
    return Path(f"/proc/{pid}/environ").read_text(errors="replace")


def _is_ready(site: Site) -> bool:
    assert site.process.poll() is None, site.log[-3000:]
    return "the dashboards are ready" in site.log


def _processes() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _kernel_of(command: str) -> str:
    return command.rpartition("kernel-")[2].partition(".json")[0] if "ipykernel" in command else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
