"""What was deleted is gone from the embedded store's files too."""

from __future__ import annotations

import mmap
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, Engine

from adplanning.store.engine import driver_errors_as_sqlalchemys, is_sqlite, unavailable_as_such


def overwrite_deleted(connection: Connection) -> None:
    """Let SQLite write zeros over what this connection deletes from now on, instead of only marking it as free."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def scrub(engine: Engine, texts: Collection[str] | None = None) -> bool:
    """Empty the write-ahead log and, where the file still holds one of some texts, write the file anew without gaps.

    Pages that were split keep old copies in their gaps, which overwriting what is deleted does not reach. PostgreSQL
    does that by itself: its autovacuum, or the administrator's VACUUM FULL.

    Parameters
    ----------
    texts : which are to be gone; without them the file is written anew in any case.

    Returns
    -------
    Whether they are gone; False also where a reader of an old snapshot keeps the log in use, and for PostgreSQL.

    Raises
    ------
    StoreUnavailable : the file cannot be written anew now.
    """
    if not is_sqlite(engine):
        return False
    path = Path(str(engine.url.database))
    with unavailable_as_such(), engine.connect() as connection, driver_errors_as_sqlalchemys(connection):
        # Below SQLAlchemy, which would begin a transaction: neither of the two runs in one.
        run = connection.connection.cursor().execute
        run("PRAGMA query_only=OFF")
        run("PRAGMA wal_checkpoint(TRUNCATE)")
        if texts is None or _holds(path, texts):
            run("VACUUM")
            run("PRAGMA wal_checkpoint(TRUNCATE)")
    log = path.with_name(f"{path.name}-wal")
    return not any(_holds(file, texts or ()) for file in (path, log) if file.exists())


def _holds(path: Path, texts: Collection[str]) -> bool:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(text.encode()) >= 0 for text in texts if text)
