"""Forecasts of many campaigns, against AutoETS of the package statsforecast.

Run by hand: python tests/benchmarks/forecasts.py [--campaigns 200] [--compared 30] [--reference PYTHON]

statsforecast is no dependency: `pip install statsforecast` into an environment of its own, whose interpreter is PYTHON;
without one our own times are printed alone. A campaign has three series: spend, conversions and revenue, 365 days
each, foretold 30 days ahead with 95 % bounds; ours also have paths, totals, ROAS and notes. First all campaigns are
foretold by ours; then a part of them by either, each in a process of its own on one core that holds its input in
memory. They take turns, and a first run of each is thrown away. Compared is the time of one series, and how far
either was off over the 30 days that followed, against what was there a week before.
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
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

N_DAYS, HORIZON_DAYS, WEEK = 365, 30, 7
AS_OF_ON = date(2026, 6, 30)

Found = dict[str, Any]


def write_campaigns(folder: Path, n: int, *, seed: int) -> None:
    """Write (campaigns, spend, conversions and revenue, days): rhythms, levels that wander, days that scatter."""
    random = np.random.default_rng(seed)
    n_days = N_DAYS + HORIZON_DAYS
    rhythm = np.exp(random.normal(0, 0.25, (n, WEEK)))[:, np.arange(n_days) % WEEK]
    level = np.exp(random.uniform(1, 5, (n, 1)) + np.cumsum(random.normal(0, 0.03, (n, n_days)), axis=1))
    conversions = random.poisson(level * rhythm * random.gamma(20, 1 / 20, (n, n_days))).astype(float)
    spend = np.round(40_000 * level * rhythm**0.5 * random.gamma(80, 1 / 80, (n, n_days)))
    value = random.gamma(4 * np.maximum(conversions, 1)) / (4 * np.maximum(conversions, 1))
    revenue = np.round(150_000 * conversions * value)
    np.save(folder / "campaigns.npy", np.stack([spend, conversions, revenue], axis=1))


def ours(values: np.ndarray) -> Callable[[], np.ndarray]:
    import polars as pl

    from adplanning.forecasts.demand import demand_forecasts

    past = values[:, :, :N_DAYS]
    days = pl.date_range(AS_OF_ON - timedelta(days=N_DAYS - 1), AS_OF_ON, eager=True)
    histories = pl.DataFrame(
        {
            "campaign_id": np.repeat([f"{number:06}" for number in range(len(past))], N_DAYS),
            "on": pl.concat([days] * len(past)),
            "spend": past[:, 0].ravel(),
            "n_conversions": past[:, 1].ravel(),
            "revenue": past[:, 2].ravel(),
        }
    )

    def call() -> np.ndarray:
        found = demand_forecasts(histories, as_of_on=AS_OF_ON, horizon_days=HORIZON_DAYS)
        measures = ["spend", "n_conversions", "revenue"]
        return np.stack([forecast.days.select(measures).to_numpy().T for _, forecast in found])

    return call


def theirs(values: np.ndarray) -> Callable[[], np.ndarray]:
    from statsforecast.models import AutoETS

    past = values[:, :, :N_DAYS].reshape(-1, N_DAYS)

    def call() -> np.ndarray:
        found = [AutoETS(season_length=WEEK).forecast(y=y, h=HORIZON_DAYS, level=[95])["mean"] for y in past]
        return np.array(found).reshape(len(values), 3, HORIZON_DAYS)

    return call


def serve(engine: str, folder: Path, n_compared: int) -> None:
    """Foretell each time a line comes in, and answer with the measurement."""
    values = np.load(folder / "campaigns.npy")[:n_compared]
    call = (ours if engine == "ours" else theirs)(values)
    scale = np.abs(values[:, :, WEEK:N_DAYS] - values[:, :, : N_DAYS - WEEK]).mean(axis=2, keepdims=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        found = call()
        taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        off = float((np.abs(found - values[:, :, N_DAYS:]) / scale).mean())
        print(json.dumps({**taken, "mase": off}), flush=True)


def started(engine: str, python: str, folder: str, n_campaigns: int) -> subprocess.Popen[str]:
    one_core = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    return subprocess.Popen(
        [python, __file__, "--serve", engine, "--folder", folder, "--compared", str(n_campaigns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **one_core},
    )


def ask(server: subprocess.Popen[str]) -> Found:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("run\n")
    server.stdin.flush()
    return dict(json.loads(server.stdout.readline()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--campaigns", type=int, default=200)
    parser.add_argument("--compared", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reference")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.folder, asked.compared)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_campaigns(Path(folder), asked.campaigns, seed=7)
        server = started("ours", sys.executable, folder, asked.campaigns)
        whole = ask(server)
        server.communicate()
        print(
            f"{asked.campaigns} campaigns × 3 series, first run: {whole['wall']:.1f} s wall, {whole['cpu']:.1f} s cpu"
        )
        n_series = 3 * asked.compared
        print(f"{n_series} series, medians of {asked.runs}, a series:")
        interpreters = {"ours": sys.executable} | ({"AutoETS": asked.reference} if asked.reference else {})
        servers = {engine: started(engine, python, folder, asked.compared) for engine, python in interpreters.items()}
        turns = [{engine: ask(server) for engine, server in servers.items()} for _ in range(asked.runs + 1)]
        for server in servers.values():
            server.communicate()
        median = {
            engine: {
                what: statistics.median(turn[engine][what] for turn in turns[1:]) for what in ("wall", "cpu", "mase")
            }
            for engine in servers
        }
        for engine, its in median.items():
            wall, cpu = (1000 * its[what] / n_series for what in ("wall", "cpu"))
            print(f"  {engine:8} {wall:7.1f} ms wall {cpu:7.1f} ms cpu, MASE {its['mase']:.3f}")
        if "AutoETS" in median:
            wall, cpu = (median["ours"][what] / median["AutoETS"][what] for what in ("wall", "cpu"))
            print(f"  ours / its: {wall:.3f} wall, {cpu:.3f} cpu")


if __name__ == "__main__":
    main()
