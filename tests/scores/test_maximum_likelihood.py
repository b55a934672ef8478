"""Where a likelihood is highest, and when it is nowhere."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from adplanning.core.errors import InvalidData
from adplanning.scores.maximum_likelihood import maximum

Numbers = NDArray[np.float64]
ONE = np.ones(100)


def poisson(counts: Numbers) -> object:
    return lambda rate: (
        float(counts.sum() * np.log(rate[0]) - len(counts) * rate[0]),
        counts.sum() / rate - len(counts),
    )


def test_the_rate_of_a_poisson_is_the_mean_and_its_error_the_root_of_the_mean_by_the_count() -> None:
    counts = np.random.default_rng(3).poisson(4.2, 100).astype(float)
    found = maximum(poisson(counts), [0.5], names=["rate"], weights=ONE)  # type: ignore[arg-type]
    assert found.params[0] == pytest.approx(counts.mean(), rel=1e-7)
    assert found.standard_errors[0] == pytest.approx(np.sqrt(counts.mean() / 100), rel=1e-5)


def test_where_it_begins_changes_nothing() -> None:
    counts = np.random.default_rng(3).poisson(4.2, 100).astype(float)
    ends = [
        maximum(poisson(counts), [start], names=["rate"], weights=ONE).params[0]  # type: ignore[arg-type]
        for start in (0.01, 1.0, 900.0)
    ]
    assert ends == pytest.approx([counts.mean()] * 3, rel=1e-6)


def test_a_parameter_that_runs_away_is_named() -> None:
    with pytest.raises(InvalidData, match="rate: runs to 0: these customers do not tell it"):
        maximum(poisson(np.zeros(100)), [1.0], names=["rate"], weights=ONE)  # type: ignore[arg-type]
    with pytest.raises(InvalidData, match="size: runs to endless"):
        maximum(lambda size: (-100 / size[0], 100 / size**2), [1.0], names=["size"], weights=ONE)


def test_a_ridge_is_no_top() -> None:
    def ridge(both: Numbers) -> tuple[float, Numbers]:
        off = np.log(both[0] * both[1] / 6)
        return float(-50 * off**2), -100 * off / both

    with pytest.raises(InvalidData, match="several answers are as good"):
        maximum(ridge, [1.0, 1.0], names=["a", "b"], weights=ONE)


def test_a_likelihood_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidData, match="did not come to an end"):
        maximum(lambda one: (float("nan"), one * np.nan), [1.0], names=["a"], weights=ONE)
