"""How the database is opened: the same promises from SQLite and from PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from adplanning.core.errors import InvalidData, StoreUnavailable

BUSY_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 60_000
POSTGRESQL_CONNECT_ARGS = {
    "connect_timeout": str(CONNECT_TIMEOUT_S),
    "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={BUSY_TIMEOUT_MS}",
}

_FILE = "adplanning_file"
# Codes of sqlite3.h that mean "not now" rather than "wrong":
# BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
_SQLITE_UNAVAILABLE = frozenset({5, 6, 8, 10, 11, 13, 14, 15, 26})


def make_engine(url: str) -> Engine:
    """Open the database behind a SQLAlchemy URL; nothing is connected yet.

    SQLite: WAL, synchronous=FULL (a committed transaction survives a power cut), foreign keys on, 5 s busy timeout.
    PostgreSQL: 3 s to connect, one minute a statement, connections checked before use.
    A connection writes only with the execution option `writes=True`: its transactions begin IMMEDIATE, so that a
    writer waits for its turn instead of failing at the upgrade from reader to writer. All others cannot write.

    Raises
    ------
    InvalidData : the URL names neither SQLite nor PostgreSQL, or SQLite in memory.
    StoreUnavailable : the folder of the SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _not_ours() from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite("" if "?" in url else parsed.database)
        case "postgresql" | "postgres":
            return _postgresql(parsed)
    raise _not_ours()


def _not_ours() -> InvalidData:
    # Without the URL itself: it may hold a password.
    return InvalidData.at(
        "ADPLANNING_DATABASE_URL",
        "names no database this product works on; write sqlite:///path/to/file.db or "
        "postgresql://user:password@host:5432/name",
    )


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the store is the embedded one."""
    return bind.dialect.name == "sqlite"


def _sqlite(database: str | None) -> Engine:
    if not database or database == ":memory:":
        raise InvalidData.at(
            "ADPLANNING_DATABASE_URL",
            "SQLite needs a file and takes no options; write sqlite:///path/to/file.db, and %3F for a '?' in the path",
        )
    path = Path(database).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreUnavailable(
            f"the folder {path.parent} cannot be made ({fault.strerror}); name another in ADPLANNING_DATABASE_URL"
        ) from fault
    # Last in, first out: a connection that was just used has its pages of the file still at hand.
    engine = create_engine(
        URL.create("sqlite", database=str(path)), pool_timeout=BUSY_TIMEOUT_MS / 1000, pool_use_lifo=True
    )

    was_there = path.exists()

    @event.listens_for(engine, "do_connect")
    def stay(*_: Any) -> None:
        # SQLite would make an empty file in place of one that was lost.
        if was_there and not path.exists():
            raise _file_lost(path)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        nonlocal was_there
        was_there = True
        record.info[_FILE] = _file_at(path)
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A file that was moved away or replaced still takes what is written through a connection, and it is lost.
        if connection.info[_FILE] != _file_at(path):
            connection.invalidate()
            raise _file_lost(path)
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file it is, whatever it holds; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _file_lost(path: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"the database file {path} is gone, or another one stands in its place; nothing was stored. Put it back and "
        "try again; one that was put there on purpose is taken from the next try on"
    )


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        connect_args=POSTGRESQL_CONNECT_ARGS,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine


@contextmanager
def unavailable_as_such() -> Iterator[None]:
    """Turn a lost, locked or full database into `StoreUnavailable`; let every other fault through."""
    try:
        yield
    except PoolTimeout as fault:
        raise StoreUnavailable("the database is busy: no connection came free in time; try again shortly") from fault
    except DBAPIError as fault:
        cause = fault.orig
        if isinstance(cause, sqlite3.Error):
            if getattr(cause, "sqlite_errorcode", 0) & 0xFF not in _SQLITE_UNAVAILABLE:
                raise
            reason = str(cause)
        elif isinstance(fault, OperationalError) or fault.connection_invalidated:
            reason = "no answer from the database server, or it refused"
        else:
            raise
        raise StoreUnavailable(f"the database cannot be used now ({reason}); nothing was stored, try again") from fault


@contextmanager
def driver_errors_as_sqlalchemys(connection: Connection) -> Iterator[None]:
    """Give faults of the driver, where it is used directly, the same types that all other statements raise."""
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as fault:
        raise DBAPIError.instance(None, None, fault, base, dialect=connection.dialect) from fault
