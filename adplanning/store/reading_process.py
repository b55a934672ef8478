"""How this process has columns read from SQLite: it asks the one that `store/reader.py` describes."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import polars as pl
from pyarrow import lib
from pyarrow.ipc import open_stream

from adplanning.core.errors import StoreUnavailable
from adplanning.store import reader

_PIPE_BYTES = 1 << 20


class ReadingProcess:
    """Started at the first question, asked by one thread at a time, started anew when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: str, statements: Sequence[tuple[str, list[object]]]) -> Iterator[pl.DataFrame]:
        """Run SELECTs on one snapshot of the file; each answer comes when it is read, and nobody else is answered until
        the last one has come.

        Raises
        ------
        StoreUnavailable : the file cannot be read now, or the process died.
        """
        request = json.dumps({"path": quote(path), "statements": statements}).encode() + b"\n"
        with self._lock:
            try:
                yield from self._ask(request, len(statements))
            except StoreUnavailable:
                raise
            except (OSError, EOFError, lib.ArrowException):
                self.stop()
                raise StoreUnavailable("the process that reads the database died; try again") from None
            except BaseException:
                # Interrupted or given up: the rest of this answer must not be taken for the next one.
                self.stop()
                raise

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, request: bytes, n_answers: int) -> Iterator[pl.DataFrame]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(  # noqa: S603 our own file
                [sys.executable, "-P", str(Path(reader.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pipesize=_PIPE_BYTES,
                start_new_session=True,  # Ctrl-C is this process's to handle
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(request)
        self._process.stdin.flush()
        answers: BinaryIO = self._process.stdout  # type: ignore[assignment]
        for _ in range(n_answers):
            yield _answer(answers)


def _answer(answers: BinaryIO) -> pl.DataFrame:
    if _take(answers, 1) == reader.REFUSED:
        reason = _take(answers, int.from_bytes(_take(answers, 8))).decode()
        raise StoreUnavailable(f"the database cannot be read now ({reason}); try again")
    return pl.DataFrame(open_stream(answers).read_all())  # type: ignore[no-untyped-call]


def _take(answers: BinaryIO, n: int) -> bytes:
    taken = answers.read(n)
    if len(taken) < n:
        raise EOFError
    return taken


_one = ReadingProcess()


def reading_process() -> ReadingProcess:
    """The one of this process."""
    return _one


def _start_afresh() -> None:
    global _one  # noqa: PLW0603
    _one = ReadingProcess()


# A fork must not share its parent's pipes, nor a lock that another thread held.
os.register_at_fork(after_in_child=_start_afresh)
atexit.register(lambda: reading_process().stop())
