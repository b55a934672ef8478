"""A process that does nothing but read columns from SQLite files; `store/reading_process.py` starts it and asks.

Why a process: the ADBC driver brings a second SQLite library, and POSIX drops all locks that a process holds on a
file as soon as any part of it closes that file. Two libraries in one process therefore undo each other's locks, and
committed transactions can be lost (sqlite.org/howtocorrupt.html, section 2.2.1). Here the driver is alone.

Spoken on standard input and output: a line of JSON `{"path", "statements": [[sql, parameters], …]}` in; for each
statement the byte `ROWS` and an Arrow IPC stream out, or the byte `REFUSED`, eight bytes of length and the reason in
place of all that would follow. Run as a file, so nothing of this package is imported here.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from pyarrow.ipc import new_stream

if TYPE_CHECKING:
    import adbc_driver_sqlite.dbapi as adbc

ROWS, REFUSED = b"\0", b"\1"
BUSY_TIMEOUT_MS = 5000
# The driver takes a column's type from the first batch; with one batch for all it cannot guess wrong.
_ONE_BATCH = {"adbc.sqlite.query.batch_rows": str(2**30)}


def rows_of(connection: adbc.Connection, sql: str, parameters: list[object]) -> Any:
    """Run one SELECT and answer its rows as an Arrow table."""
    with connection.cursor(adbc_stmt_kwargs=_ONE_BATCH) as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetch_arrow_table()


def send(rows: Any, answers: BinaryIO) -> None:
    """Write one Arrow table as the answer to one statement."""
    answers.write(ROWS)
    with new_stream(answers, rows.schema) as stream:  # type: ignore[no-untyped-call]
        stream.write_table(rows)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    # Not at the top: the process that asks imports this file too, and must not load a second SQLite library.
    import adbc_driver_sqlite.dbapi as adbc  # noqa: PLC0415

    for line in requests:
        request = json.loads(line)
        try:
            # One connection is one transaction: all statements see the same snapshot.
            with adbc.connect(f"file:{request['path']}?mode=ro") as connection:
                rows_of(connection, f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}", [])
                for sql, parameters in request["statements"]:
                    # Not kept in a name here: it would hold the memory until the next request.
                    send(rows_of(connection, sql, parameters), answers)
        except adbc.Error as fault:
            reason = str(fault).encode()
            answers.write(REFUSED + len(reason).to_bytes(8) + reason)
        answers.flush()


if __name__ == "__main__":
    # Whoever asked may be gone before the answer is written: that is no fault to tell of.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    serve(sys.stdin.buffer, sys.stdout.buffer)
