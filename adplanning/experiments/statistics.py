"""What the subjects of a variant did, as sums that are enough for every result."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import FEW_ROWS, collected, require_columns


@dataclass(frozen=True, slots=True)
class VariantStatistics:
    """The sufficient statistics of one variant, as of `ExperimentDay`; those of disjoint subjects add up.

    With value y, denominator d and pre-period value x of a subject: how many there are, how many converted, and the
    sums of y, y², d, d², y·d, x, x², y·x, and of x over the converted. A subject without a denominator counts as d = 0.

    Raises
    ------
    InvalidData : a count below 0, more of a part than of all, a sum that is no number, or beyond `MAX_SUM`.

    >>> monday, tuesday = VariantStatistics(n_subjects=100, n_converted=4), VariantStatistics(n_subjects=50)
    >>> (monday + tuesday).n_subjects, (monday + tuesday).n_converted
    (150, 4)
    """

    n_subjects: int = 0
    n_converted: int = 0
    value_sum: float = 0.0
    value_squares: float = 0.0
    n_with_denominator: int = 0
    denominator_sum: float = 0.0
    denominator_squares: float = 0.0
    value_denominator: float = 0.0
    n_with_pre: int = 0
    pre_sum: float = 0.0
    pre_squares: float = 0.0
    value_pre: float = 0.0
    converted_pre: float = 0.0

    def __post_init__(self) -> None:
        for name in SUMS:
            if not abs(getattr(self, name)) <= MAX_SUM:
                raise InvalidData.at(name, f"must be a number of {MAX_SUM:.0e} at most, not {getattr(self, name)}")
        for name in PARTS:
            if not 0 <= getattr(self, name) <= self.n_subjects:
                raise InvalidData.at(name, f"must be between 0 and n_subjects, {self.n_subjects}")

    def __add__(self, other: VariantStatistics) -> VariantStatistics:
        return VariantStatistics(**{name: getattr(self, name) + getattr(other, name) for name in SUMS})


SUMS: Final = tuple(field.name for field in fields(VariantStatistics))
"""The names of the sums, in the order of the table."""

MAX_SUM: Final = 1e60
"""Greater sums are no amounts of anybody, and their squares are beyond what a number holds."""

PARTS: Final = ("n_subjects", "n_converted", "n_with_denominator", "n_with_pre")

EMPTY: Final = VariantStatistics()


def daily_statistics(subjects: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Sum up the subjects of each variant by the day on which each was first seen.

    Formula: of each variant and day the sums of `VariantStatistics`; a subject's later deeds count to its first day.

    Parameters
    ----------
    subjects : one row per subject: variant_id, first_on (day of the reporting zone), is_converted, value (of the
        metric's numerator, 0 where the subject brought nothing), denominator and pre_value (null where there is none).

    Returns
    -------
    variant_id, on and the sums, sorted by both; the days of a variant add up to its statistics.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import date
    >>> subjects = pl.DataFrame({
    ...     "variant_id": ["a", "a"], "first_on": [date(2026, 3, 1)] * 2, "is_converted": [True, False],
    ...     "value": [30, 0], "denominator": [None, 2], "pre_value": [10.0, 5.0],
    ... })
    >>> daily_statistics(subjects).select("n_subjects", "n_converted", "value_squares", "pre_sum", "value_pre").row(0)
    (2, 1, 900.0, 15.0, 300.0)
    """
    require_columns(
        subjects, ["variant_id", "first_on", "is_converted", "value", "denominator", "pre_value"], what="subjects"
    )
    # As floats, since the square of minor units may not fit 64 bits.
    y, d, x = (pl.col(name).cast(pl.Float64) for name in ("value", "denominator", "pre_value"))
    converted = pl.col("is_converted")
    plan = (
        subjects.lazy()
        .group_by("variant_id", pl.col("first_on").alias("on"))
        .agg(
            n_subjects=pl.len().cast(pl.Int64),
            n_converted=converted.sum().cast(pl.Int64),
            value_sum=y.sum(),
            value_squares=(y * y).sum(),
            n_with_denominator=d.count().cast(pl.Int64),
            denominator_sum=d.sum(),
            denominator_squares=(d * d).sum(),
            value_denominator=(y * d).sum(),
            n_with_pre=x.count().cast(pl.Int64),
            pre_sum=x.sum(),
            pre_squares=(x * x).sum(),
            value_pre=(y * x).sum(),
            converted_pre=x.filter(converted).sum(),
        )
        .sort("variant_id", "on")
    )
    return collected(plan, n_rows=len(subjects) if isinstance(subjects, pl.DataFrame) else FEW_ROWS + 1)


def statistics_of(days: pl.DataFrame) -> dict[str, VariantStatistics]:
    """Add the days of each variant up.

    Parameters
    ----------
    days : one row per variant and day: variant_id and the sums, as from `daily_statistics`.

    >>> days = pl.DataFrame({"variant_id": ["a", "a"], **{name: [1, 2] for name in SUMS}})
    >>> statistics_of(days)["a"].n_subjects
    3
    """
    require_columns(days, ["variant_id", *SUMS], what="days")
    summed = days.group_by("variant_id").agg(pl.col(SUMS).sum()).sort("variant_id")
    return {row.pop("variant_id"): VariantStatistics(**row) for row in summed.iter_rows(named=True)}
