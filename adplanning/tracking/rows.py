"""Plain tuples written and looked up inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table

from adplanning.store.engine import is_sqlite

# Both databases bound the number of values in one statement, SQLite at 32,766.
MAX_VALUES = 10_000


def write_rows(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run one statement for each row, its values marked `?`; answer how many rows of the store it changed."""
    if not rows:
        return 0
    statement = sql if is_sqlite(connection) else sql.replace("?", "%s")
    return connection.exec_driver_sql(statement, list(rows)).rowcount


def insertion(table: Table, *, on_conflict: str) -> str:
    """The INSERT of one row with all columns of its table."""
    names = ", ".join(column.name for column in table.c)
    marks = ", ".join("?" * len(table.c))
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT {on_conflict}"  # noqa: S608


def rows_among(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[Any]:
    """The rows of a SELECT whose column is one of many values."""
    ordered = list(values)
    for start in range(0, len(ordered), MAX_VALUES):
        yield from connection.execute(query.where(column.in_(ordered[start : start + MAX_VALUES])))
