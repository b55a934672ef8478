"""The ratio of two sums whose subjects, not impressions or clicks, were assigned."""

from __future__ import annotations

from adplanning.experiments.effects import Moments, moments
from adplanning.experiments.means import centred, variance_of_mean
from adplanning.experiments.statistics import VariantStatistics


def ratio_moments(statistics: VariantStatistics) -> Moments | None:
    """The ratio of the sums of value and denominator, with its variance over subjects by the delta method.

    Formula: R = Σy / Σd; variance (s²_y − 2R·s_yd + R²·s²_d) / (n·d̄²), which is that of the mean of y − R·d by d̄².
    A subject without a denominator counts with d = 0. Null where Σd is 0.

    Impressions of one subject are alike; taken as independent they would find far too many differences.

    Source: Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics, section 3.

    >>> clicks_by_impressions = VariantStatistics(
    ...     n_subjects=3, value_sum=3, value_squares=5,
    ...     n_with_denominator=3, denominator_sum=12, denominator_squares=56, value_denominator=16,
    ... )
    >>> ratio_moments(clicks_by_impressions)
    Moments(n=3, estimate=0.25, variance=0.005208333333333333)
    """
    n, y, d = statistics.n_subjects, statistics.value_sum, statistics.denominator_sum
    if n == 0 or d / n == 0 or moments(n, y / d, None) is None:
        return None
    ratio = y / d
    squares = (
        centred(n, y, y, statistics.value_squares)
        - 2 * ratio * centred(n, y, d, statistics.value_denominator)
        + ratio * ratio * centred(n, d, d, statistics.denominator_squares)
    )
    size = statistics.value_squares + ratio * ratio * statistics.denominator_squares
    variance = variance_of_mean(n, squares, size=size)
    mean = d / n
    return moments(n, ratio, None if variance is None else variance / mean / mean)
