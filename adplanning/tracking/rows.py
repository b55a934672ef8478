"""Plain tuples written and looked up inside the caller's transaction, in SQL text: this is the hot path of intake."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from adplanning.store.engine import is_sqlite

# Many rows in one statement cost a third less than one by one, and let other threads run meanwhile.
ROWS_A_STATEMENT = 100
# Both databases bound the number of values in one statement, SQLite at 32,766.
VALUES_A_STATEMENT = 10_000


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, on_conflict: str) -> int:
    """Insert rows that hold all columns of a table in their order; answer how many were written.

    Parameters
    ----------
    connection : inside a write transaction.
    table : where to.
    rows : native values, instants in microseconds, JSON as text.
    on_conflict : what SQL says after ON CONFLICT.
    """
    n_written = 0
    n_whole = len(rows) - len(rows) % ROWS_A_STATEMENT
    if n_whole:
        sql = _insertion(table, ROWS_A_STATEMENT, on_conflict)
        for start in range(0, n_whole, ROWS_A_STATEMENT):
            values = tuple(chain.from_iterable(rows[start : start + ROWS_A_STATEMENT]))
            n_written += connection.exec_driver_sql(_marked(connection, sql), values).rowcount
    return n_written + write_rows(connection, _insertion(table, 1, on_conflict), rows[n_whole:])


def write_rows(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run one statement for each row, its values marked `?`; answer how many rows of the store it changed."""
    if not rows:
        return 0
    return connection.exec_driver_sql(_marked(connection, sql), list(rows)).rowcount


def rows_among(
    connection: Connection, sql: str, values: Collection[str], *, before: tuple[str | int, ...] = ()
) -> Iterator[Any]:
    """The rows of a SELECT in which `{values}` stands for many values; `before` are the values marked before them."""
    ordered = list(values)
    for start in range(0, len(ordered), VALUES_A_STATEMENT):
        part = tuple(ordered[start : start + VALUES_A_STATEMENT])
        marks = f"({', '.join('?' * len(part))})"
        yield from connection.exec_driver_sql(_marked(connection, sql.replace("{values}", marks)), before + part)


@cache
def _insertion(table: Table, n_rows: int, on_conflict: str) -> str:
    names = ", ".join(column.name for column in table.c)
    row = f"({', '.join('?' * len(table.c))})"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * n_rows)} ON CONFLICT {on_conflict}"  # noqa: S608


def _marked(connection: Connection, sql: str) -> str:
    return sql if is_sqlite(connection) else sql.replace("?", "%s")
