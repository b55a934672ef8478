"""Where transactions begin and end; only rims call this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from adplanning.store.engine import unavailable_as_such


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session on one snapshot of the store that cannot write.

    Raises
    ------
    StoreUnavailable : the database is lost, locked or full.
    """
    with unavailable_as_such(), engine.connect() as connection, Session(connection) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose changes are committed at its end, all or none.

    Raises
    ------
    StoreUnavailable : the database is lost, locked or full; nothing was stored.
    """
    with write_transaction(engine) as connection, Session(connection) as session:
        yield session
        session.flush()


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """The same for set-wise writes without a session."""
    with unavailable_as_such(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection
