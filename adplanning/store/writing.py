"""Many rows at once: prepared statements in SQLite, COPY in PostgreSQL, both inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from sqlalchemy import JSON, Boolean, Connection, Date, Table

from adplanning.core.errors import InvalidData
from adplanning.store.engine import driver_errors_as_sqlalchemys, is_sqlite
from adplanning.store.tables.base import Instant

OnConflict = Literal["error", "ignore", "replace"]


def insert_frame(
    connection: Connection,
    table: Table,
    frame: pl.DataFrame,
    *,
    on_conflict: OnConflict = "error",
    key: Sequence[str] = (),
) -> int:
    """Insert each row of a frame; answer how many were written.

    Parameters
    ----------
    connection : inside a write transaction.
    table : where to; columns the frame lacks are null.
    frame : named as the table's columns; instants as Datetime, days as Date, JSON as text.
    on_conflict : what a row whose `key` is there already does: fail the transaction, change nothing, or replace
        the row's other columns.
    key : the columns of the unique index that decides; needed for "replace".

    Raises
    ------
    InvalidData : a column that the table does not have.
    """
    if frame.is_empty():
        return 0
    unknown = [name for name in frame.columns if name not in table.c]
    if unknown:
        raise InvalidData.unknown_choice(table.name, unknown[0], table.c.keys())
    native = frame.select(_native(table, name, sqlite=is_sqlite(connection)) for name in frame.columns)
    clause = _conflict_clause(frame.columns, on_conflict, key)
    if is_sqlite(connection):
        return _executemany(connection, table.name, native, clause)
    return _copy(connection, table, native, clause)


def _native(table: Table, name: str, *, sqlite: bool) -> pl.Expr:
    kind = table.c[name].type
    if isinstance(kind, Instant):
        return pl.col(name).dt.epoch("us").alias(name)
    if sqlite and isinstance(kind, Date):
        return pl.col(name).cast(pl.String).alias(name)
    if sqlite and isinstance(kind, Boolean):
        return pl.col(name).cast(pl.Int8).alias(name)
    if isinstance(kind, JSON):
        return pl.col(name).cast(pl.String).alias(name)
    return pl.col(name)


def _conflict_clause(columns: Sequence[str], on_conflict: OnConflict, key: Sequence[str]) -> str:
    if on_conflict == "error":
        return ""
    if on_conflict == "ignore":
        return " ON CONFLICT DO NOTHING"
    target = ", ".join(f'"{name}"' for name in key)
    others = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    return f" ON CONFLICT ({target}) DO UPDATE SET {others}"


def _columns(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{name}"' for name in frame.columns)


def _executemany(connection: Connection, table: str, frame: pl.DataFrame, clause: str) -> int:
    marks = ", ".join("?" * frame.width)
    sql = f'INSERT INTO "{table}" ({_columns(frame)}) VALUES ({marks}){clause}'
    return connection.exec_driver_sql(sql, frame.rows()).rowcount


def _copy(connection: Connection, table: Table, frame: pl.DataFrame, clause: str) -> int:
    cursor: Any = connection.connection.cursor()
    target = f'"{table.name}"'
    with driver_errors_as_sqlalchemys(connection):
        if clause:
            columns = _columns(frame)
            cursor.execute(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM {target} LIMIT 0")
        with cursor.copy(f"COPY {'incoming' if clause else target} ({_columns(frame)}) FROM STDIN") as copy:
            for row in frame.iter_rows():
                copy.write_row(row)
        if clause:
            cursor.execute(f"INSERT INTO {target} ({_columns(frame)}) SELECT * FROM incoming{clause}")
            written = int(cursor.rowcount)
            cursor.execute("DROP TABLE incoming")
            return written
    return frame.height
