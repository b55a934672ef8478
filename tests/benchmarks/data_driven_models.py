"""Markov removal effects and Shapley values over paths, against the package ChannelAttribution.

Run by hand: python tests/benchmarks/data_driven_models.py [--paths 1000000] [--runs 5] [--reference PYTHON]

ChannelAttribution is no dependency: `pip install ChannelAttribution pandas matplotlib` into an environment of its own,
whose interpreter is PYTHON; without one our own times are printed alone. Each model has a process of its own that holds
its input in memory, and they take turns. Ours reads one row per touchpoint, theirs one text per path. A first run of
each is thrown away. Exact are the removal effects by one dense linear system per removed channel.
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

N_CHANNELS = 12
MODELS = ("markov 1", "markov 2", "markov 3", "shapley by conversions", "shapley by rate")
REFERENCE = "ChannelAttribution"
INTERVALS = "intervals of markov 1, a tenth of the paths"
OURS = (*MODELS, INTERVALS)

Found = dict[str, float]


def write_paths(folder: Path, n_paths: int, *, seed: int) -> None:
    """Write steps.parquet, one row per touchpoint, and paths.csv, one per path: on average four touchpoints.

    Channels repeat themselves in one step of three; one path in five converts; a person has one path or a few.
    """
    import numpy as np
    import polars as pl

    random = np.random.default_rng(seed)
    length = np.minimum(1 + random.negative_binomial(0.7, 0.19, n_paths), 60)
    path = np.repeat(np.arange(n_paths), length)
    position = np.arange(len(path)) - np.repeat(np.cumsum(length) - length, length) + 1
    popularity = 1 / np.arange(1, N_CHANNELS + 1)
    drawn = random.choice(N_CHANNELS, len(path), p=popularity / popularity.sum())
    is_repeated = (random.random(len(path)) < 0.35) & (position > 1)
    drawn = drawn[np.maximum.accumulate(np.where(is_repeated, 0, np.arange(len(path))))]
    converts = random.random(n_paths) < 0.2
    person = random.integers(0, n_paths * 4 // 5, n_paths)
    steps = pl.DataFrame(
        {
            "path": path,
            "position": position.astype(np.int32),
            "channel": pl.Series([f"channel_{n:02}" for n in range(N_CHANNELS)])[drawn],
            "n_conversions": converts[path].astype(np.int64),
            "n_null": (~converts)[path].astype(np.int64),
            "path_key": person[path],
        }
    )
    steps.write_parquet(folder / "steps.parquet")
    texts = steps.group_by("path", maintain_order=True).agg(
        pl.col("channel").str.join(" > ").alias("text"), pl.col("n_conversions", "n_null").first()
    )
    texts.drop("path").write_csv(folder / "paths.csv")


def ours(model: str, folder: Path) -> Callable[[], Found]:
    import polars as pl

    from adplanning.attribution.markov import removal_effects
    from adplanning.attribution.shapley import shapley_conversions, shapley_weights
    from adplanning.attribution.uncertainty import credit_intervals

    steps = pl.read_parquet(folder / "steps.parquet").rechunk()
    tenth = steps.filter(pl.col("path") < pl.col("path").max() / 10)
    calls: dict[str, Callable[[], pl.DataFrame]] = {
        **{f"markov {order}": lambda order=order: removal_effects(steps, order=order) for order in (1, 2, 3)},
        "shapley by conversions": lambda: shapley_conversions(steps),
        "shapley by rate": lambda: shapley_weights(steps),
        INTERVALS: lambda: credit_intervals(tenth, "markov").select("channel", "weight"),
    }
    return lambda: dict(calls[model]().iter_rows())


def theirs(order: int, folder: Path) -> Callable[[], Found]:
    import ChannelAttribution
    import pandas as pd

    paths = pd.read_csv(folder / "paths.csv")

    def effects() -> Found:
        options = {"order": order, "out_more": True, "verbose": False, "flg_pro": False, "ncore": 2}
        found = ChannelAttribution.markov_model(paths, "text", "n_conversions", var_null="n_null", **options)
        return dict(found["removal_effects"][["channel_name", "removal_effect"]].itertuples(index=False))

    return effects


def exact(folder: Path) -> Found:
    """Removal effects of order 1 from its dense transition matrix, with no code of ours."""
    import numpy as np
    import polars as pl

    steps = pl.read_parquet(folder / "steps.parquet")
    n = N_CHANNELS
    counts = np.zeros((n + 1, n + 3))  # From START or a channel to START, a channel, CONVERSION, NULL.
    code = steps["channel"].str.slice(-2).cast(pl.Int64).to_numpy() + 1
    begins = steps["position"].to_numpy() == 1
    np.add.at(counts, (np.where(begins, 0, np.append(0, code[:-1])), code), 1)
    is_last = np.append(begins[1:], True)
    np.add.at(counts, (code[is_last], np.where(steps["n_conversions"].to_numpy()[is_last] == 1, n + 1, n + 2)), 1)
    chance = counts / counts.sum(axis=1, keepdims=True)

    def converting(removed: int) -> float:
        walk = chance[:, : n + 1].copy()
        walk[:, removed] = 0
        return float(np.linalg.solve(np.eye(n + 1) - walk, chance[:, n + 1])[0])

    whole = converting(0)  # Nothing leads back to START.
    return {f"channel_{c - 1:02}": 1 - converting(c) / whole for c in range(1, n + 1)}


def serve(engine: str, folder: Path) -> None:
    """Run one model each time a line comes in, and answer with the measurement."""
    name, _, order = engine.rpartition(" ")
    call = theirs(int(order), folder) if name == REFERENCE else ours(engine, folder)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        found = call()
        taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps({**taken, "peak_gb": peak_gb(), "found": found}), flush=True)


def peak_gb() -> float:
    """Of this process alone: what `getrusage` tells includes the parent it was forked from."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e6


