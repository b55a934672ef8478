"""The level and the index of each weekday."""

from __future__ import annotations

import numpy as np
import pytest

from adplanning.forecasts.weekday_index import weekday_fit, weekday_indices

NAN = np.nan


def test_half_is_believed_of_two_weeks_and_nothing_of_a_weekday_never_seen() -> None:
    two_weeks = np.array([[3.0, 1, 1, 1, 1, 0, NAN] * 2])
    # The mean of the six weekdays that were seen is 7 / 6.
    expected = [1 + 0.5 * (value / (7 / 6) - 1) for value in (3, 1, 1, 1, 1, 0)]
    assert weekday_indices(two_weeks)[0] == pytest.approx([*expected, 1.0])


def test_many_weeks_are_believed_and_old_ones_forgotten() -> None:
    other_rhythm = np.tile([1.0, 1, 1, 1, 1, 1, 8], 10)
    weekly = np.tile([4.0, 1, 1, 1, 1, 1, 1], 16)
    index = weekday_indices(np.concatenate([other_rhythm, weekly])[None, :])[0]
    assert index[0] == pytest.approx(1 + 16 / 18 * (2.8 - 1))
    assert index[6] == pytest.approx(1 + 16 / 18 * (0.7 - 1))


def test_nothing_at_all_has_no_rhythm_and_the_level_zero() -> None:
    nothing = np.zeros((1, 30))
    assert weekday_indices(nothing).tolist() == [[1.0] * 7]
    assert weekday_fit(nothing, horizon_days=3).ahead.tolist() == [[0.0] * 3]


def test_the_level_forgets_half_in_a_week() -> None:
    values = np.full((1, 7), NAN)
    values[0, [0, -1]] = [1.0, 4.0]
    weight = 0.5 ** (6 / 7)
    fit = weekday_fit(np.concatenate([np.full((1, 7), NAN), values], axis=1), horizon_days=1)
    index = weekday_indices(values)[0]
    level = (weight * 1 / index[0] + 4 / index[6]) / (weight + 1)
    assert fit.ahead[0, 0] == pytest.approx(level * index[0])
    # One day more moves a level of so little weight a great deal.
    assert fit.persistence.tolist() == [[1.0]]


def test_what_is_expected_of_a_day_knows_nothing_of_it() -> None:
    values = np.random.default_rng(1).gamma(9, 1, (1, 40))
    changed = values.copy()
    changed[0, -1] *= 1.0001
    first, second = (weekday_fit(seen, horizon_days=1).one_ahead[0, :-1] for seen in (values, changed))
    assert first == pytest.approx(second, rel=1e-3, nan_ok=True)
