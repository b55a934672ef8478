"""How far a forecast is to be trusted, and why, in words for somebody who has to decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from adplanning.core.vocabulary import Trust
from adplanning.forecasts.campaign_days import MEASURES, CampaignDays, Days
from adplanning.forecasts.series import BLEND_DAYS, LEAST_DAYS, SeriesForecast

GOOD_DAYS: Final = 60
FEW_CONVERSIONS: Final = 20
_SEASON_DAYS: Final = 60
_STALE_DAYS: Final = 7
_MANY_UNKNOWN: Final = 0.2
_NAMED_DAYS: Final = 3
_ORDER: Final = (Trust.good, Trust.fair, Trust.low, Trust.none)
_WORDS: Final = dict(zip(MEASURES, ("spend", "conversions", "revenue"), strict=True))


@dataclass(frozen=True)
class Reservation:
    """Something to know about a forecast, and the best trust that is left with it."""

    words: str
    best: Trust = Trust.good


def trust_left(reservations: Iterable[Reservation]) -> Trust:
    """The trust that all reservations leave.

    >>> trust_left([Reservation("one", Trust.fair), Reservation("two", Trust.low), Reservation("three")])
    <Trust.low: 'low'>
    """
    return max((reservation.best for reservation in reservations), key=_ORDER.index, default=Trust.good)


def reservations_about(
    past: CampaignDays, is_event: Days, forecasts: Sequence[SeriesForecast], *, horizon_days: int
) -> list[Reservation]:
    """What the past of a campaign leaves in doubt, the gravest first.

    Formula: nothing is told from under 4 known days; low trust under 21 days, or with under 20 conversions in all, or
    with no day known of the last 7; fair under 60 days, with over 20 % of the days unknown, or further ahead than
    the history is long. The bounds of days are those at which the blend's errors in back-tests fell.
    """
    usual = past.usual(is_event)
    n_days = int((~np.isnan(usual)).any(axis=0).sum())
    most = max(forecast.n_known for forecast in forecasts)
    told = [measure for measure, forecast in zip(MEASURES, forecasts, strict=True) if forecast.n_known >= LEAST_DAYS]
    found = []
    if not told:
        return [Reservation(f"Only {_days(most)} known: nothing can be told from less than {LEAST_DAYS}.", Trust.none)]
    if n_days < BLEND_DAYS:
        words = f"From {_days(n_days)} only: the rhythm of the week is hardly known, and the level may move."
        found.append(Reservation(words, Trust.low))
    elif n_days < GOOD_DAYS:
        found.append(Reservation(f"From {_days(n_days)}: how the level moves is little known.", Trust.fair))
    for measure, forecast in zip(MEASURES, forecasts, strict=True):
        if measure not in told:
            words = f"{_WORDS[measure].capitalize()}: {_days(forecast.n_known)} known, too few to tell anything."
            found.append(Reservation(words, Trust.low))
    conversions = np.nansum(past.values[1])
    if conversions < FEW_CONVERSIONS and "n_conversions" in told:
        many = "1 conversion" if conversions == 1 else f"{conversions:,.0f} conversions"
        found.append(Reservation(f"Only {many} in all that is known: chance decides single days.", Trust.low))
    return [
        *found,
        *_about_unknown_days(past),
        *_about_days_left_out(past, forecasts),
        *_about_horizon(n_days, horizon_days),
    ]


def _about_unknown_days(past: CampaignDays) -> list[Reservation]:
    found = []
    known = np.flatnonzero(~np.isnan(past.values).all(axis=0))
    n_since = past.values.shape[1] - 1 - int(known[-1])
    if n_since >= _STALE_DAYS:
        words = (
            f"The last known day is {day_in_words(past.on_of(int(known[-1])))}, {_days(n_since)} before the last one."
        )
        found.append(Reservation(words, Trust.low))
    span = past.values.shape[1] - int(known[0])
    is_told = ~np.isnan(past.values).all(axis=1)
    n_unknown = int(np.isnan(past.values[is_told, known[0] :]).any(axis=0).sum())
    if n_unknown:
        best = Trust.fair if n_unknown > _MANY_UNKNOWN * span else Trust.good
        found.append(Reservation(f"{n_unknown} of {_days(span)} are not known in full, which is not zero.", best))
    n_off = int((past.is_off & ~np.isnan(past.values).all(axis=0)).sum())
    if n_off and not past.is_off_now:
        found.append(Reservation(f"On {_days(n_off)} nothing was spent, as if switched off; they teach nothing."))
    return found


def _about_days_left_out(past: CampaignDays, forecasts: Sequence[SeriesForecast]) -> list[Reservation]:
    found = []
    for measure, forecast in zip(MEASURES, forecasts, strict=True):
        if forecast.outlying:
            ons = [past.as_of_on - timedelta(days=ago - 1) for ago in forecast.outlying]
            named = ", ".join(day_in_words(on) for on in ons[:_NAMED_DAYS]) + (" …" if len(ons) > _NAMED_DAYS else "")
            noun = "1 day lies" if len(ons) == 1 else f"{len(ons)} days lie"
            found.append(
                Reservation(f"{_WORDS[measure].capitalize()}: {noun} far out of line and taught nothing ({named}).")
            )
    if past.n_negative:
        found.append(Reservation(f"Revenue below zero on {_days(past.n_negative)} counts as zero."))
    return found


def _about_horizon(n_days: int, horizon_days: int) -> list[Reservation]:
    found = []
    if horizon_days > n_days:
        found.append(Reservation(f"{_days(horizon_days)} ahead from {_days(n_days)} of history.", Trust.fair))
    if horizon_days >= _SEASON_DAYS:
        found.append(Reservation("Seasons of the year are not known to it: add them as events."))
    return found


def day_in_words(on: date) -> str:
    """The day as it is said.

    >>> day_in_words(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{on.day} {on:%B %Y}"


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"
