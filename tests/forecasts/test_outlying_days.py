"""Which days tell of a mistake."""

from __future__ import annotations

import numpy as np
import pytest

from adplanning.forecasts.outlying_days import outlying_days
from tests.forecasts.invented_series import KINDS, series


def found(values: np.ndarray) -> list[int]:
    return np.flatnonzero(outlying_days(np.sqrt(values)[None, :])[0]).tolist()


def test_one_wrong_day_is_found_whether_too_much_or_nothing() -> None:
    values = series("rhythm", seed=1, n_days=120)
    for wrong in (values[60] * 10, 0.0):
        changed = values.copy()
        changed[60] = wrong
        assert found(changed) == [60]


def test_a_new_level_is_no_mistake() -> None:
    values = series("rhythm", seed=1, n_days=120)
    values[80:] *= 10
    assert found(values) == []
    for n_days in (1, 2):
        # So soon nobody can tell.
        assert len(found(values[: 80 + n_days])) == n_days
    assert found(values[:83]) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "one wrong day"])
def test_what_belongs_to_a_series_is_rarely_taken_for_a_mistake(kind: str) -> None:
    n_found = sum(len(found(series(kind, seed=seed))) for seed in range(10))
    assert n_found <= 3


def test_where_many_days_are_far_off_none_is_a_mistake() -> None:
    values = np.full(200, 4.0) + np.arange(200) % 2
    values[::15] = 400.0
    assert found(values) == []


def test_a_short_series_and_one_that_stands_still_have_no_mistakes() -> None:
    assert found(np.array([1.0, 2, 1, 2, 900, 1, 2])) == []
    assert found(np.array([0.0] * 50 + [3.0] + [0.0] * 50)) == []
