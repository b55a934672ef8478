"""Five credit models over Parquet, aggregated by campaign, against SQL written by hand for DuckDB.

Run by hand:
python tests/benchmarks/attribution_models.py [--touchpoints 10000000] [--keys text|int32|sorted] [--runs 5]

Where the files are sorted, the grouped SQL takes a touchpoint's number from its row in the file instead of a window.
Both engines have two threads and read the same files, each in a process of its own, taking turns. Times are medians of
their runs; a first run of each is thrown away. Where the machine is busy, compare CPU seconds rather than wall seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import polars as pl
from path_facts import write_facts

from adplanning.attribution import credit

MODELS = ["last_click", "first_click", "linear", "time_decay", "position_based"]
# Tied times are ordered by touchpoint_id, windows hold both bounds: as in `credit.conversion_paths`.
WINDOW_SQL = """
    WITH pairs AS (
        SELECT c.conversion_id, c.value_minor, t.campaign_id,
            row_number() OVER (PARTITION BY c.conversion_id ORDER BY t.touched_at, t.touchpoint_id) AS position,
            count(*) OVER (PARTITION BY c.conversion_id) AS n_touches,
            power(2.0, -epoch(c.converted_at - t.touched_at) / 86400 / 7) AS weight
        FROM conversions c JOIN touchpoints t ON t.path_key = c.path_key
            AND t.touched_at BETWEEN c.converted_at - INTERVAL 30 DAY AND c.converted_at
    )"""
# The same with touchpoints numbered once and one aggregate per conversion: faster where few touchpoints convert.
GROUPED_SQL = """
    WITH numbered AS ({numbered}), joined AS (
        SELECT c.conversion_id, c.value_minor, t.campaign_id, t.number,
            power(2.0, -epoch(c.converted_at - t.touched_at) / 86400 / 7) AS weight
        FROM conversions c JOIN numbered t ON t.path_key = c.path_key
            AND t.touched_at BETWEEN c.converted_at - INTERVAL 30 DAY AND c.converted_at
    ), along AS (
        SELECT conversion_id, min(number) AS first, count(*) AS n_touches, sum(weight) AS total
        FROM joined GROUP BY conversion_id
    ), pairs AS (
        SELECT conversion_id, value_minor, campaign_id, number - first + 1 AS position, n_touches, weight, total
        FROM joined JOIN along USING (conversion_id)
    )"""
NUMBERED_SQL = """
        SELECT *, row_number() OVER (PARTITION BY path_key ORDER BY touched_at, touchpoint_id) AS number
        FROM touchpoints"""
NUMBERED_IN_FILE_SQL = """
        SELECT *, file_row_number AS number
        FROM read_parquet('{folder}/touchpoints.parquet', file_row_number = true)"""
CREDITS_SQL = """, credits AS (
        SELECT campaign_id, value_minor,
            CASE WHEN position = n_touches THEN 1.0::DOUBLE ELSE 0 END AS last_click,
            CASE WHEN position = 1 THEN 1.0::DOUBLE ELSE 0 END AS first_click,
            1.0::DOUBLE / n_touches AS linear,
            weight / {total} AS time_decay,
            CASE WHEN n_touches <= 2 THEN 1.0::DOUBLE / n_touches
                WHEN position IN (1, n_touches) THEN 0.4 ELSE 0.2::DOUBLE / (n_touches - 2) END AS position_based
        FROM pairs
    )
    SELECT campaign_id, {sums} FROM credits GROUP BY campaign_id ORDER BY campaign_id"""
SUMS_SQL = ", ".join(f"sum({model}), sum({model} * value_minor)" for model in MODELS)
TOTAL_BY_WINDOW = "sum(weight) OVER (PARTITION BY conversion_id)"
ENGINES = ["duckdb, windows", "duckdb, grouped"]
OURS = "adplanning"

Rows = list[tuple[float, ...]]


def query(engine: str, folder: Path, keys: str) -> str:
    if engine == "duckdb, windows":
        return WINDOW_SQL + CREDITS_SQL.format(total=TOTAL_BY_WINDOW, sums=SUMS_SQL)
    numbered = NUMBERED_IN_FILE_SQL.format(folder=folder) if keys == "sorted" else NUMBERED_SQL
    return GROUPED_SQL.format(numbered=numbered) + CREDITS_SQL.format(total="total", sums=SUMS_SQL)


def ours(folder: Path) -> Rows:
    credited = credit.credited_paths(
        pl.scan_parquet(folder / "conversions.parquet"), pl.scan_parquet(folder / "touchpoints.parquet"), MODELS
    )
    sums = [
        expression
        for model in MODELS
        for expression in (
            pl.col(model).sum(),
            (pl.col(model) * pl.col("value_minor")).sum().alias(f"{model}_value"),
        )
    ]
    by_campaign = credited.group_by("campaign_id").agg(sums).sort("campaign_id")
    return by_campaign.collect(engine="streaming").rows()


def by_hand(folder: Path, sql: str) -> Rows:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("conversions", "touchpoints"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
        return connection.execute(sql).fetchall()


def peak_gb() -> float:
    """Of this process alone: what `getrusage` tells includes the parent it was forked from."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e6


