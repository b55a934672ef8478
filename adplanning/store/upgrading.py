"""Is the store's schema this code's, and how it gets there: forward only, all steps or none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from adplanning.core.errors import StoreTooNew
from adplanning.store.engine import driver_errors_as_sqlalchemys, is_sqlite, make_engine, unavailable_as_such
from adplanning.store.session import write_transaction

SCRIPTS = Path(__file__).parent / "migrations"
# Any number, the same in every process: two that start together upgrade one after the other.
_POSTGRESQL_LOCK = 7_402_211


def open_store(url: str, *, scripts: Path = SCRIPTS) -> Engine:
    """Open the database and bring its schema up to this code's.

    Raises
    ------
    StoreTooNew : a newer release has upgraded it; nothing is touched.
    StoreUnavailable : it cannot be reached.
    """
    engine = make_engine(url)
    upgrade(engine, scripts=scripts)
    return engine


def upgrade(engine: Engine, *, scripts: Path = SCRIPTS) -> None:
    """Run the missing steps in one transaction; an embedded store that holds data is copied beside itself before."""
    steps = ScriptDirectory(str(scripts))
    head = steps.get_current_head()
    with unavailable_as_such(), engine.connect() as connection:
        found = version(connection)
    _refuse_newer(found, steps)
    if found == head:
        return
    with write_transaction(engine) as connection:
        if not is_sqlite(engine):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
        # Looked at again under the lock: another process may have done the work meanwhile.
        found = version(connection)
        if found == head:
            return
        if found is not None and is_sqlite(engine):
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
            backup(engine, Path(f"{engine.url.database}.before-{head}-{stamp}"))
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def version(connection: Connection) -> str | None:
    """The step the store stands at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine, *, scripts: Path = SCRIPTS) -> str:
    """Say in a sentence whether the schema is this code's.

    Raises
    ------
    StoreTooNew : it is newer.
    """
    steps = ScriptDirectory(str(scripts))
    with unavailable_as_such(), engine.connect() as connection:
        found = version(connection)
    _refuse_newer(found, steps)
    head = steps.get_current_head()
    if found == head:
        return f"the store is at {head}, as this release expects"
    return f"the store is at {found or 'nothing'}, this release expects {head}; run: adplanning db upgrade"


def backup(engine: Engine, target: Path) -> None:
    """Copy an embedded store into a new file while it is in use.

    Raises
    ------
    FileExistsError : the target is there already.
    StoreUnavailable : the store cannot be read, or the copy not written; no copy is left.
    """
    if target.exists():
        raise FileExistsError(target)
    unfinished = target.with_name(f"{target.name}.part")
    with unavailable_as_such(), engine.connect() as connection, driver_errors_as_sqlalchemys(connection):
        source: Any = connection.connection.driver_connection
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                source.backup(copy)
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)


def _refuse_newer(found: str | None, steps: ScriptDirectory) -> None:
    known = {step.revision for step in steps.walk_revisions()}
    if found is not None and found not in known:
        raise StoreTooNew(
            f"the store was upgraded to {found} by a newer release, which this one does not know; "
            "install that release, or restore the backup made before its upgrade"
        )
