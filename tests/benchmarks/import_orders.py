"""How fast orders are imported, and how memory grows, beside one ORM object a row.

Run: python tests/benchmarks/import_orders.py [rows, default 1000000]
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.ids import new_id
from adplanning.core.money import to_minor
from adplanning.core.periods import parse_instant
from adplanning.core.settings import Settings
from adplanning.imports.importing import import_file
from adplanning.store.session import write_transaction
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.people import Person
from adplanning.store.upgrading import open_store

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BASELINE_ROWS = 20_000


def main() -> None:
    """Print one line a run; each runs in its own process, so that its peak of memory is its own."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        _run(sys.argv[2], n)
        return
    for kind, rows in (("import", n // 10), ("import", n), ("orm", BASELINE_ROWS)):
        subprocess.run([sys.executable, __file__, str(rows), kind], check=True)


def _run(kind: str, n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        _write_orders(path, n)
        engine = open_store(f"sqlite:///{folder}/store.db")
        before = _peak_mb()
        start, cpu_start = time.perf_counter(), time.process_time()
        if kind == "import":
            summary = import_file(engine, "orders", path, settings=Settings(_env_file=None), now=NOW)
            assert summary.stored == n, summary
        else:
            _add_each(engine, path)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        print(
            f"{kind:6} {n:>9,} rows {seconds:7.2f} s (processor {cpu_seconds:6.2f} s) {n / seconds:>9,.0f} rows/s "
            f"peak {_peak_mb():>6,.0f} MB (before {before:,.0f}), file {path.stat().st_size / 2**20:,.0f} MB"
        )
        engine.dispose()


def _write_orders(path: Path, n: int) -> None:
    row = pl.int_range(n, eager=True)
    person = row * 7919 % (n // 3 + 1)
    pl.DataFrame(
        {
            "order_id": row,
            "email": person,
            "total": row * 37 % 900_000 / 100,
            "currency": "INR",
            "placed_at": (row * 104_729 % 63_000_000 * 1_000_000 + 1_704_067_200_000_000).cast(pl.Datetime("us")),
            "utm_source": pl.Series(["facebook", "google", None]).gather(row % 3),
            "utm_campaign": pl.Series(["summer", "winter", None]).gather(row % 3),
            "city": "Pune",
        }
    ).with_columns(pl.format("buyer{}@example.com", "email").alias("email")).write_csv(path)


def _add_each(engine: Engine, path: Path) -> None:
    """What one would write first: one pass over the rows, objects added to a session."""
    zone = Settings(_env_file=None).zone
    persons: dict[str, str] = {}
    with write_transaction(engine) as connection, Session(connection) as session, path.open() as file:
        for row in csv.DictReader(file):
            key = row["email"].lower()
            if key not in persons:
                persons[key] = new_id("person")
                known = {"email": row["email"], "email_key": key, "city": row["city"]}
                session.add(Person(id=persons[key], created_at=NOW, updated_at=NOW, **known))
            at = parse_instant(row["placed_at"], zone, field="placed_at")
            owner = {"person_id": persons[key], "visitor_id": f"order:{persons[key]}"}
            shared = owner | {"origin": "import", "is_bot": False}
            utm = {"utm_source": row["utm_source"] or None, "utm_campaign": row["utm_campaign"] or None}
            session.add(
                Conversion(
                    id=new_id("conv"),
                    conversion_type="purchase",
                    platform="generic",
                    attribution_model="last_click",
                    attribution_weight=1.0,
                    value_minor=to_minor(Decimal(row["total"]), row["currency"]),
                    currency=row["currency"],
                    order_id=row["order_id"],
                    confirmed_at=NOW,
                    converted_at=at,
                    received_at=NOW,
                    **shared,
                    **utm,
                )
            )
            session.add(
                JourneyEvent(
                    id=new_id("jour"),
                    event_type="purchase",
                    stage="conversion",
                    source_type="order",
                    source_id=row["order_id"],
                    occurred_at=at,
                    received_at=NOW,
                    **shared,
                    **utm,
                )
            )
        session.flush()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
