"""Weeks of more and of less spend that tell what spend does by itself, where it only followed demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Final

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.forecasts.adstock import adstocked
from adplanning.forecasts.response import ResponseFit, expected_result

SWING: Final = 0.3
"""How far test weeks go from the usual spend; within the bounds of `budget.best_split`, where its curve is asked."""
PRECISION: Final = 0.25
"""The standard error to reach, as a share of the mean return: then a marginal return of half the mean return, a common
one, is told from none (two standard errors)."""
MOST_WEEKS: Final = 12
"""A quarter: longer tests outlast the demand they were made for."""
_FEWEST_PAIRS = 2


@dataclass(frozen=True)
class ProposedWeeks:
    """The weeks, one row each: week, first_on, last_on, level (lower or higher), spend (minor units a day).

    `precision` is the standard error that they reach, as a share of the mean return; `is_enough` whether it is the one
    asked for.
    """

    weeks: pl.DataFrame
    precision: float
    is_enough: bool


def proposed_weeks(
    fit: ResponseFit, *, first_on: date, swing: float = SWING, precision: float = PRECISION
) -> ProposedWeeks:
    """Propose weeks of lower and of higher spend by turns, as many as it takes.

    Formula: the slope is (mean result of a day of more − of one of less) / (2 · swing · usual spend · w). With n pairs
    of weeks its standard error, as a share of the mean return μ / usual spend, is √(2 · φ / (7 · n · μ)) /
    (2 · swing · w); n is the least that keeps it within the precision, at least two. φ and μ are the dispersion of the
    fit and its results at the usual spend; w is the part of a change that works within its own week, as adstock carries
    over the rest. Every other pair is turned round (lower, higher, higher, lower), so that a straight trend cancels.

    Parameters
    ----------
    fit : of the campaign; it must have spent of late.
    first_on : of the first week.
    swing : share of the usual spend, above 0 and up to 1; default `SWING`.
    precision : default `PRECISION`.

    Returns
    -------
    Whole pairs of weeks, at most `MOST_WEEKS` weeks; the mean spend over them is the usual one.

    Raises
    ------
    InvalidData : a swing or a precision out of its range, or a campaign that spent nothing of late.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 0.0, (1.0,) * 7, 100.0, 0.0, 200.0, 90, 1.5, 0.0, ("…",), ())
    >>> found = proposed_weeks(made, first_on=date(2026, 6, 1))
    >>> found.weeks.select("week", "first_on", "level", "spend").rows()[:2]
    [(1, datetime.date(2026, 6, 1), 'lower', 70.0), (2, datetime.date(2026, 6, 8), 'higher', 130.0)]
    >>> len(found.weeks), round(found.precision, 2), found.is_enough
    (4, 0.24, True)

    Source: Vaver and Koehler, Measuring ad effectiveness using geo experiments, Google (2011), whose return on ad spend
    is this slope; weeks stand in for regions.
    """
    if not 0 < swing <= 1:
        raise InvalidData.at("swing", f"{swing} is out of range; give above 0 up to 1, such as {SWING}")
    if not 0 < precision < np.inf:
        raise InvalidData.at("precision", f"{precision} is out of range; give above 0, such as {PRECISION}")
    if fit.usual_spend <= 0:
        raise InvalidData.at("campaign", "spent nothing of late; start it again before it is tested")
    mean = float(expected_result(fit, fit.usual_spend))
    lower = np.tile(np.repeat([-1.0, 1.0], 7), 4)
    within = float((adstocked(lower, fit.adstock)[14:] * lower[14:]).mean())
    error_of_one = np.sqrt(2 * fit.dispersion / (7 * mean)) / (2 * swing * within)
    n_pairs = min(max(ceil((error_of_one / precision) ** 2), _FEWEST_PAIRS), MOST_WEEKS // 2)
    reached = float(error_of_one / np.sqrt(n_pairs))
    levels = [
        level for pair in range(n_pairs) for level in (("lower", "higher") if pair % 2 == 0 else ("higher", "lower"))
    ]
    spends = {"lower": fit.usual_spend * (1 - swing), "higher": fit.usual_spend * (1 + swing)}
    weeks = pl.DataFrame(
        {"week": range(1, len(levels) + 1), "level": levels, "spend": [spends[level] for level in levels]}
    ).with_columns(pl.lit(first_on).dt.offset_by(pl.format("{}w", pl.col("week") - 1)).alias("first_on"))
    dated = weeks.with_columns(pl.col("first_on").dt.offset_by("6d").alias("last_on"))
    return ProposedWeeks(dated.select("week", "first_on", "last_on", "level", "spend"), reached, reached <= precision)
