"""Path keys of touchpoints by who owned their visitor at their time, against an ASOF JOIN written by hand for DuckDB.

Run by hand: python tests/benchmarks/identity_paths.py [--touchpoints 10000000] [--runs 3]

There is a sighting for each ten touchpoints, and one visitor in twenty is shared by two persons. Both engines have two
threads and read the same Parquet files, each run in a process of its own, taking turns; times are medians, until owners
and keys are there. Then both are held against each other: equally many paths of equal lengths.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import numpy as np
import polars as pl

from adplanning.people import identity

START, N_DAYS = 1_767_225_600_000_000, 180  # 2026-01-01T00:00:00Z in microseconds
# Limits and words for nobody, as in `identity.owners`.
BY_HAND = f"""
    CREATE TABLE keyed AS WITH known AS (
        SELECT visitor_id, person_id, seen_at FROM sightings
        WHERE lower(trim(person_id)) NOT IN {tuple(identity.NOBODY)} AND lower(trim(visitor_id)) NOT IN
            {tuple(identity.NOBODY)}
    ), pairs AS (SELECT DISTINCT visitor_id, person_id FROM known),
    public AS (SELECT visitor_id FROM pairs GROUP BY ALL HAVING count(*) > {identity.MAX_PERSONS}),
    shared AS (SELECT person_id FROM pairs GROUP BY ALL HAVING count(*) > {identity.MAX_VISITORS}),
    owners AS (
        SELECT visitor_id, seen_at, max(person_id) AS person_id FROM known
        ANTI JOIN public USING (visitor_id) ANTI JOIN shared USING (person_id) GROUP BY ALL
    ), firsts AS (SELECT visitor_id, arg_min(person_id, seen_at) AS person_id FROM owners GROUP BY ALL)
    SELECT t.touchpoint_id, t.touched_at,
        coalesce('person:' || coalesce(o.person_id, f.person_id), 'visitor:' || t.visitor_id) AS path_key
    FROM touchpoints t ASOF LEFT JOIN owners o ON t.visitor_id = o.visitor_id AND t.touched_at >= o.seen_at
    LEFT JOIN firsts f ON f.visitor_id = t.visitor_id"""


def write_facts(folder: Path, n_touchpoints: int, *, seed: int) -> None:
    """Write touchpoints.parquet and sightings.parquet; equal seeds give equal files."""
    random = np.random.default_rng(seed)
    n_visitors, n_sightings = n_touchpoints // 3, n_touchpoints // 10
    # Pareto with shape 1.3: most visitors come once, a few some thousand times.
    visits = np.minimum(random.pareto(1.3, n_visitors) + 0.3, 5000)
    upto = np.cumsum(visits) / visits.sum()

    def facts(n: int, instant: str) -> tuple[pl.DataFrame, np.ndarray]:
        visitor = np.searchsorted(upto, random.random(n))
        at = START + random.integers(0, N_DAYS * 86_400, n) * 1_000_000
        frame = pl.DataFrame({"visitor_id": visitor, instant: at})
        return frame.with_columns(_text("visitor_id"), pl.col(instant).cast(pl.Datetime("us", "UTC"))), visitor

    touchpoints, _ = facts(n_touchpoints, "touched_at")
    touchpoints.with_row_index("touchpoint_id").write_parquet(folder / "touchpoints.parquet")
    sightings, visitor = facts(n_sightings, "seen_at")
    is_second = (visitor % 20 == 0) & (random.random(n_sightings) < 0.5)
    person = pl.DataFrame({"person_id": visitor // 2 + is_second * n_visitors}).with_columns(_text("person_id"))
    pl.concat([sightings, person], how="horizontal").write_parquet(folder / "sightings.parquet")


def _text(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{column}_"), pl.col(column).cast(pl.String).str.zfill(12)).alias(column)


def ours(folder: Path, done: Callable[[], None]) -> pl.DataFrame:
    known = identity.owners(pl.read_parquet(folder / "sightings.parquet"))
    touchpoints = pl.scan_parquet(folder / "touchpoints.parquet")
    keyed = identity.path_keys(touchpoints, known, at="touched_at").select("touchpoint_id", "touched_at", "path_key")
    found = keyed.collect()
    done()
    return found


def by_hand(folder: Path, done: Callable[[], None]) -> pl.DataFrame:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("touchpoints", "sightings"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
        connection.execute(BY_HAND)
        done()
        return connection.sql("SELECT path_key FROM keyed").pl()


def summary(keyed: pl.DataFrame) -> dict[str, int]:
    """What must be equal, whatever the order: rows, paths, and the squared length of each path in all."""
    lengths = keyed.group_by("path_key").len()["len"].cast(pl.Int64)
    return {"rows": keyed.height, "paths": lengths.len(), "squares": int((lengths**2).sum())}


ENGINES = {"adplanning": ours, "duckdb": by_hand}


def measure(engine: str, folder: Path) -> dict[str, float]:
    taken: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()

    def done() -> None:
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        taken.update(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, peak_gb=peak_gb)

    keyed = ENGINES[engine](folder, done)
    return taken | summary(keyed)


def run(engine: str, folder: str) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, __file__, "--engine", engine, "--folder", folder],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(answer.stdout)


def compare(n_touchpoints: int, n_runs: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        write_facts(Path(folder), n_touchpoints, seed=7)
        turns = [{engine: run(engine, folder) for engine in ENGINES} for _ in range(n_runs)]
    for what in ("rows", "paths", "squares"):
        assert len({turn[engine][what] for turn in turns for engine in ENGINES}) == 1, what
    return {
        engine: {what: statistics.median(turn[engine][what] for turn in turns) for what in ("wall", "cpu", "peak_gb")}
        for engine in ENGINES
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--touchpoints", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.engine:
        print(json.dumps(measure(asked.engine, asked.folder)))
        return
    growth = []
    for n in (asked.touchpoints // 10, asked.touchpoints):
        found = compare(n, asked.runs)
        growth.append(found["adplanning"])
        print(f"{n:,} touchpoints, {n // 10:,} sightings, medians of {asked.runs}; equal paths")
        for engine, its in found.items():
            print(f"  {engine:10} {its['wall']:6.2f} s wall {its['cpu']:6.2f} s cpu {its['peak_gb']:5.2f} GB peak")
    print(f"ten times the touchpoints: {growth[1]['wall'] / growth[0]['wall']:.1f} × wall")


if __name__ == "__main__":
    main()
