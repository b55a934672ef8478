"""How sure a difference was on each day of an experiment."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.formulas import difference_of, formula_of, watched_effect
from adplanning.experiments.statistics import SUMS, VariantStatistics, statistics_of

SCHEMA: Final = {
    "on": pl.Date,
    "n_subjects": pl.Int64,
    **dict.fromkeys(
        ("difference", "lower", "upper", "fixed_lower", "fixed_upper", "p_value", "p_value_sequential"), pl.Float64
    ),
}


def running_sequence(
    days: pl.DataFrame, *, control_id: str, variant_id: str, metric: PrimaryMetric, confidence_level: float = 0.95
) -> pl.DataFrame:
    """Follow one treatment against its control from day to day.

    Formula: the comparison of `analyse`, of the sums of all days up to each; p_value_sequential is the least
    always-valid p-value so far, which is as valid as each of them.

    Parameters
    ----------
    days : one row per variant and day: variant_id, on and the sums, as from `daily_statistics`; other variants are
        left out. What a subject did later counts to the day on which it was first seen.
    control_id, variant_id : the two that are compared.
    metric, confidence_level : as of `analyse`; the treatment alone, without an adjustment for others.

    Returns
    -------
    One row per day on which either was seen, in their order: on, n_subjects (of both, cumulative), difference, lower,
    upper (always valid), fixed_lower, fixed_upper (right if only one look had been planned), p_value (of the fixed
    horizon), p_value_sequential (never rising). Null where unknown. The last row is that of `analyse`, except that the
    p-value may have been less before.

    >>> from datetime import date
    >>> days = pl.DataFrame({
    ...     "variant_id": ["a", "b", "a", "b"], "on": [date(2026, 3, 1)] * 2 + [date(2026, 3, 2)] * 2,
    ...     **{name: [0] * 4 for name in SUMS}, "n_subjects": [500] * 4, "n_converted": [50, 60, 50, 80],
    ... })
    >>> seen = running_sequence(days, control_id="a", variant_id="b", metric=PrimaryMetric.conversion_rate)
    >>> seen.select("n_subjects", pl.col("difference", "p_value", "p_value_sequential").round(4)).rows()
    [(1000, 0.02, 0.3122, 1.0), (2000, 0.04, 0.0059, 0.1152)]
    """
    require_columns(days, ["variant_id", "on", *SUMS], what="days")
    shown = days.filter(pl.col("variant_id").is_in([control_id, variant_id]))
    kind, _ = formula_of(metric, statistics_of(shown))
    looks = shown.select(pl.col("on").unique().sort())
    reached = (_so_far(shown, looks, name) for name in (control_id, variant_id))
    rows, least = [], None
    for on, control, treatment in zip(looks["on"], *reached, strict=True):
        once = difference_of(kind, control, treatment, confidence_level)
        always = watched_effect(kind, control, treatment, confidence_level)
        least = min((p for p in (least, always.p_value) if p is not None), default=None)
        n = control.n_subjects + treatment.n_subjects
        rows.append((on, n, once.difference, always.lower, always.upper, once.lower, once.upper, once.p_value, least))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _so_far(days: pl.DataFrame, looks: pl.DataFrame, variant_id: str) -> list[VariantStatistics]:
    """The sums of a variant up to each look."""
    own = days.filter(pl.col("variant_id") == variant_id).group_by("on").agg(pl.col(SUMS).sum())
    by_look = looks.join(own, on="on", how="left").sort("on").select(pl.col(SUMS).fill_null(0).cum_sum())
    return [VariantStatistics(*sums) for sums in by_look.iter_rows()]
