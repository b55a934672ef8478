"""Facts as columns: the one way by which analyses read the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from queue import SimpleQueue
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from psycopg.conninfo import make_conninfo
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Engine,
    Float,
    Integer,
    Numeric,
    Select,
    select,
)
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType, TypeEngine

from adplanning.core.errors import InvalidData, StoreUnavailable
from adplanning.core.periods import Period
from adplanning.store.engine import POSTGRESQL_CONNECT_ARGS, is_sqlite
from adplanning.store.reading_process import reading_process
from adplanning.store.tables.base import Instant, to_micros
from adplanning.store.tables.catalogue import TABLES

_UTC = ZoneInfo("UTC")

# Which column says when a fact happened; facts without one are read whole.
TIME_OF = {
    "attribution_credits": "converted_at",
    "conversions": "converted_at",
    "currency_rates": None,
    "customer_scores": None,
    "daily_actions": "on",
    "daily_spend": "on",
    "experiment_days": "on",
    "experiment_subjects": None,
    "feedback": "given_at",
    "forecast_days": "on",
    "forecasts": None,
    "goal_completions": "completed_at",
    "journey_events": "occurred_at",
    "leads": "submitted_at",
    "period_spend": None,
    "persons": "created_at",
    "ratings": "rated_at",
    "segment_members": None,
    "segment_sizes": "built_at",
    "sentiments": "said_at",
    "campaigns": None,
    "ad_sets": None,
    "ads": None,
    "ad_accounts": None,
    "touchpoints": "session_started_at",
    "visitors": None,
}


def scan(
    engine: Engine,
    fact: str,
    columns: Sequence[str],
    period: Period | None = None,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    zone: ZoneInfo = _UTC,
) -> pl.LazyFrame:
    """Read columns of one kind of fact.

    Parameters
    ----------
    engine : the store.
    fact : a name in `TIME_OF`.
    columns : names of its columns; instants come as UTC datetimes, `_minor` as Int64.
    period : only facts of that time; of facts dated by day, those of every day in `zone` that the period touches.
    where : further conditions on the fact's table.
    zone : the reporting time zone; only facts dated by day need it.

    Raises
    ------
    InvalidData : an unknown fact or column.
    StoreUnavailable : the database cannot be read now.
    """
    return read(engine, statement(fact, columns, period, where=where, zone=zone))[0].lazy()


def statement(
    fact: str,
    columns: Sequence[str],
    period: Period | None = None,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    zone: ZoneInfo = _UTC,
) -> Select[Any]:
    """The SELECT behind `scan`, for reading several facts on one snapshot with `read`."""
    if fact not in TIME_OF:
        raise InvalidData.unknown_choice("fact", fact, sorted(TIME_OF))
    table = TABLES[fact]
    for column in columns:
        if column not in table.c:
            raise InvalidData.unknown_choice("columns", column, table.c.keys())
    query = select(*(table.c[column] for column in columns)).where(*where)
    time_column = TIME_OF[fact]
    if period is None or time_column is None:
        return query
    at = table.c[time_column]
    start: date | None = period.start
    end: date | None = period.end
    if isinstance(at.type, Date):
        start, last = period.on(zone)
        end = last + timedelta(days=1) if last else None
    if start is not None:
        query = query.where(at >= start)
    if end is not None:
        query = query.where(at < end)
    return query


def read(engine: Engine, *statements: Select[Any]) -> list[pl.DataFrame]:
    """Run SELECTs on one snapshot of the committed store, each answered as columns.

    Raises
    ------
    StoreUnavailable : the database cannot be read now.
    """
    return list(_each(engine, statements))


def read_ahead(engine: Engine, *statements: Select[Any]) -> Iterator[pl.DataFrame]:
    """The same, each answer as soon as it is read: the next ones are read while the caller works on it.

    Raises
    ------
    StoreUnavailable : as `read`, at the answer that cannot be read.
    """
    arrived: SimpleQueue[pl.DataFrame | BaseException] = SimpleQueue()

    def fetch() -> None:
        try:
            for frame in _each(engine, statements):
                arrived.put(frame)
        except BaseException as fault:  # noqa: BLE001 the caller's to handle
            arrived.put(fault)

    Thread(target=fetch, daemon=True).start()

    def next_one() -> pl.DataFrame:
        frame = arrived.get()
        if isinstance(frame, BaseException):
            raise frame
        return frame

    for _ in statements:
        # Not kept in a name here: it would hold the memory of one that the caller has done with.
        yield next_one()


def _each(engine: Engine, statements: Sequence[Select[Any]]) -> Iterator[pl.DataFrame]:
    if is_sqlite(engine):
        path = str(engine.url.database)
        frames = reading_process().read(path, [_compiled(query, _SQLITE) for query in statements])
    else:
        frames = _read_postgresql(engine, [_compiled(query, _POSTGRESQL) for query in statements])
    for query in statements:
        # Not kept in a name here: it would hold the memory while the next one is read.
        yield _typed(next(frames), query)
    # To its end, where the connection is given back.
    next(frames, None)


_SQLITE = SQLiteDialect(paramstyle="qmark")
_POSTGRESQL = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def read_within(
    bind: Session | Connection, query: Select[Any], values: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """The rows of a SELECT as the caller's transaction sees them, in the types that `read` gives them.

    For few rows, which pass through Python one by one; a column of JSON is to be cast to text. `values` are those of
    the SELECT's own parameters.
    """
    schema = {str(column.key): _dtype(column.type) for column in query.selected_columns}
    return pl.DataFrame([tuple(row) for row in bind.execute(query, values)], schema=schema, orient="row")


def _compiled(query: Select[Any], dialect: Dialect) -> tuple[str, list[object]]:
    compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params()
    by_text = dialect is _SQLITE
    return str(compiled), [_native(values[name], by_text=by_text) for name in compiled.positiontup or ()]


def _native(value: object, *, by_text: bool) -> object:
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, date) and by_text:
        return value.isoformat()
    if isinstance(value, bool) and by_text:
        return int(value)
    return value


def _typed(frame: pl.DataFrame, query: Select[Any]) -> pl.DataFrame:
    kinds = {str(column.key): column.type for column in query.selected_columns}
    frame.columns = list(kinds)
    return frame.select(_cast(pl.col(name), kind, frame.schema[name]) for name, kind in kinds.items())


def _cast(column: pl.Expr, kind: TypeEngine[Any], found: pl.DataType) -> pl.Expr:
    match kind:
        case Instant():
            return column.cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
        case Date():
            return column if found == pl.Date else column.cast(pl.String).str.to_date("%Y-%m-%d")
        case JSON() if isinstance(found, pl.BaseExtension):
            return column.ext.storage().cast(pl.String)
    return column if isinstance(kind, NullType) else column.cast(_dtype(kind))


def _dtype(kind: TypeEngine[Any]) -> pl.DataType:
    return next((dtype for of_kind, dtype in _DTYPES.items() if isinstance(kind, of_kind)), pl.String())


_DTYPES: dict[type[TypeEngine[Any]], pl.DataType] = {
    Instant: pl.Datetime("us", "UTC"),
    Date: pl.Date(),
    Boolean: pl.Boolean(),
    Integer: pl.Int64(),
    Float: pl.Float64(),
    Numeric: pl.Float64(),
}


def _read_postgresql(engine: Engine, statements: list[tuple[str, list[object]]]) -> Iterator[pl.DataFrame]:
    # Imported where it is used: 55 MB that a process which reads SQLite need not hold.
    import adbc_driver_postgresql.dbapi as adbc_postgresql  # noqa: PLC0415

    _, arguments = engine.dialect.create_connect_args(engine.url)
    del arguments["context"]  # SQLAlchemy's word to psycopg; all others are the server's
    try:
        with adbc_postgresql.connect(make_conninfo(**{**arguments, **POSTGRESQL_CONNECT_ARGS})) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for sql, parameters in statements:
                with connection.cursor() as cursor:
                    cursor.execute(sql, parameters or None)
                    yield cursor.fetch_polars()
    except adbc_postgresql.OperationalError:
        raise StoreUnavailable("the database server cannot be read now; try again shortly") from None
