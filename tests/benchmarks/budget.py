"""The best split of a budget, against scipy's SLSQP with finite differences; and the fit of a response curve.

Run by hand: python tests/benchmarks/budget.py [--campaigns 30] [--days 400] [--runs 5]

Both split the same total over the same true curves of simulated campaigns within the default bounds. Ours includes the
rows, the intervals and the warnings; SLSQP's begins at today's spend and has the sum of the results alone to compute.
They take turns, a first run of each is thrown away; printed are the median and the greatest time, and what either
split brings more than today's. Curves are fitted one after the other to simulated days.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[2]))

from adplanning.forecasts.budget import best_split
from adplanning.forecasts.response import Curve, ResponseFit, fit_response
from tests.forecasts.accounts import account

TARGET_SECONDS = 1.0


def slsqp_gain(fits: dict[str, ResponseFit]) -> float:
    columns = np.array([[fit.ceiling, fit.half_saturation, fit.shape, fit.baseline] for fit in fits.values()]).T
    curves, usual = Curve(*columns), np.array([fit.usual_spend for fit in fits.values()])
    found = minimize(
        lambda shares: -float(curves.result(shares * usual).sum()),
        np.ones(len(usual)),
        bounds=[(0.5, 1.6)] * len(usual),
        constraints={"type": "eq", "fun": lambda shares: float(shares @ usual / usual.sum()) - 1},
        method="SLSQP",
        options={"maxiter": 500},
    )
    return float(-found.fun - curves.result(usual).sum())


def timed(runs: int, **tasks: Callable[[], float]) -> None:
    times: dict[str, list[float]] = {name: [] for name in tasks}
    gains = {}
    for run in range(runs + 1):
        for name, task in tasks.items():
            began = time.perf_counter()
            gains[name] = task()
            if run:
                times[name].append(time.perf_counter() - began)
    for name, taken in times.items():
        print(f"{name:>8}: {statistics.median(taken):.4f} s (at most {max(taken):.4f} s), gain {gains[name]:.4f} a day")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--campaigns", type=int, default=30)
    asked.add_argument("--days", type=int, default=400)
    asked.add_argument("--runs", type=int, default=5)
    given = asked.parse_args()
    campaigns = account(1, n_campaigns=given.campaigns, n_days=given.days)
    truths = {f"camp_{n:03}": campaign.truth for n, campaign in enumerate(campaigns)}
    total = sum(fit.usual_spend for fit in truths.values())
    print(f"split over {given.campaigns} campaigns; the target is {TARGET_SECONDS} s")
    timed(given.runs, ours=lambda: best_split(truths, total).gain, slsqp=lambda: slsqp_gain(truths))
    taken = []
    for campaign in campaigns:
        began = time.perf_counter()
        fit_response(campaign.history)
        taken.append(time.perf_counter() - began)
    print(f"fit over {given.days} days: median {statistics.median(taken):.4f} s, at most {max(taken):.4f} s a campaign")


if __name__ == "__main__":
    main()
