"""`python -m adplanning.batch_worker RUN_ID`: carries out a run that `batch.start_run` has begun."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adplanning.batch import run_begun
from adplanning.core.settings import load_settings
from adplanning.store.engine import make_engine
from adplanning.store.preferences import with_preferences


@contextmanager
def own_password_file() -> Iterator[None]:
    """Keep a copy of the file with PostgreSQL's password: who gave it to us may end before the run does."""
    given = os.environ.get("PGPASSFILE")
    if not given or not Path(given).is_file():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="adplanning-") as folder:
        copy = Path(folder) / "pgpass"
        copy.touch(mode=0o600)
        shutil.copyfile(given, copy)
        os.environ["PGPASSFILE"] = str(copy)
        yield


def _told_to_nobody(line: str, share: float) -> None:
    """Whoever wants to know how far the run is reads its row."""


def main(run_id: str) -> None:
    """Run it to its end; a polite request to stop is recorded, as Ctrl-C is."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with own_password_file():
        settings = load_settings()
        engine = make_engine(settings.url)
        run_begun(
            engine,
            run_id,
            settings=with_preferences(engine, settings),
            now=lambda: datetime.now(UTC),
            progress=_told_to_nobody,
        )
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
