"""Days that are known to be out of the usual, and what they do to spend and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.forecasts.campaign_days import MEASURES, CampaignDays, Days
from adplanning.forecasts.model_fit import Numbers, weekday_positions
from adplanning.forecasts.series import LEAST_DAYS
from adplanning.forecasts.weekday_index import weekday_indices

AROUND_DAYS: Final = 28


@dataclass(frozen=True)
class Event:
    """A span of days with a name; `effect` 0.5 means half as many results again, null where it is to be learnt."""

    name: str
    first_on: date
    last_on: date
    effect: float | None

    def days_ahead(self, as_of_on: date, horizon_days: int) -> range:
        """Which of the days to come it covers, 0 the day after `as_of_on`."""
        start = as_of_on + timedelta(days=1)
        return range(max((self.first_on - start).days, 0), min((self.last_on - start).days + 1, horizon_days))


@dataclass(frozen=True)
class LearntEffect:
    """By what factor the days of an event of this name stood out, one a measure; NaN where it cannot be told.

    `spreads` is how far the logarithm of a factor may be off (a standard deviation), `n_days` the past days it is of.
    """

    factors: Numbers
    spreads: Numbers
    n_days: int


def events_of(events: pl.DataFrame | None) -> list[Event]:
    """The events of a frame with name, first_on, last_on and effect, in the order of their days.

    Raises
    ------
    InvalidData : a missing column, an event that ends before it begins, or an effect that is not above −1.

    >>> sale = {"name": ["Sale"], "first_on": [date(2026, 3, 2)], "last_on": [date(2026, 3, 3)], "effect": [0.5]}
    >>> events_of(pl.DataFrame(sale))[0].days_ahead(date(2026, 3, 1), 30)
    range(0, 2)
    """
    if events is None:
        return []
    require_columns(events, ["name", "first_on", "last_on", "effect"], what="events")
    rows = events.select("name", "first_on", "last_on", "effect").sort("first_on", "name", "last_on").iter_rows()
    found = [Event(*row) for row in rows]
    for event in found:
        if event.last_on < event.first_on:
            raise InvalidData.at("events", f"'{event.name}' ends on {event.last_on}, before it begins")
        if event.effect is not None and not -1 <= event.effect < np.inf:
            raise InvalidData.at("events", f"'{event.name}' has the effect {event.effect}; it must be −1 or more")
    return found


def event_days(past: CampaignDays, events: Sequence[Event]) -> Days:
    """The past days on which something was on; none where without them too little of the past would be left."""
    is_event = np.zeros(past.values.shape[1], dtype=bool)
    for event in events:
        is_event[max(past.column_of(event.first_on), 0) : max(past.column_of(event.last_on) + 1, 0)] = True
    left = ~np.isnan(past.usual(is_event))
    return is_event if (left.sum(axis=1) >= LEAST_DAYS).any() else np.zeros_like(is_event)


def learnt_effect(past: CampaignDays, name: str, events: Sequence[Event]) -> LearntEffect | None:
    """Tell from past events of one name how far their days stand out; null where there were none.

    Formula: factor = Σ of the event's days / Σ of what was usual then, the mean of the `AROUND_DAYS` = 28 usual days
    before and after, by weekday (value / weekday index). Its logarithm may be off by s / √n, s the larger of how far
    usual days and the event's days scatter.

    Parameters
    ----------
    past : the days of one campaign.
    events : all events, so that the days of others are not taken for usual ones.

    >>> values = np.full((3, 40), 10.0)
    >>> values[:, 30] = 25.0
    >>> past = CampaignDays(date(2026, 3, 10), values, np.zeros(40, dtype=bool), 0)
    >>> learnt_effect(past, "Sale", [Event("Sale", date(2026, 3, 1), date(2026, 3, 1), None)]).factors.tolist()
    [2.5, 2.5, 2.5]
    """
    is_event = event_days(past, events)
    is_own = event_days(past, [event for event in events if event.name == name]) & is_event & ~past.is_off
    columns = np.flatnonzero(is_own & ~np.isnan(past.values).all(axis=0))
    if not columns.size:
        return None
    calm = past.usual(is_event)
    n_days = calm.shape[1]
    index = np.maximum(weekday_indices(calm), 0.05)[:, weekday_positions(n_days)]
    usual = np.stack([_mean_around(calm / index, column) for column in columns.tolist()], axis=1) * index[:, columns]
    actual = past.values[:, columns]
    is_told = ~np.isnan(actual) & (usual > 0)
    factors, spreads = np.full(len(MEASURES), np.nan), np.zeros(len(MEASURES))
    for measure in range(len(MEASURES)):
        told = is_told[measure]
        if told.any():
            factors[measure] = actual[measure, told].sum() / usual[measure, told].sum()
            own = calm[measure] / index[measure]
            scatter = float(np.nanstd(own) / np.nanmean(own))
            ratios = actual[measure, told] / usual[measure, told]
            between = float(ratios.std(ddof=1) / ratios.mean()) if len(ratios) > 2 and ratios.mean() > 0 else 0.0
            spreads[measure] = max(scatter, between) / np.sqrt(told.sum())
    return LearntEffect(factors, spreads, len(columns))


def _mean_around(values: Numbers, column: int) -> Numbers:
    near = values[:, max(column - AROUND_DAYS, 0) : column + AROUND_DAYS + 1]
    known = ~np.isnan(near)
    n = known.sum(axis=1)
    mean: Numbers = np.divide(np.where(known, near, 0.0).sum(axis=1), n, out=np.full(len(near), np.nan), where=n > 0)
    return mean
