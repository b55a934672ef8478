"""How often an experiment without any difference finds one, if it is looked at again and again.

Run by hand: python tests/benchmarks/peeking.py [--experiments 2000] [--looks 20] [--subjects 500]. The goal for the
always-valid result is 5 % at most over all looks together; the naive one beside it is the fixed horizon's, looked at as
often. `--subjects` are those that each variant gets between two looks. In all of them control and treatment are alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from adplanning.experiments.effects import Moments
from adplanning.experiments.means import mean_moments, welch_effect
from adplanning.experiments.proportions import rate_moments
from adplanning.experiments.ratios import ratio_moments
from adplanning.experiments.sequential import LEAST_SUBJECTS, always_valid
from adplanning.experiments.statistics import VariantStatistics

SEED = 20_260_301
Numbers = npt.NDArray[np.float64]
# Of a random generator and a shape (experiments, looks, subjects): value, denominator and whether each converted.
Draw = Callable[[np.random.Generator, tuple[int, int, int]], tuple[Numbers, Numbers]]


def rates(share: float) -> Draw:
    """Subjects of whom a share converts."""
    return lambda rng, shape: ((rng.random(shape) < share).astype(float), np.ones(shape))


def revenue(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[Numbers, Numbers]:
    """Three of a hundred buy, for amounts of which few are very large."""
    return (rng.random(shape) < 0.03) * rng.lognormal(7.0, 1.0, shape), np.ones(shape)


def clicks(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[Numbers, Numbers]:
    """Subjects who see ads of different number and like them to different degrees."""
    impressions = 1.0 + rng.poisson(rng.gamma(1.0, 6.0, shape))
    return rng.binomial(impressions.astype(int), rng.beta(1.0, 19.0, shape)).astype(float), impressions


def sums(value: Numbers, denominator: Numbers) -> list[list[VariantStatistics]]:
    """The statistics of each experiment at each look, over all subjects so far."""
    n = np.arange(1, value.shape[1] + 1) * value.shape[2]
    y, d = value, denominator
    parts = [(part.sum(axis=2)).cumsum(axis=1) for part in (y, y * y, d, d * d, y * d, y > 0)]
    return [
        [
            VariantStatistics(
                n_subjects=int(n[look]),
                n_converted=int(converted[look]),
                value_sum=float(y_sum[look]),
                value_squares=float(y_squares[look]),
                n_with_denominator=int(n[look]),
                denominator_sum=float(d_sum[look]),
                denominator_squares=float(d_squares[look]),
                value_denominator=float(both[look]),
            )
            for look in range(len(n))
        ]
        for y_sum, y_squares, d_sum, d_squares, both, converted in zip(*parts, strict=True)
    ]


def false_positives(
    draw: Draw,
    moments: Callable[[VariantStatistics], Moments | None],
    shape: tuple[int, int, int],
    *,
    arms: float = 1.0,
) -> tuple[float, float]:
    """In which part of the experiments any look is below 0.05: naively, and by the always-valid p-value."""
    rng = np.random.default_rng(SEED)
    fewer = (*shape[:2], max(1, int(shape[2] * arms)))
    naive = valid = 0
    for control, treatment in zip(sums(*draw(rng, shape)), sums(*draw(rng, fewer)), strict=True):
        looks = [
            (before, after)
            for first, second in zip(control, treatment, strict=True)
            if (before := moments(first)) and (after := moments(second)) and min(before.n, after.n) >= LEAST_SUBJECTS
        ]
        naive += any((welch_effect(*both).p_value or 1.0) < 0.05 for both in looks)
        valid += any((always_valid(*both).p_value or 1.0) < 0.05 for both in looks)
    return naive / shape[0], valid / shape[0]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--experiments", type=int, default=2_000)
    options.add_argument("--looks", type=int, default=20)
    options.add_argument("--subjects", type=int, default=500)
    given = options.parse_args()
    shape = (given.experiments, given.looks, given.subjects)
    print(f"{given.looks} looks at {given.experiments:,} experiments without a difference; found one:")
    for title, draw, moments, arms in (
        ("5 % convert", rates(0.05), rate_moments, 1.0),
        ("0.5 % convert", rates(0.005), rate_moments, 1.0),
        ("5 % convert, split 90/10", rates(0.05), rate_moments, 1 / 9),
        ("revenue", revenue, mean_moments, 1.0),
        ("revenue, split 90/10", revenue, mean_moments, 1 / 9),
        ("clicks by impressions", clicks, ratio_moments, 1.0),
    ):
        begun = time.perf_counter()
        naive, valid = false_positives(draw, moments, shape, arms=arms)
        print(f"{title:28} naive {naive:6.1%}   always valid {valid:6.1%}   {time.perf_counter() - begun:5.1f} s")


if __name__ == "__main__":
    main()
