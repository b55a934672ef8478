"""How fast columns are written and read: `python tests/benchmarks/columns.py [rows] [database URL]` prints it.

The database must be a fresh one; without a URL it is a SQLite file in a temporary folder.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime

import polars as pl

from adplanning.store import facts
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

COLUMNS = ["id", "visitor_id", "ad_campaign_id", "platform", "is_bot", "session_started_at"]
START = datetime(2026, 1, 1, tzinfo=UTC)


def touchpoints(n: int) -> pl.DataFrame:
    """Rows in the order of time, as a shop writes them."""
    number = pl.int_range(n)
    return pl.select(
        id=pl.format("touch_{}", number.cast(pl.String).str.zfill(32)),
        analytics_session_id=pl.format("session_{}", number),
        visitor_id=pl.format("visitor_{}", number * 7919 % (n // 5 + 1)),
        ad_campaign_id=pl.format("campaign_{}", number % 50),
        platform=pl.lit("meta"),
        is_resolved=pl.lit(True),
        resolution_method=pl.lit("exact_utm_match"),
        session_pageviews=number % 9,
        is_bot=pl.lit(False),
        session_started_at=pl.lit(START) + pl.duration(seconds=number * 8),
        attributed_at=pl.lit(START),
    )


def main(n: int, url: str) -> None:
    """Write once, read three times."""
    engine = open_store(url)
    started = time.perf_counter()
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["touchpoints"], touchpoints(n))
    print(f"written: {n / (time.perf_counter() - started):,.0f} rows/s")
    facts.scan(engine, "currency_rates", ["rate"])
    for _ in range(3):
        started = time.perf_counter()
        read = facts.scan(engine, "touchpoints", COLUMNS).collect()
        print(f"read: {read.height / (time.perf_counter() - started):,.0f} rows/s of {read.width} columns")
    engine.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
        main(rows, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/store.db")
