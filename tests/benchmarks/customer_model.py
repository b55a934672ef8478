"""The fit of BG/NBD and its predictions, against the package lifetimes.

Run by hand: python tests/benchmarks/customer_model.py [--customers 1000000] [--fitted 100000] [--reference PYTHON]

lifetimes is no dependency: `pip install lifetimes "setuptools<81" "pandas<2.3" "autograd<1.8" "numpy<2" "scipy<1.14"`
into an environment of its own, whose interpreter is PYTHON; without one our own times are printed alone. Each has a
process of its own that holds its input in memory, and they take turns; a first run of each is thrown away. Customers
are invented by the model's own story, in days. Compared are the parameters of either fit, and the expectations with
the same parameters; of all predictions also the sum of the discounted values, over 24 months of 30 days.
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
from typing import Any

import numpy as np

TRUTH = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.25, "q": 3.74, "v": 1544.0}
HORIZON_DAYS = 720
TASKS = ("fit", "expected purchases", "all predictions")

Found = dict[str, Any]


def write_customers(folder: Path, n: int, *, seed: int) -> None:
    """Write one array per column: x, t_x and T in whole days, and the mean value of the repeat purchases."""
    random = np.random.default_rng(seed)
    rate, leaving = random.gamma(TRUTH["r"], 1 / TRUTH["alpha"], n), random.beta(TRUTH["a"], TRUTH["b"], n)
    age = random.integers(1, 1096, n)
    bought, last, now = np.zeros(n, dtype=np.int64), np.zeros(n), random.exponential(1 / rate)
    here = np.flatnonzero(now < age)
    while here.size:
        # Two purchases of one day are one.
        bought[here] += np.ceil(now[here]) > last[here]
        last[here] = np.ceil(now[here])
        here = here[random.random(here.size) >= leaving[here]]
        now[here] += random.exponential(1 / rate[here])
        here = here[now[here] < age[here]]
    value = random.gamma(SPEND["p"] * np.maximum(bought, 1)) / np.maximum(bought, 1)
    value *= SPEND["v"] / random.gamma(SPEND["q"], 1, n)
    np.savez(folder / "customers.npz", x=bought, t_x=last, age=age, value=np.where(bought > 0, value, 0))


def ours(task: str, seen: dict[str, np.ndarray], n_fitted: int) -> Callable[[], Found]:
    import polars as pl

    from adplanning.scores.bgnbd import BgNbd, BgNbdFit, expected_purchases, fit_bgnbd
    from adplanning.scores.customer_model import FittedModel, predictions
    from adplanning.scores.gamma_gamma import GammaGamma, GammaGammaFit

    truth, spend = BgNbd(**TRUTH), GammaGamma(**SPEND)
    histories = pl.DataFrame(
        {
            "person_id": np.arange(len(seen["x"])),
            "frequency": seen["x"],
            "recency_days": seen["t_x"].astype(np.int64),
            "age_days": seen["age"],
            "n_values": seen["x"],
            "mean_value_minor": seen["value"],
        }
    )
    few = histories.head(n_fitted)
    model = FittedModel(
        BgNbdFit(truth, truth, 0.0, len(histories)), GammaGammaFit(spend, spend, 0.0, 1), None, None, None, None, 1
    )

    def fit() -> Found:
        found = fit_bgnbd(few)
        return {"sample": [found.params.r, found.params.alpha, found.params.a, found.params.b], "sum": 0.0}

    def expected() -> Found:
        values = expected_purchases(truth, seen["x"], seen["t_x"], seen["age"], HORIZON_DAYS)
        return {"sample": values[:1000].tolist(), "sum": float(values.sum())}

    def everything() -> Found:
        values = predictions(model, histories, horizon_days=HORIZON_DAYS, discount_rate_per_year=0.1)
        return {"sample": values["expected_purchases"].head(1000).to_list(), "sum": values["remaining_minor"].sum()}

    return {"fit": fit, "expected purchases": expected, "all predictions": everything}[task]


def theirs(task: str, seen: dict[str, np.ndarray], n_fitted: int) -> Callable[[], Found]:
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    frame = pd.DataFrame({name: values.astype(float) for name, values in seen.items()})
    few = frame.head(n_fitted)
    known, spending = BetaGeoFitter(), GammaGammaFitter()
    known.params_, spending.params_ = pd.Series(TRUTH), pd.Series(SPEND)
    known.predict = known.conditional_expected_number_of_purchases_up_to_time  # As its own fit does.

    def fit() -> Found:
        fitter = BetaGeoFitter().fit(few["x"], few["t_x"], few["age"])
        return {"sample": [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")], "sum": 0.0}

    def expected() -> Found:
        values = known.conditional_expected_number_of_purchases_up_to_time(
            HORIZON_DAYS, frame["x"], frame["t_x"], frame["age"]
        )
        return {"sample": np.asarray(values)[:1000].tolist(), "sum": float(np.sum(values))}

    def everything() -> Found:
        values = expected()
        known.conditional_probability_alive(frame["x"], frame["t_x"], frame["age"])
        spending.conditional_expected_average_profit(frame["x"], frame["value"])
        worth = spending.customer_lifetime_value(
            known,
            frame["x"],
            frame["t_x"],
            frame["age"],
            frame["value"],
            time=HORIZON_DAYS // 30,
            discount_rate=1.1 ** (30 / 365) - 1,
        )
        return {**values, "sum": float(worth.sum())}

    return {"fit": fit, "expected purchases": expected, "all predictions": everything}[task]


def serve(engine: str, task: str, folder: Path, n_fitted: int) -> None:
    """Do the task each time a line comes in, and answer with the measurement."""
    with np.load(folder / "customers.npz") as kept:
        seen = dict(kept)
    call = (ours if engine == "ours" else theirs)(task, seen, n_fitted)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        found = call()
        taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps({**taken, **found}), flush=True)


def ask(server: subprocess.Popen[str]) -> Found:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("run\n")
    server.stdin.flush()
    return dict(json.loads(server.stdout.readline()))


def difference(mine: Found, its: Found) -> str:
    off = max(abs(a - b) / max(abs(b), 1e-9) for a, b in zip(mine["sample"], its["sample"], strict=True))
    return f"largest relative difference {off:.1e}, sums {mine['sum']:,.0f} and {its['sum']:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--fitted", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--reference")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(*asked.serve, asked.folder, asked.fitted)
        return
    interpreters = {"ours": sys.executable} | ({"lifetimes": asked.reference} if asked.reference else {})
    with tempfile.TemporaryDirectory() as name:
        write_customers(Path(name), asked.customers, seed=7)
        print(f"{asked.customers:,} customers, {asked.fitted:,} of them fitted, medians of {asked.runs}")
        for task in TASKS:
            servers = {
                engine: subprocess.Popen(
                    [python, __file__, "--serve", engine, task, "--folder", name, "--fitted", str(asked.fitted)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env={**os.environ, "PYTHONWARNINGS": "ignore", "POLARS_MAX_THREADS": "2"},
                )
                for engine, python in interpreters.items()
            }
            turns = [{engine: ask(server) for engine, server in servers.items()} for _ in range(asked.runs + 1)]
            for server in servers.values():
                server.communicate()
            median = {
                engine: {what: statistics.median(turn[engine][what] for turn in turns[1:]) for what in ("wall", "cpu")}
                for engine in servers
            }
            for engine, its in median.items():
                print(f"  {task:20} {engine:10} {its['wall']:7.3f} s wall {its['cpu']:7.3f} s cpu")
            if "lifetimes" in median:
                wall, cpu = (median["ours"][what] / median["lifetimes"][what] for what in ("wall", "cpu"))
                print(f"    ours / its: {wall:.3f} wall, {cpu:.3f} cpu; {difference(*turns[-1].values())}")


if __name__ == "__main__":
    main()
