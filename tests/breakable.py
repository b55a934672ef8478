"""Stores that can be lost and found again while somebody uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Engine


@dataclass(frozen=True)
class Breakable:
    """A store with its address; within `lost()` it cannot be used, whatever connections are open."""

    url: str
    lost: Callable[[Engine], AbstractContextManager[None]]


def breakable_sqlite(path: Path) -> Breakable:
    """A file that is overwritten and put back."""

    @contextmanager
    def lost(engine: Engine) -> Iterator[None]:
        engine.dispose()
        kept = path.read_bytes()
        path.write_bytes(b"not a database" * 1000)
        try:
            yield
        finally:
            engine.dispose()
            path.write_bytes(kept)

    return Breakable(f"sqlite:///{path}", lost)


def breakable_postgresql(url: str) -> Breakable:
    """A database that ends all connections and takes no new ones, as while its server is restarted."""
    above, _, name = url.rpartition("/")

    @contextmanager
    def lost(_: Engine) -> Iterator[None]:
        with psycopg.connect(f"{above}/postgres", autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            try:
                yield
            finally:
                connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    return Breakable(url, lost)
