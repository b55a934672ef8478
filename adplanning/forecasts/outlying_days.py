"""Which days lie so far from those around them that they tell of a mistake, or of what does not come again."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adplanning.forecasts.model_fit import Numbers, weekday_positions
from adplanning.forecasts.weekday_index import weekday_indices

FAR: Final = 6.0
_AROUND: Final = 7
# The standard deviation of normal numbers by the median of their distances.
_NORMAL: Final = 1.4826
_MOST_SHARE: Final = 0.03
_A_SHIFT: Final = 3
_LEAST_DAYS: Final = 14


def outlying_days(values: Numbers) -> NDArray[np.bool_]:
    """Tell the days that no model of the rhythm should learn from.

    Formula: |value / weekday index − median of the 15 days around| > `FAR` × 1.4826 × the median of such distances, of
    all days or of the 15, whichever is larger. Three such days in a row are a new level and none of them is outlying;
    where more than 3 % of the days are, they are the nature of the series and none is.

    Parameters
    ----------
    values : (series, days), in a unit in which errors are alike at all levels; NaN where a day is unknown.

    Returns
    -------
    (series, days); never a day of a series of less than 14 known days, or of one that mostly stands still.

    >>> values = np.array([[2.0, 3, 2, 3, 2, 3, 2, 3, 90, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2] * 2])
    >>> values[0, 25:35] = 2.5
    >>> np.flatnonzero(outlying_days(values)).tolist()
    [8]
    """
    n_series, n_days = values.shape
    known = ~np.isnan(values)
    # An unusual day must not be taken for the rhythm of its weekday: the index is of what is left after a first look.
    calm = np.where(_far(values, known), np.nan, values)
    index = np.maximum(weekday_indices(calm), 0.2)[:, weekday_positions(n_days)]
    is_far = _far(values / index, known)
    in_a_row = np.zeros((n_series, n_days), dtype=np.int64)
    so_far = np.zeros(n_series, dtype=np.int64)
    for day in range(n_days):
        so_far = np.where(is_far[:, day], so_far + 1, 0)
        in_a_row[:, day] = so_far
    for day in range(n_days - 2, -1, -1):
        in_a_row[:, day] = np.where(is_far[:, day] & is_far[:, day + 1], in_a_row[:, day + 1], in_a_row[:, day])
    is_far &= in_a_row < _A_SHIFT
    n_known = known.sum(axis=1)
    is_rare = (is_far.sum(axis=1) <= np.maximum(_MOST_SHARE * n_known, 1)) & (n_known >= _LEAST_DAYS)
    outlying: NDArray[np.bool_] = is_far & is_rare[:, None]
    return outlying


def _far(values: Numbers, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    apart = np.abs(values - _medians_around(values))
    ordered = np.sort(apart, axis=1)
    middle = np.maximum(known.sum(axis=1, keepdims=True) - 1, 0) // 2
    overall = np.take_along_axis(ordered, middle, axis=1)
    # At a higher level days may scatter more.
    usual = np.maximum(overall, _medians_around(apart))
    far: NDArray[np.bool_] = known & (apart > FAR * _NORMAL * usual) & (overall > 0)
    return far


def _medians_around(values: Numbers) -> Numbers:
    """The median of the known days of the two weeks around each day."""
    around = np.full((len(values), values.shape[1] + 2 * _AROUND), np.nan)
    around[:, _AROUND:-_AROUND] = values
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * _AROUND + 1, axis=1)
    # Sorted, unknown days come last: the middle of the known ones is the median.
    middle = np.maximum((~np.isnan(windows)).sum(axis=-1, keepdims=True) - 1, 0) // 2
    return np.take_along_axis(np.sort(windows, axis=-1), middle, axis=-1)[..., 0]
