"""What the store holds already for many keys at once, inside the transaction that is writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Float, Integer, MetaData, Select, Table, Text

from adplanning.core.errors import StoreUnavailable
from adplanning.store.tables.base import Instant
from adplanning.store.writing import OnConflict, insert_frame

SLICE = 50_000


@contextmanager
def keys_beside(connection: Connection, keys: pl.DataFrame) -> Iterator[Table]:
    """A temporary table of text keys, to join stored rows with."""
    columns = [Column(name, Text) for name in keys.columns]
    table = Table("import_keys", MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(connection)
    for part in keys.iter_slices(SLICE):
        insert_frame(connection, table, part)
    yield table
    table.drop(connection)


def look_up(connection: Connection, keys: pl.DataFrame, query: Callable[[Table], Select[Any]]) -> pl.DataFrame:
    """Run a SELECT that joins stored rows with a temporary table of keys.

    Parameters
    ----------
    connection : inside a write transaction: what it wrote is seen, and nobody else's half-written rows.
    keys : text columns, one row per key.
    query : from the temporary table to the SELECT.

    Returns
    -------
    One row per match, typed as `facts.scan` answers.
    """
    with keys_beside(connection, keys) as table:
        select = query(table)
        rows = connection.execute(select).all()
    schema = {str(column.key): _dtype(column.type) for column in select.selected_columns}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def insert(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert rows that are not in the store, a slice at a time so that memory stays bounded.

    Raises
    ------
    StoreUnavailable : another writer stored one of them since they were looked up.
    """
    # What is not bound is null as well, and half the columns of a file are not there.
    given = frame.select(column.name for column in frame if column.null_count() < frame.height)
    if _write(connection, table, given, "ignore", ()) != frame.height:
        raise StoreUnavailable(f"{table.name}: somebody stored the same rows meanwhile; nothing was stored, try again")


def replace(connection: Connection, table: Table, frame: pl.DataFrame, key: tuple[str, ...]) -> None:
    """Insert rows, or replace those of the same key."""
    _write(connection, table, frame, "replace", key)


def _write(
    connection: Connection, table: Table, frame: pl.DataFrame, on_conflict: OnConflict, key: tuple[str, ...]
) -> int:
    slices = frame.iter_slices(SLICE)
    return sum(insert_frame(connection, table, part, on_conflict=on_conflict, key=key) for part in slices)


def _dtype(kind: object) -> pl.DataType:
    if isinstance(kind, Instant):
        return pl.Datetime("us", "UTC")
    if isinstance(kind, Date):
        return pl.Date()
    if isinstance(kind, (BigInteger, Integer)):
        return pl.Int64()
    if isinstance(kind, Float):
        return pl.Float64()
    return pl.Boolean() if isinstance(kind, Boolean) else pl.String()
