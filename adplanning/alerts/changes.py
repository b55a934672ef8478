"""Whether a figure has changed against the weeks before by more than chance would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, variance
from typing import Final

LEAST_COUNT: Final = 20
"""Of fewer, the half or the double is a matter of chance."""

BEYOND_CHANCE: Final = 2.0
"""How many standard errors: about one false alarm in twenty, the convention of 95 %."""


@dataclass(frozen=True)
class Change:
    """By which share a figure differs from what was to be expected, and whether that is beyond chance.

    `share` is null where it cannot be told, with the reason in `unknown_because`.
    """

    expected: float | None
    share: float | None
    is_beyond_chance: bool = False
    unknown_because: str | None = None


def change_against_weeks_before(
    value: float, before: Sequence[float | None], counts: Sequence[float | None] | None
) -> Change:
    """Hold a sum against the same weekdays of the weeks before.

    Formula: expected = mean(before); share = value / expected − 1. It is beyond chance when |value − expected| is more
    than 2 × √((1 + 1/k) × max(s², expected² / n)), for k weeks of variance s² and n counted on average: the spread of a
    new week around the mean of k others, which is never less than that of events that come by chance (a Poisson count
    n has the variance n, and a sum over n events varies in proportion).

    Parameters
    ----------
    value : of the window.
    before : of the same weekdays of each week before; null where one is not known.
    counts : how many events stand behind each of these; None where no chance is at work, as in what was spent.

    Returns
    -------
    The change; unknown where a week is, where a week had none (the history is too short), or where fewer than
    `LEAST_COUNT` = 20 were to be expected.

    >>> change = change_against_weeks_before(58, [100, 96, 104, 100], [100, 96, 104, 100])
    >>> change.expected, change.share, change.is_beyond_chance
    (100, -0.42, True)
    >>> change_against_weeks_before(2, [4, 3, 5, 4], [4, 3, 5, 4]).unknown_because
    'too little to tell: 4 were to be expected, and of fewer than 20 a change is chance'

    Source: the standard error of a new observation about a mean, NIST/SEMATECH e-Handbook of Statistical Methods,
    section 7.1.4 (prediction intervals).
    """
    known = [one for one in before if one is not None]
    counted = None if counts is None else [one for one in counts if one is not None]
    if len(known) < len(before) or (counts is not None and counted is not None and len(counted) < len(counts)):
        return _unknown("one of the four weeks before is not known")
    if min(known if counted is None else counted) <= 0:
        return _unknown("one of the four weeks before had none, so the history is too short to compare with")
    expected = mean(known)
    if counted is not None and mean(counted) < LEAST_COUNT:
        n = f"{mean(counted):,.0f}"
        return _unknown(
            f"too little to tell: {n} were to be expected, and of fewer than {LEAST_COUNT} a change is chance"
        )
    if expected <= 0:
        return _unknown("nothing was to be expected, so no share of it can be told")
    by_chance = 0.0 if counted is None else expected**2 / mean(counted)
    error = ((1 + 1 / len(known)) * max(variance(known), by_chance)) ** 0.5
    # Rounded, since 58/100 − 1 is −0.42000000000000004.
    return Change(expected, round(value / expected - 1, 12), abs(value - expected) > BEYOND_CHANCE * error)


def _unknown(reason: str) -> Change:
    return Change(None, None, unknown_because=reason)