def measure(call: Callable[[], Rows]) -> dict[str, object]:
    wall, cpu = time.perf_counter(), time.process_time()
    rows = call()
    taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return {**taken, "peak_gb": peak_gb(), "rows": rows}


def serve(engine: str, folder: Path, keys: str) -> None:
    """Run the query of one engine each time a line comes in, and answer with the measurement."""
    for _ in sys.stdin:
        found = measure(lambda: ours(folder) if engine == OURS else by_hand(folder, query(engine, folder, keys)))
        print(json.dumps(found), flush=True)


def ask(server: subprocess.Popen[str]) -> dict[str, object]:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("run\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline())


def assert_equal(found: Rows, expected: Rows, engine: str) -> None:
    assert len(found) == len(expected), f"{engine}: {len(found)} campaigns instead of {len(expected)}"
    for mine, its in zip(found, expected, strict=True):
        for a, b in zip(mine, its, strict=True):
            assert abs(a - b) <= 1e-9 * max(abs(a), abs(b)), f"{engine}: {a} instead of {b} in campaign {its[0]}"


def compare(n_touchpoints: int, keys: str, n_runs: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_facts(folder, n_touchpoints, keys=keys, seed=7)
        servers = {
            engine: subprocess.Popen(
                [sys.executable, __file__, "--serve", engine, "--folder", name, "--keys", keys],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for engine in (*ENGINES, OURS)
        }
        turns = [{engine: ask(server) for engine, server in servers.items()} for _ in range(n_runs + 1)]
        for server in servers.values():
            server.communicate()
    for engine in ENGINES:
        assert_equal(turns[-1][OURS]["rows"], turns[-1][engine]["rows"], engine)
    return {
        engine: {
            what: statistics.median(turn[engine][what] for turn in turns[1:]) for what in ("wall", "cpu", "peak_gb")
        }
        for engine in servers
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--touchpoints", type=int, default=10_000_000)
    parser.add_argument("--keys", choices=["text", "int32", "sorted"], default="text")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.folder, asked.keys)
        return
    growth = []
    for n in (asked.touchpoints // 10, asked.touchpoints):
        found = compare(n, asked.keys, asked.runs)
        mine = found[OURS]
        growth.append(mine)
        print(f"{n:,} touchpoints, {asked.keys} keys, medians of {asked.runs}; results equal to 1e-9")
        for engine, its in found.items():
            print(
                f"  {engine:16} {its['wall']:6.2f} s wall {its['cpu']:6.2f} s cpu {its['peak_gb']:5.2f} GB peak,"
                f"  ours / its: {mine['wall'] / its['wall']:.2f} wall, {mine['cpu'] / its['cpu']:.2f} cpu"
            )
        best = {what: min(found[engine][what] for engine in ENGINES) for what in ("wall", "cpu")}
        print(f"  ours / the faster: {mine['wall'] / best['wall']:.2f} wall, {mine['cpu'] / best['cpu']:.2f} cpu")
    small, large = growth
    wall, cpu = (large[what] / small[what] / 10 for what in ("wall", "cpu"))
    print(f"time per touchpoint, ten times as many against as many: {wall:.2f} × wall, {cpu:.2f} × cpu")


if __name__ == "__main__":
    main()
