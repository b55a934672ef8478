"""The funnel and the retention of all customers, against plain SQL written by hand for DuckDB.

Run by hand: python tests/benchmarks/journeys.py [20000000] [--runs 3]

There are twenty events and two or three browsers a person; each tenth event says who it was, one browser in twenty is
shared by two persons. Both engines have two threads and read the same Parquet files, each run in a process of its own,
taking turns; times are medians and hold everything from the files to the answers: whose each event is, then both
analyses. The answers are held against each other.
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
from typing import Any
from zoneinfo import ZoneInfo

os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import numpy as np
import polars as pl

from adplanning.core.periods import Period
from adplanning.journeys.funnel import funnel
from adplanning.journeys.retention import cohort_retention
from adplanning.journeys.stages import STAGE_OF_EVENT, STAGES
from adplanning.journeys.ways import ways
from adplanning.people import identity

START, N_DAYS = 1_767_225_600_000_000, 360  # 2026-01-01T00:00:00Z in microseconds
TYPES = {"page_view": 0.7, "ad_click": 0.12, "email_open": 0.06, "email_click": 0.05, "form_submit": 0.03}
TYPES |= {"purchase": 0.03, "feedback": 0.01}
RANK = f"list_position({list(STAGES)}, stage)"
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
    SELECT s.occurred_at, s.stage, s.event_type,
        coalesce('person:' || coalesce(s.person_id, o.person_id, f.person_id), 'visitor:' || s.visitor_id) AS path_key
    FROM steps s ASOF LEFT JOIN owners o ON s.visitor_id = o.visitor_id AND s.occurred_at >= o.seen_at
    LEFT JOIN firsts f ON f.visitor_id = s.visitor_id"""
FUNNEL = f"""
    WITH furthest AS (SELECT path_key, max({RANK}) AS rank FROM keyed GROUP BY ALL)
    SELECT s.rank, count(*) FROM range(1, 8) s(rank) JOIN furthest f ON f.rank >= s.rank GROUP BY ALL ORDER BY ALL"""
EVENTS = "SELECT stage, event_type, count(*) FROM keyed GROUP BY ALL ORDER BY ALL"
RETENTION = """
    WITH bought AS (
        SELECT DISTINCT path_key, date_trunc('month', occurred_at) AS month FROM keyed WHERE event_type = 'purchase'
    ), cohorts AS (SELECT path_key, min(month) AS cohort FROM bought GROUP BY ALL)
    SELECT cohort::DATE::VARCHAR, date_diff('month', cohort, month) AS age, count(*)
    FROM bought JOIN cohorts USING (path_key) GROUP BY ALL ORDER BY ALL"""


def write_facts(folder: Path, n_events: int, *, seed: int) -> None:
    """Write steps.parquet and sightings.parquet; equal seeds give equal files."""
    random = np.random.default_rng(seed)
    n_visitors = n_events // 8
    # Pareto with shape 1.3: most visitors come once, a few some thousand times.
    visits = np.minimum(random.pareto(1.3, n_visitors) + 0.3, 5000)
    visitor = np.searchsorted(np.cumsum(visits) / visits.sum(), random.random(n_events))
    is_second = (visitor % 20 == 0) & (random.random(n_events) < 0.5)
    person = visitor // 5 * 2 + visitor % 2 + is_second * n_visitors
    steps = pl.DataFrame(
        {
            "visitor_id": visitor,
            "person_id": person,
            "occurred_at": START + random.integers(0, N_DAYS * 86_400, n_events) * 1_000_000,
            "event_type": random.choice(list(TYPES), n_events, p=list(TYPES.values())),
            "named": random.random(n_events) < 0.1,
        }
    ).select(
        _text("visitor_id"),
        pl.when("named").then(_text("person_id")).alias("person_id"),
        pl.col("occurred_at").cast(pl.Datetime("us", "UTC")),
        "event_type",
        pl.col("event_type")
        .replace_strict({str(event): str(stage) for event, stage in STAGE_OF_EVENT.items()})
        .alias("stage"),
        pl.lit(None, pl.String).alias("utm_source"),
    )
    steps.write_parquet(folder / "steps.parquet")
    named = steps.filter(pl.col("person_id").is_not_null())
    named.select("visitor_id", "person_id", seen_at="occurred_at").write_parquet(folder / "sightings.parquet")