def ask(server: subprocess.Popen[str]) -> dict[str, object]:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("run\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    while answer and not answer.startswith("{"):  # ChannelAttribution greets.
        answer = server.stdout.readline()
    return json.loads(answer)


def compare(n_paths: int, n_runs: int, reference: str | None) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_paths(folder, n_paths, seed=7)
        interpreters = dict.fromkeys(OURS, sys.executable)
        if reference:
            interpreters |= {f"{REFERENCE} {order}": reference for order in (1, 2, 3)}
        servers = {
            engine: subprocess.Popen(
                [interpreter, __file__, "--serve", engine, "--folder", name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "POLARS_MAX_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
            )
            for engine, interpreter in interpreters.items()
        }
        turns = [{engine: ask(server) for engine, server in servers.items()} for _ in range(n_runs + 1)]
        for server in servers.values():
            server.communicate()
        expected = exact(folder)
    print(f"{n_paths:,} paths, medians of {n_runs}")
    for engine in ("markov 1", f"{REFERENCE} 1"):
        if engine in servers:
            off = max(abs(turns[-1][engine]["found"][channel] - effect) for channel, effect in expected.items())
            print(f"  {engine}: largest difference from the exact removal effects {off:.1e}")
    measured = ("wall", "cpu", "peak_gb")
    return {
        engine: {what: statistics.median(turn[engine][what] for turn in turns[1:]) for what in measured}
        for engine in servers
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--reference")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.folder)
        return
    sizes = []
    for n in (asked.paths // 10, asked.paths):
        found = compare(n, asked.runs, asked.reference)
        sizes.append(found)
        for engine, its in found.items():
            rival = found.get(f"{REFERENCE} {engine[-1]}") if engine.startswith("markov") else None
            ratio = (
                f",  ours / its: {its['wall'] / rival['wall']:.2f} wall, {its['cpu'] / rival['cpu']:.2f} cpu"
                if rival
                else ""
            )
            print(
                f"  {engine:44} {its['wall']:6.2f} s wall {its['cpu']:6.2f} s cpu {its['peak_gb']:5.2f} GB peak{ratio}"
            )
    small, large = sizes
    for engine in OURS:
        wall, cpu = (large[engine][what] / small[engine][what] for what in ("wall", "cpu"))
        print(f"ten times the paths, {engine}: {wall:.1f} × wall, {cpu:.1f} × cpu")


if __name__ == "__main__":
    main()
