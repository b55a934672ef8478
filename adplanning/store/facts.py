"""Facts as columns: the one way by which analyses read the store."""

from __future__ import annotations

import atexit
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import adbc_driver_postgresql.dbapi as adbc_postgresql
import polars as pl
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Dialect, Engine, Float, Integer, Select, select
from sqlalchemy.dialects import postgresql, sqlite

from adplanning.core.errors import InvalidData, StoreUnavailable
from adplanning.core.periods import Period
from adplanning.store.engine import is_sqlite
from adplanning.store.reader import ERROR
from adplanning.store.tables.base import Instant, to_micros
from adplanning.store.tables.catalogue import TABLES

# Which column says when a fact happened; facts without one are read whole.
TIME_OF = {
    "attribution_credits": "converted_at",
    "conversions": "converted_at",
    "currency_rates": None,
    "daily_spend": "on",
    "goal_completions": "completed_at",
    "journey_events": "occurred_at",
    "persons": "created_at",
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
) -> pl.LazyFrame:
    """Read columns of one kind of fact.

    Parameters
    ----------
    engine : the store.
    fact : a name in `TIME_OF`.
    columns : names of its columns; instants come as UTC datetimes, `_minor` as Int64.
    period : only facts of that time; for facts dated by day, the days that the period's bounds fall on in UTC.
    where : further conditions on the fact's table.

    Raises
    ------
    InvalidData : an unknown fact or column.
    StoreUnavailable : the database cannot be read now.
    """
    return read(engine, statement(fact, columns, period, where=where))[0].lazy()


def statement(
    fact: str,
    columns: Sequence[str],
    period: Period | None = None,
    *,
    where: Sequence[ColumnElement[bool]] = (),
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
    if period is not None and time_column is not None:
        at = table.c[time_column]
        by_day = isinstance(at.type, Date)
        if period.start is not None:
            query = query.where(at >= (period.start.date() if by_day else period.start))
        if period.end is not None:
            query = query.where(at < (period.end.date() if by_day else period.end))
    return query


def read(engine: Engine, *statements: Select[Any]) -> list[pl.DataFrame]:
    """Run SELECTs on one snapshot of the committed store, each answered as columns.

    Raises
    ------
    StoreUnavailable : the database cannot be read now.
    """
    if is_sqlite(engine):
        path = quote(str(engine.url.database))
        raw = _sqlite_reader().read(path, [_compiled(query, _SQLITE) for query in statements])
    else:
        raw = _read_postgresql(engine, [_compiled(query, _POSTGRESQL) for query in statements])
    return [_typed(frame, query) for frame, query in zip(raw, statements, strict=True)]


_SQLITE: Dialect = sqlite.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
_POSTGRESQL: Dialect = postgresql.dialect(paramstyle="numeric_dollar")


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
    casts = []
    for column in query.selected_columns:
        name, kind = str(column.key), column.type
        if isinstance(kind, Instant):
            casts.append(pl.col(name).cast(pl.Int64).cast(pl.Datetime("us", "UTC")))
        elif isinstance(kind, Date):
            casts.append(pl.col(name).cast(pl.String).str.to_date() if frame[name].dtype != pl.Date else pl.col(name))
        elif isinstance(kind, Boolean):
            casts.append(pl.col(name).cast(pl.Boolean))
        elif isinstance(kind, (BigInteger, Integer)):
            casts.append(pl.col(name).cast(pl.Int64))
        elif isinstance(kind, Float):
            casts.append(pl.col(name).cast(pl.Float64))
        else:
            casts.append(pl.col(name).cast(pl.String))
    frame.columns = [str(column.key) for column in query.selected_columns]
    return frame.select(casts)


def _read_postgresql(engine: Engine, statements: list[tuple[str, list[object]]]) -> list[pl.DataFrame]:
    url = engine.url.set(drivername="postgresql").update_query_dict({"connect_timeout": "3"})
    try:
        with adbc_postgresql.connect(url.render_as_string(hide_password=False)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            frames = []
            for sql, parameters in statements:
                with connection.cursor() as cursor:
                    cursor.execute(sql, parameters or None)
                    frames.append(cursor.fetch_polars())
            return frames
    except adbc_postgresql.OperationalError:
        raise StoreUnavailable("the database server cannot be read now; try again shortly") from None


class _SqliteReader:
    """The reading process of this process; see `store/reader.py` for why there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: str, statements: list[tuple[str, list[object]]]) -> list[pl.DataFrame]:
        request = json.dumps({"path": path, "statements": statements}).encode() + b"\n"
        with self._lock:
            try:
                return self._ask(request, len(statements))
            except (BrokenPipeError, EOFError):
                self.stop()
                raise StoreUnavailable("the process that reads the database died; try again") from None

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, request: bytes, n_answers: int) -> list[pl.DataFrame]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "adplanning.store.reader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        assert self._process.stdin is not None
        self._process.stdin.write(request)
        self._process.stdin.flush()
        return [self._frame() for _ in range(n_answers)]

    def _frame(self) -> pl.DataFrame:
        length = int.from_bytes(self._take(8))
        if length == ERROR:
            reason = self._take(int.from_bytes(self._take(8))).decode()
            raise StoreUnavailable(f"the database cannot be read now ({reason}); try again")
        return pl.read_ipc_stream(io.BytesIO(self._take(length)))

    def _take(self, n: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        taken = self._process.stdout.read(n)
        if len(taken) < n:
            raise EOFError
        return taken


_readers: dict[int, _SqliteReader] = {}


def _sqlite_reader() -> _SqliteReader:
    # By process id: a fork must not share its parent's pipe.
    if os.getpid() not in _readers:
        reader = _readers[os.getpid()] = _SqliteReader()
        atexit.register(reader.stop)
    return _readers[os.getpid()]