def _text(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{column}_"), pl.col(column).cast(pl.String).str.zfill(12)).alias(column)


def ours(folder: Path, done: Callable[[str], None]) -> dict[str, Any]:
    known = identity.owners(pl.read_parquet(folder / "sightings.parquet"))
    keyed = ways(pl.scan_parquet(folder / "steps.parquet"), known)
    came = funnel(keyed)
    done("funnel")
    bought = keyed.filter(pl.col("event_type") == "purchase")
    stayed = cohort_retention(bought, period=Period(), zone=ZoneInfo("UTC"))
    done("retention")
    active = stayed.filter(pl.col("n_active") > 0).select(pl.col("cohort_on").cast(pl.String), "age", "n_active")
    return {
        "funnel": [[rank, stage.n] for rank, stage in enumerate(came.stages, start=1) if stage.n],
        "events": sorted([stage, event, n] for stage, its in came.stage_events.items() for event, n in its.items()),
        "retention": [list(row) for row in active.rows()],
    }


def by_hand(folder: Path, done: Callable[[str], None]) -> dict[str, Any]:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("steps", "sightings"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
        connection.execute(BY_HAND)
        came, events = (connection.execute(query).fetchall() for query in (FUNNEL, EVENTS))
        done("funnel")
        stayed = connection.execute(RETENTION).fetchall()
        done("retention")
    found = {"funnel": came, "events": events, "retention": stayed}
    return {name: [list(row) for row in rows] for name, rows in found.items()}


ENGINES = {"adplanning": ours, "duckdb": by_hand}


def measure(engine: str, folder: Path) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    since = [time.perf_counter()]

    def done(what: str) -> None:
        since.append(time.perf_counter())
        taken[what] = since[-1] - since[-2]

    cpu = time.process_time()
    answers = ENGINES[engine](folder, done)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    total = {"wall": since[-1] - since[0], "cpu": time.process_time() - cpu, "peak_gb": peak_gb}
    return taken | total | {"answers": answers}


def run(engine: str, folder: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, __file__, "--engine", engine, "--folder", folder],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(answer.stdout)


def compare(n_events: int, n_runs: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        write_facts(Path(folder), n_events, seed=7)
        turns = [{engine: run(engine, folder) for engine in ENGINES} for _ in range(n_runs)]
    for turn in turns:
        assert turn["adplanning"]["answers"] == turn["duckdb"]["answers"]
    measured = ("funnel", "retention", "wall", "cpu", "peak_gb")
    return {
        engine: {what: statistics.median(turn[engine][what] for turn in turns) for what in measured}
        for engine in ENGINES
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=int, nargs="?", default=20_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.engine:
        print(json.dumps(measure(asked.engine, asked.folder)))
        return
    found = compare(asked.events, asked.runs)
    print(f"{asked.events:,} events, medians of {asked.runs}; equal answers")
    for engine, its in found.items():
        print(
            f"  {engine:10} {its['wall']:6.2f} s wall ({its['funnel']:.2f} whose and funnel, {its['retention']:.2f} "
            f"retention) {its['cpu']:6.2f} s cpu {its['peak_gb']:5.2f} GB peak"
        )
    own, other = found["adplanning"], found["duckdb"]
    print(
        f"  ratio: {own['wall'] / other['wall']:.2f} of the time, {own['peak_gb'] / other['peak_gb']:.2f} of the memory"
    )


if __name__ == "__main__":
    main()
