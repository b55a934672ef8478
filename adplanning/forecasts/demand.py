"""What a campaign will spend, how often it will convert and what it will earn, day by day and in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import Trust
from adplanning.forecasts.campaign_days import MEASURES, CampaignDays, Days, campaign_days
from adplanning.forecasts.model_fit import Numbers
from adplanning.forecasts.planned_events import Event, LearntEffect, event_days, events_of, learnt_effect
from adplanning.forecasts.series import BOUNDS, SeriesForecast, series_forecasts
from adplanning.forecasts.trust import Reservation, day_in_words, reservations_about, trust_left

Response = Callable[[float], float]

ELASTICITIES: Final = (0.12, 1.0)
UNTOLD_FACTOR: Final = 2.0
# As the standard deviation of a logarithm.
_UNTOLD: Final = np.log(UNTOLD_FACTOR) / 1.96
# The campaigns whose paths are held at once.
_AT_ONCE: Final = 32
_SPEND, _RESULTS = 0, (1, 2)


@dataclass(frozen=True)
class Interval:
    """An expected number and the bounds between which it lies with 95 %."""

    expected: float
    lower: float
    upper: float


@dataclass(frozen=True)
class DemandForecast:
    """The days to come of a campaign and their totals.

    `days` has a row a day: on, and of spend, n_conversions and revenue the expected number and its 95 % bounds
    (`_lower`, `_upper`); `totals` the same over all days, and roas; null where nothing can be told, which a note says.
    `method` is "blend", "weekday index", "switched off" or "none"; `trust` how far to believe it, `notes` why.
    """

    days: pl.DataFrame
    totals: Mapping[str, Interval | None]
    method: str
    trust: Trust
    notes: tuple[str, ...]
    n_history_days: int


@dataclass(frozen=True)
class _Asked:
    """One campaign, with what is planned for it."""

    past: CampaignDays
    events: Sequence[Event]
    is_event: Days
    planned_spend: float | None
    response: Response | None


def demand_forecast(
    history: pl.DataFrame,
    *,
    as_of_on: date,
    horizon_days: int,
    planned_spend: float | None = None,
    response: Response | None = None,
    events: pl.DataFrame | None = None,
    seed: int = 0,
) -> DemandForecast:
    """Foretell spend, conversions and revenue of a campaign.

    Formula: each is foretold by `series_forecasts` from the days on which the campaign was on and nothing special was.
    With a planned spend that is the spend, and results are multiplied by response(planned spend), without a response by
    (planned / usual spend)^e, e drawn for each path evenly from `ELASTICITIES`. Days of events are multiplied by
    1 + effect (results only), or by what past events of the name did to each measure, as far as that is known; where
    nothing is, by 1 on average, drawn for each path so that 95 % lie between 1 / `UNTOLD_FACTOR` and it. A total
    is the mean over the sums of paths, its bounds those of 95 % of these sums; ROAS is the total of revenue by that of
    spend, its bounds those of the paths' own ratios.

    Parameters
    ----------
    history : one row a known day up to `as_of_on`: on, spend, n_conversions, revenue, in one currency. A day without a
        row, and a null, is unknown; 0 is 0. A campaign that is off on `as_of_on` (see `campaign_days`) is expected to
        stay off, unless a spend is planned.
    as_of_on : the last known day; the first to come is the next.
    horizon_days : 1 to 400.
    planned_spend : a day, 0 or more, in the unit of the history; null to go on as before.
    response : by how much results are multiplied by a spend a day, 1 at the usual one; null where no curve is known.
        `ELASTICITIES` then span from the mean short-term elasticity of sales to advertising, 0.12 (Sethuraman, Tellis
        and Briesch 2011), to results in proportion to spend, which no campaign beats for long.
    events : name, first_on, last_on, effect, past ones and those to come; effects of one day multiply. That one of
        which nothing is told halves or doubles at most is the product's own: nobody plans for what changes nothing.
    seed : of the paths; equal seeds and facts give equal forecasts.

    Returns
    -------
    The forecast; no number in it is below 0.

    Raises
    ------
    InvalidData : a day after `as_of_on`, a day twice, a negative number, an event that ends before it begins.

    Source: R. Sethuraman, G. Tellis and R. Briesch, How well does advertising work?, Journal of Marketing Research 48
    (2011), 457–471.

    >>> days = pl.date_range(date(2026, 1, 1), date(2026, 2, 11), eager=True).alias("on").to_frame()
    >>> past = days.with_columns(spend=pl.lit(100.0), n_conversions=pl.lit(4.0), revenue=pl.lit(300.0))
    >>> expected = demand_forecast(past, as_of_on=date(2026, 2, 11), horizon_days=7)
    >>> {name: round(total.expected, 2) for name, total in expected.totals.items()}
    {'spend': 700.0, 'n_conversions': 28.0, 'revenue': 2100.0, 'roas': 3.0}
    >>> expected.trust, expected.notes
    (<Trust.fair: 'fair'>, ('From 42 days: how the level moves is little known.',))
    """
    asked = _asked(history, as_of_on, planned_spend, response, events)
    return _forecasts([asked], horizon_days=horizon_days, seed=seed)[0]


def demand_forecasts(
    histories: pl.DataFrame,
    *,
    as_of_on: date,
    horizon_days: int,
    planned_spend: Mapping[str, float] | None = None,
    responses: Mapping[str, Response] | None = None,
    events: pl.DataFrame | None = None,
    seed: int = 0,
) -> Iterator[tuple[str, DemandForecast]]:
    """Foretell many campaigns at once, an order of magnitude faster than one after another.

    Parameters
    ----------
    histories : as of `demand_forecast`, with campaign_id.
    planned_spend, responses : by campaign_id.
    events : as of `demand_forecast`; with a campaign_id that is not null one of that campaign alone.

    Returns
    -------
    campaign_id and its forecast, equal to that of `demand_forecast`, in the order of the ids.

    >>> past = {"campaign_id": ["c"] * 9, "spend": [5.0] * 9, "n_conversions": [1.0] * 9, "revenue": [8.0] * 9}
    >>> days = pl.date_range(date(2026, 1, 1), date(2026, 1, 9), eager=True).alias("on")
    >>> histories = pl.DataFrame(past).with_columns(days)
    >>> [(name, f.method) for name, f in demand_forecasts(histories, as_of_on=date(2026, 1, 9), horizon_days=7)]
    [('c', 'weekday index')]
    """
    require_columns(histories, ["campaign_id", "on", *MEASURES], what="histories")
    plans, curves = planned_spend or {}, responses or {}
    by_campaign = histories.partition_by("campaign_id", as_dict=True)
    names = sorted(name for (name,) in by_campaign)
    for first in range(0, len(names), _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        asked = [
            _asked(by_campaign[name,], as_of_on, plans.get(name), curves.get(name), _events_of_campaign(events, name))
            for name in some
        ]
        yield from zip(some, _forecasts(asked, horizon_days=horizon_days, seed=seed), strict=True)


def _asked(
    history: pl.DataFrame,
    as_of_on: date,
    planned_spend: float | None,
    response: Response | None,
    events: pl.DataFrame | None,
) -> _Asked:
    if planned_spend is not None and not 0 <= planned_spend < np.inf:
        raise InvalidData.at("planned_spend", f"must be 0 or more a day, not {planned_spend}")
    past, known = campaign_days(history, as_of_on=as_of_on), events_of(events)
    return _Asked(past, known, event_days(past, known), planned_spend, response)


def _forecasts(asked: Sequence[_Asked], *, horizon_days: int, seed: int) -> list[DemandForecast]:
    series = series_forecasts(_side_by_side(asked), horizon_days=horizon_days, seed=seed)
    n = len(MEASURES)
    return [
        _forecast(one, series[place * n : (place + 1) * n], horizon_days=horizon_days, seed=seed)
        for place, one in enumerate(asked)
    ]


def _events_of_campaign(events: pl.DataFrame | None, name: str) -> pl.DataFrame | None:
    if events is None or "campaign_id" not in events.columns:
        return events
    return events.filter(pl.col("campaign_id").is_null() | (pl.col("campaign_id") == name))


def _side_by_side(asked: Sequence[_Asked]) -> Numbers:
    """The usual days of all, the last ones below one another."""
    longest = max(one.past.values.shape[1] for one in asked)
    values = np.full((len(asked), len(MEASURES), longest), np.nan)
    for place, one in enumerate(asked):
        usual = one.past.usual(one.is_event)
        values[place, :, longest - usual.shape[1] :] = usual
    return values.reshape(-1, longest)


def _forecast(asked: _Asked, series: Sequence[SeriesForecast], *, horizon_days: int, seed: int) -> DemandForecast:
    past = asked.past
    reservations = reservations_about(past, asked.is_event, series, horizon_days=horizon_days)
    paths = np.stack([one.paths for one in series])
    told = [series[measure].method for measure in (*_RESULTS, _SPEND) if series[measure].method != "none"]
    method = told[0] if told else "none"
    if past.is_off_now and not asked.planned_spend:
        since = past.on_of(int(np.flatnonzero(~past.is_off)[-1]) + 1)
        words = f"Nothing was spent since {day_in_words(since)}: nothing is expected while it stays off."
        reservations = [Reservation(words)]
        paths, method = np.zeros_like(paths), "switched off"
    else:
        if past.is_off_now:
            words = "It is off now: expected is what it brought when it was last on."
            reservations.insert(0, Reservation(words, Trust.low))
        if not np.nansum(past.values) and told:
            reservations.append(Reservation("Nothing was spent and nothing came in on any known day.", Trust.low))
        if asked.planned_spend is not None:
            reservations += _plan(asked, paths, seed)
        reservations += _apply_events(asked, paths, seed)
    first_on = past.as_of_on + timedelta(days=1)
    return DemandForecast(
        days=_day_rows(paths, first_on),
        totals=_totals(paths),
        method=method,
        trust=trust_left(reservations),
        notes=tuple(reservation.words for reservation in reservations),
        n_history_days=int((~np.isnan(past.values)).any(axis=0).sum()),
    )


def _plan(asked: _Asked, paths: Numbers, seed: int) -> list[Reservation]:
    """Put the planned spend in place of the expected one, and let results follow."""
    planned = asked.planned_spend
    assert planned is not None
    paths[_SPEND] = planned
    usual = asked.past.usual_spend(asked.is_event)
    if asked.response is not None:
        factor = float(asked.response(planned))
        if not 0 <= factor < np.inf:
            raise InvalidData.at("response", f"says {factor} for a spend of {planned}; it must say 0 or more")
        paths[_RESULTS, :, :] *= factor
        return []
    if not usual:
        paths[_RESULTS, :, :] = np.nan
        words = "Nothing was ever spent, so what the planned spend will bring cannot be told."
        return [Reservation(words, Trust.none)]
    low, high = ELASTICITIES
    elasticity = np.random.default_rng([seed, 1]).uniform(low, high, paths.shape[1])
    paths[_RESULTS, :, :] *= ((planned / usual) ** elasticity)[None, :, None]
    words = (
        f"The planned spend is {planned / usual:.2f} times the usual one. How results follow is not known here: taken "
        f"is spend to the power of {low} to {high:.0f}."
    )
    is_near = 0.8 <= planned / usual <= 1.25
    return [Reservation(words, Trust.good if is_near else Trust.low)]


def _apply_events(asked: _Asked, paths: Numbers, seed: int) -> list[Reservation]:
    """Multiply the days of events that are to come."""
    found = []
    told: set[str] = set()
    normal = np.random.default_rng([seed, 2]).standard_normal(paths.shape[1])
    for event in asked.events:
        days = event.days_ahead(asked.past.as_of_on, paths.shape[2])
        if not len(days):
            continue
        own = slice(days.start, days.stop)
        if event.effect is not None:
            paths[_RESULTS, :, own] *= 1 + event.effect
            continue
        effect = learnt_effect(asked.past, event.name, asked.events)
        for measure in range(len(MEASURES)):
            is_planned = measure == _SPEND and asked.planned_spend is not None
            factor, off = (1.0, _UNTOLD) if effect is None else (effect.factors[measure], effect.spreads[measure])
            if not is_planned and not np.isnan(factor):
                # Of mean 1, so that what is uncertain is not more.
                chance = np.exp(off * normal)
                paths[measure, :, own] *= factor * (chance / chance.mean())[:, None]
        if event.name not in told:
            found.append(_about_event(event.name, effect))
        told.add(event.name)
    return found


def _about_event(name: str, effect: LearntEffect | None) -> Reservation:
    if effect is None:
        words = (
            f"Nothing is known of what '{name}' does: no effect is assumed, and the bounds allow for half to double. "
            "Give one, if you know better."
        )
        return Reservation(words, Trust.low)
    factor = effect.factors[1] if not np.isnan(effect.factors[1]) else effect.factors[2]
    words = f"'{name}' is taken to do what it did on {effect.n_days} past days: results times {factor:.2f}."
    return Reservation(words, Trust.good if effect.n_days > 2 else Trust.fair)


def _day_rows(paths: Numbers, first_on: date) -> pl.DataFrame:
    horizon_days = paths.shape[2]
    lower, upper = np.quantile(paths, BOUNDS, axis=1)
    mean = paths.mean(axis=1)
    columns: dict[str, pl.Series] = {
        "on": pl.date_range(first_on, first_on + timedelta(days=horizon_days - 1), eager=True)
    }
    for place, measure in enumerate(MEASURES):
        for suffix, numbers in (("", mean), ("_lower", lower), ("_upper", upper)):
            columns[measure + suffix] = pl.Series(numbers[place]).fill_nan(None)
    return pl.DataFrame(columns)


def _totals(paths: Numbers) -> dict[str, Interval | None]:
    sums = paths.sum(axis=2)
    totals = {measure: _interval(sums[place], sums[place].mean()) for place, measure in enumerate(MEASURES)}
    spend, revenue = sums[0], sums[2]
    has_roas = bool((spend > 0).all()) and not np.isnan(revenue).any()
    roas = _interval(revenue / spend, revenue.mean() / spend.mean()) if has_roas else None
    return {**totals, "roas": roas}


def _interval(sums: Numbers, expected: float) -> Interval | None:
    if np.isnan(sums).any():
        return None
    lower, upper = np.quantile(sums, BOUNDS)
    return Interval(float(expected), float(lower), float(upper))
