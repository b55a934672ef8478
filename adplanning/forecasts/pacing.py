"""Whether a plan's money goes out as planned, day by day, and where it will end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

PACE_DAYS: Final = 7
"""How many of the last known days tell the pace: one of each weekday."""
ON_TRACK: Final = 0.05
"""A projected end within five percent of the plan is as planned; our choice, about what a day more or less of a month
makes."""
PROGRESS: Final = {
    "on": pl.Date,
    "is_past": pl.Boolean,
    "planned": pl.Float64,
    "planned_so_far": pl.Float64,
    "spent": pl.Float64,
    "spent_so_far": pl.Float64,
    "projected": pl.Float64,
    "projected_so_far": pl.Float64,
}
"""The columns of `plan_progress` and their types."""


@dataclass(frozen=True)
class Pace:
    """Where a plan stands: amounts in minor units, null where they cannot be told.

    `projected_end` is the spend of the whole period at the pace of late, `off_by` its share above (below: negative) the
    plan, `left_a_day` what to spend on each day that is left so that the plan is met, `words` says it all.
    """

    planned_total: float
    planned_so_far: float
    spent_so_far: float | None
    projected_end: float | None
    off_by: float | None
    left_a_day: float | None
    n_days_left: int
    words: str


def planned_days(
    total: float, *, first_on: date, last_on: date, weekday_factors: Sequence[float] | None = None
) -> pl.DataFrame:
    """Spread a total over its days.

    Formula: total · w / Σ w over the days, w the factor of the weekday; all alike without factors.

    Parameters
    ----------
    total : of the period, in minor units.
    first_on, last_on : both included.
    weekday_factors : seven from Monday, 0 or more, such as `ResponseFit.weekday`: more where more is bought.

    Returns
    -------
    One row per day: on, planned (minor units); the days add up to the total.

    Raises
    ------
    InvalidData : an end before the beginning, or factors that are not seven, negative or all 0 on these days.

    >>> planned_days(300.0, first_on=date(2026, 5, 1), last_on=date(2026, 5, 3))["planned"].to_list()
    [100.0, 100.0, 100.0]
    >>> weekend = [0, 0, 0, 0, 0, 1, 2]
    >>> spread = planned_days(300.0, first_on=date(2026, 5, 1), last_on=date(2026, 5, 3), weekday_factors=weekend)
    >>> spread["planned"].to_list()
    [0.0, 100.0, 200.0]
    """
    if last_on < first_on:
        raise InvalidData.at("last_on", f"{last_on} lies before first_on {first_on}; give the later day last")
    factors = [1.0] * 7 if weekday_factors is None else [float(factor) for factor in weekday_factors]
    if len(factors) != 7 or not all(0 <= factor < float("inf") for factor in factors):
        raise InvalidData.at("weekday_factors", "must be seven numbers from Monday, each 0 or more")
    days = pl.select(pl.date_range(first_on, last_on).alias("on"))
    weights = [factors[day.weekday()] for day in days["on"]]
    whole = sum(weights)
    if whole == 0:
        raise InvalidData.at("weekday_factors", "are 0 on all days of the period; give one of its weekdays a factor")
    return days.with_columns(pl.Series("planned", [total * weight / whole for weight in weights]))


def plan_progress(plan: pl.DataFrame, actual: pl.DataFrame, *, as_of_on: date) -> pl.DataFrame:
    """Lay what was spent beside what was planned, and project the rest.

    Formula: pace = Σ spent / Σ planned over the last `PACE_DAYS` of the plan's days up to `as_of_on`; projected = spent
    up to then, planned · pace afterwards. Where the plan has no money on these days, the mean spent a day.

    Parameters
    ----------
    plan : one row per day, on, planned (minor units); see `planned_days`.
    actual : one row per day, on, spend (minor units), null where it is not known; several rows of a day are summed.
    as_of_on : the last day whose spend is known: a day up to then without a row spent nothing, later rows are ignored.

    Returns
    -------
    One row per day of the plan, ascending, with the columns of `PROGRESS`; spent and spent_so_far are null after
    `as_of_on`. From a day on whose spend is not known the sums are null. Before the period has begun, or where a day of
    the pace is not known, nothing is projected.

    Raises
    ------
    InvalidData : a missing column, a plan without days, or with a day twice.

    >>> plan = planned_days(400.0, first_on=date(2026, 5, 1), last_on=date(2026, 5, 4))
    >>> spent = pl.DataFrame({"on": [date(2026, 5, 1), date(2026, 5, 2)], "spend": [120, 180]})
    >>> found = plan_progress(plan, spent, as_of_on=date(2026, 5, 2))
    >>> found.select("spent_so_far", "projected", "projected_so_far").rows()
    [(120.0, 120.0, 120.0), (300.0, 180.0, 300.0), (None, 150.0, 450.0), (None, 150.0, 600.0)]
    """
    require_columns(plan, ["on", "planned"], what="plan")
    require_columns(actual, ["on", "spend"], what="actual")
    days = plan.select("on", pl.col("planned").cast(pl.Float64)).sort("on")
    if not len(days) or days["on"].is_duplicated().any():
        raise InvalidData.at("plan", "must have one row for each of its days")
    is_past = pl.col("on") <= as_of_on
    # A sum over an unknown amount would be too low.
    of_day = pl.when(pl.col("spend").null_count() == 0).then(pl.col("spend").sum()).cast(pl.Float64)
    by_day = actual.group_by("on").agg(of_day.alias("spent"), pl.lit(value=True).alias("has_row"))
    spent = pl.when(is_past & pl.col("has_row")).then("spent").when(is_past).then(0.0)
    known = (
        days.join(by_day, on="on", how="left").sort("on").with_columns(is_past.alias("is_past"), spent.alias("spent"))
    )
    of_late = known.filter("is_past").tail(PACE_DAYS)
    projected = pl.when("is_past").then("spent").otherwise(_pace(of_late))
    return known.select(
        "on",
        "is_past",
        "planned",
        pl.col("planned").cum_sum().alias("planned_so_far"),
        "spent",
        _so_far(pl.col("spent")).alias("spent_so_far"),
        projected.alias("projected"),
        _so_far(projected).alias("projected_so_far"),
    )


def pace_of(progress: pl.DataFrame) -> Pace:
    """Say in numbers and words where a plan stands.

    Formula: off_by = projected end / planned total − 1; left_a_day = (planned total − spent so far) / days left, at
    least 0.

    Parameters
    ----------
    progress : as from `plan_progress`.

    >>> plan = planned_days(400.0, first_on=date(2026, 5, 1), last_on=date(2026, 5, 4))
    >>> spent = pl.DataFrame({"on": [date(2026, 5, 1), date(2026, 5, 2)], "spend": [120, 180]})
    >>> pace = pace_of(plan_progress(plan, spent, as_of_on=date(2026, 5, 2)))
    >>> pace.projected_end, pace.off_by, pace.left_a_day
    (600.0, 0.5, 50.0)
    >>> pace.words
    'Over plan: at this pace the period ends 50% above it. Lower the budget to meet the plan.'
    """
    total = float(progress["planned"].sum())
    begun = progress.filter("is_past")
    n_left = len(progress) - len(begun)
    spent = begun["spent_so_far"][-1] if len(begun) else 0.0
    end = progress["projected_so_far"][-1]
    off_by = end / total - 1 if end is not None and total > 0 else None
    left = max(total - spent, 0.0) / n_left if n_left and spent is not None else None
    words = _words(off_by, n_begun=len(begun), n_left=n_left)
    return Pace(total, float(begun["planned"].sum()), spent, end, off_by, left, n_left, words)


def _pace(of_late: pl.DataFrame) -> pl.Expr:
    """What to expect of a day to come."""
    planned = float(of_late["planned"].sum())
    if not len(of_late) or of_late["spent"].has_nulls():
        return pl.lit(None, dtype=pl.Float64)
    if planned > 0:
        return pl.col("planned") * (float(of_late["spent"].sum()) / planned)
    return pl.lit(of_late["spent"].mean(), dtype=pl.Float64)


def _so_far(amounts: pl.Expr) -> pl.Expr:
    is_known = amounts.is_not_null().cast(pl.UInt8).cum_min() == 1
    return pl.when(is_known).then(amounts.cum_sum())


def _words(off_by: float | None, *, n_begun: int, n_left: int) -> str:
    if not n_begun:
        return "The period has not begun."
    if off_by is None:
        return "The end cannot be told: the spend of some days is not known, or nothing is planned."
    ends = "the period ends" if n_left else "the period ended"
    if abs(off_by) <= ON_TRACK:
        return f"On plan: {ends} within {ON_TRACK:.0%} of it."
    side, way, change = ("Over", "above", "Lower") if off_by > 0 else ("Under", "below", "Raise")
    if n_left:
        return f"{side} plan: at this pace {ends} {abs(off_by):.0%} {way} it. {change} the budget to meet the plan."
    return f"{side} plan: {ends} {abs(off_by):.0%} {way} it."
