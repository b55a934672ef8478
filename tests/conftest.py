"""What every test may ask for: a fresh store in a real file, or in a private PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from xdist.scheduler import LoadScopeScheduling

from adplanning.store.engine import make_engine
from adplanning.store.upgrading import open_store

BROWSERS = "tests/browser/"

# How long an example takes on a machine that others share says nothing about the product.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


class Portions(LoadScopeScheduling):
    """What one of several processes takes at a time, those with most tests first: a file, or all that drive browsers.

    So a costly fixture is made once, and while one process waits for browsers the other does the rest.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return BROWSERS if file.startswith(BROWSERS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Portions:
    return Portions(config, log)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for commands, and no settings of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADPLANNING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ADPLANNING_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, upgraded SQLite store to copy: the steps take fifty times as long as a copy."""
    path = tmp_path_factory.mktemp("upgraded") / "store.db"
    open_store(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(upgraded_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty, upgraded SQLite store."""
    shutil.copy(upgraded_file, tmp_path / "store.db")
    opened = make_engine(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty, upgraded store; the test runs once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    opened = make_engine(request.getfixturevalue("postgresql_url"))
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The URL of an empty, upgraded PostgreSQL database."""
    name = postgresql_server.create_database(template="upgraded")
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture
def empty_postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The URL of a PostgreSQL database that holds nothing yet."""
    name = postgresql_server.create_database(template="template1")
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A private PostgreSQL server, gone after the last test."""
    programs = _postgresql_programs()
    if programs is None:
        reason = "PostgreSQL is not installed; install Debian's package postgresql to run these tests"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Outside pytest's own folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="adplanning-postgresql-"))
    server = PostgresqlServer(programs, folder, _free_port())
    try:
        server.start()
        open_store(server.url("upgraded")).dispose()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class PostgresqlServer:
    """A server on a loopback port whose data live in one temporary folder."""

    programs: Path
    folder: Path
    port: int

    def __post_init__(self) -> None:
        self.numbers = itertools.count(1)
        # The server refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)

    def url(self, database: str) -> str:
        return f"postgresql://tester:secret@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self._run("initdb", "--username=tester", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        # Nothing here outlives a crash; a zone far from UTC lets a test notice where the server's own zone slips in.
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
            " -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c timezone=Asia/Kolkata"
        )
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")
        self._execute("CREATE DATABASE upgraded")

    def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate")

    def create_database(self, *, template: str) -> str:
        name = f"test_{next(self.numbers)}"
        # Without fsync, copied files cost a tenth of what copied pages do.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop_database(self, name: str) -> None:
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, f"--pgdata={self.folder / 'data'}", *arguments],
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _postgresql_programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: float(path.parent.name))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
