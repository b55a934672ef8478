"""How far a run has come, kept in its row for whoever looks at it."""

from __future__ import annotations

import threading

from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError

from adplanning.core.errors import StoreUnavailable
from adplanning.store.session import write_transaction
from adplanning.store.tables.operations import BatchRun

EVERY_S = 0.5
MAX_WORDS = 200


class ProgressNote:
    """Writes the latest share and words of a run from a thread while the block lasts, at most once in `EVERY_S`.

    A store that is busy is asked again; nothing that goes wrong here reaches the run. What stands there at the end is
    for `batch_lease.end_run` to say.
    """

    def __init__(self, engine: Engine, run_id: str) -> None:
        self._engine, self._run_id = engine, run_id
        self._share = 0.0
        self._words: str | None = None
        self._news, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"progress of {run_id}", daemon=True)

    def __enter__(self) -> ProgressNote:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._news.set()
        self._thread.join()

    def tell(self, share: float, line: str | None = None) -> None:
        """Take in how much has been done, and a line that was printed; returns at once."""
        self._share, self._words = share, shown_words(line or "") or self._words
        self._news.set()

    def _keep(self) -> None:
        while self._news.wait() and not self._over.is_set():
            self._news.clear()
            try:
                self._write()
            except (StoreUnavailable, SQLAlchemyError):
                self._news.set()
            self._over.wait(EVERY_S)

    def _write(self) -> None:
        running = update(BatchRun).where(BatchRun.id == self._run_id, BatchRun.status == "running")
        with write_transaction(self._engine) as connection:
            connection.execute(running.values(progress_share=self._share, progress_words=self._words))


def shown_words(line: str) -> str | None:
    """A printed line on one row of a page; None for one without a letter or digit, such as the border of a table.

    >>> shown_words("  42 credits" + chr(0) + "kept "), shown_words("└────┘")
    ('42 credits kept', None)
    """
    if not any(sign.isalnum() for sign in line):
        return None
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())[:MAX_WORDS]
