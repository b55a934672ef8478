"""A process that does nothing but read columns from SQLite files.

Why a process: the ADBC driver brings a second SQLite library, and POSIX drops all locks that a process holds on a
file as soon as any part of it closes that file. Two libraries in one process therefore undo each other's locks, and
committed transactions can be lost (sqlite.org/howtocorrupt.html, section 2.2.1). Here the driver is alone.

Spoken on standard input and output: a line of JSON `{"path", "statements": [[sql, parameters], …]}` in, for each
statement eight bytes of length and an Arrow IPC stream out; an error is length 2^64 − 1, eight bytes of length, text.
"""

from __future__ import annotations

import io
import json
import sys
from typing import BinaryIO

import adbc_driver_sqlite.dbapi as adbc
import polars as pl

ERROR = 2**64 - 1
# The driver takes a column's type from the first batch; with one batch for all it cannot guess wrong.
_ONE_BATCH = {"adbc.sqlite.query.batch_rows": str(2**30)}


def rows_of(connection: adbc.Connection, sql: str, parameters: list[object]) -> pl.DataFrame:
    """Run one SELECT and answer its rows as columns."""
    with connection.cursor(adbc_stmt_kwargs=_ONE_BATCH) as cursor:
        cursor.execute(sql, parameters or None)
        return pl.DataFrame(cursor.fetch_polars())


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    for line in requests:
        request = json.loads(line)
        try:
            # One connection is one transaction: all statements see the same snapshot.
            with adbc.connect(f"file:{request['path']}?mode=ro") as connection:
                frames = [rows_of(connection, sql, parameters) for sql, parameters in request["statements"]]
        except adbc.Error as fault:
            message = str(fault).encode()
            answers.write(ERROR.to_bytes(8) + len(message).to_bytes(8) + message)
        else:
            for frame in frames:
                buffer = io.BytesIO()
                frame.write_ipc_stream(buffer)
                answers.write(buffer.tell().to_bytes(8))
                answers.write(buffer.getbuffer())
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
