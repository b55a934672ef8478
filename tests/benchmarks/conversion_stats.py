"""Statistics over a million conversions, against loading the rows through the ORM.

Run by hand: python tests/benchmarks/conversion_stats.py [--rows 1000000]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlalchemy import Engine, select

from adplanning.conversions import service
from adplanning.core.ids import new_ids
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

END = datetime(2026, 11, 1, tzinfo=UTC)
START = END - timedelta(days=30)


def filled(folder: Path, n_rows: int) -> Engine:
    random = np.random.default_rng(7)
    seconds = np.sort(random.integers(0, 30 * 86_400, n_rows))  # events are stored as they happen
    conversions = pl.DataFrame(
        {
            "id": new_ids("conv", n_rows),
            "conversion_type": random.choice(["purchase", "add_to_cart", "scroll_depth"], n_rows),
            "platform": random.choice(["meta", "google", "direct", "generic"], n_rows),
            "value_minor": random.integers(0, 500_000, n_rows),
            "visitor_id": [f"vis_{number}" for number in random.integers(0, n_rows // 3, n_rows)],
            "converted_at": pl.Series(seconds).cast(pl.Duration("ms")) * 1000 + START,
        }
    ).with_columns(
        pl.col("converted_at").cast(pl.Datetime("us", "UTC")),
        received_at=pl.lit(END),
        currency=pl.lit("INR"),
        attribution_model=pl.lit("last_click"),
        attribution_weight=1.0,
        origin=pl.lit("import"),
        is_bot=pl.lit(False),
    )
    engine = open_store(f"sqlite:///{folder / 'store.db'}")
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["conversions"], conversions)
    return engine


def ours(engine: Engine) -> tuple[int, int]:
    found = service.statistics(
        engine,
        {},
        Period(START, END),
        currency="INR",
        zone=ZoneInfo("Asia/Kolkata"),
        group_by="day",
        public_revenue=PublicRevenue.counted,
    )
    return found.total_conversions, found.total_value_minor


def through_the_orm(engine: Engine) -> tuple[int, int]:
    query = select(Conversion).where(Conversion.converted_at >= START, Conversion.converted_at < END)
    with reading(engine) as session:
        rows = list(session.scalars(query))
    return len(rows), sum(row.value_minor or 0 for row in rows)


def seconds(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    n_rows = parser.parse_args().rows
    for n in (n_rows // 10, n_rows):
        with tempfile.TemporaryDirectory() as folder:
            engine = filled(Path(folder), n)
            ours(engine)
            quick = seconds(lambda: ours(engine), 5)  # noqa: B023
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            slow = seconds(lambda: through_the_orm(engine), 1)  # noqa: B023
            assert ours(engine) == through_the_orm(engine)
            engine.dispose()
        print(f"{n:>9,} rows: {quick:.2f} s, ORM rows {slow:.2f} s, ratio {quick / slow:.3f}, peak {peak} MB")


if __name__ == "__main__":
    main()
