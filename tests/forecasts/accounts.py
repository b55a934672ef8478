"""Simulated accounts whose truth is known: curves, adstock, weekdays, seasons and chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from adplanning.forecasts.adstock import adstocked
from adplanning.forecasts.response import ResponseFit
from adplanning.forecasts.saturation import saturated

Numbers = NDArray[np.float64]
FIRST_ON = date(2026, 1, 5)
VARIANCE = 1.5
"""Of a day's conversions, per unit of their mean."""


@dataclass(frozen=True)
class Campaign:
    """What was seen of a campaign, and its true curve at the demand of the last 28 days."""

    spend: Numbers
    result: Numbers
    ceiling: float
    half_saturation: float
    shape: float
    baseline: float

    @property
    def history(self) -> pl.DataFrame:
        last_on = FIRST_ON + timedelta(days=len(self.spend) - 1)
        days = pl.date_range(FIRST_ON, last_on, eager=True)
        return pl.DataFrame({"on": days, "spend": self.spend, "result": self.result})

    def true_result(self, spend: float) -> float:
        return self.baseline + self.ceiling * float(saturated(spend, self.half_saturation, self.shape))

    @property
    def truth(self) -> ResponseFit:
        """The curve as if it were known."""
        return a_fit(
            self.ceiling,
            self.half_saturation,
            shape=self.shape,
            baseline=self.baseline,
            usual_spend=float(self.spend[-28:].mean()),
        )


def a_fit(
    ceiling: float = 20.0,
    half_saturation: float = 100.0,
    *,
    shape: float = 1.0,
    baseline: float = 0.0,
    usual_spend: float = 100.0,
    followed_because: tuple[str, ...] = (),
    draws: Sequence[tuple[float, float, float, float]] = (),
) -> ResponseFit:
    """A curve that is known, without draws a certain one."""
    certain = [(ceiling, half_saturation, shape, baseline)] * 2
    return ResponseFit(
        adstock=0.0,
        ceiling=ceiling,
        half_saturation=half_saturation,
        shape=shape,
        baseline=baseline,
        weekday=(1.0,) * 7,
        usual_spend=usual_spend,
        least_seen=0.0,
        most_seen=2 * usual_spend,
        n_days=90,
        dispersion=VARIANCE,
        own_variation=0.3,
        followed_because=followed_because,
        draws=tuple(draws or certain),
    )


def account(seed: int, *, n_campaigns: int = 8, n_days: int = 180, follows_demand: bool = False) -> list[Campaign]:
    """Campaigns whose spend was changed by itself from week to week, or rose and fell with the demand of each day."""
    random = np.random.default_rng(seed)
    return [_campaign(random, n_days, follows_demand=follows_demand) for _ in range(n_campaigns)]


def _campaign(random: np.random.Generator, n_days: int, *, follows_demand: bool) -> Campaign:
    unit, usual_result = np.exp(random.normal(8, 0.6)), np.exp(random.uniform(np.log(8), np.log(60)))
    half, shape = np.exp(random.normal(0, 0.8)), random.uniform(0.6, 1)
    carry_over, unpaid = random.uniform(0, 0.6), random.uniform(0.02, 0.3)
    ceiling = usual_result * (1 - unpaid) / float(saturated(1, half, shape))
    demand = _demand(random, n_days, roughness=1.0 if follows_demand else 0.3)
    if follows_demand:
        spend = unit * demand / demand.mean() * np.exp(random.normal(0, 0.05, n_days))
    else:
        weeks = np.repeat(random.normal(0, 0.35, n_days // 7 + 1), 7)[:n_days]
        spend = unit * np.exp(weeks + random.normal(0, 0.12, n_days))
    reached = saturated(adstocked(spend / unit, carry_over, before=1), half, shape)
    mean = (usual_result * unpaid + ceiling * reached) * demand
    today = float(demand[-28:].mean())
    return Campaign(
        spend=spend,
        result=random.negative_binomial(mean / (VARIANCE - 1), 1 / VARIANCE).astype(float),
        ceiling=ceiling * today,
        half_saturation=half * unit,
        shape=shape,
        baseline=usual_result * unpaid * today,
    )


def _demand(random: np.random.Generator, n_days: int, *, roughness: float) -> Numbers:
    """A season, a random walk, spells of some days (an autoregression), and weekdays."""
    days = np.arange(n_days)
    season = 0.25 * np.sin(2 * np.pi * (days / random.uniform(90, 365) + random.random()))
    walk, spells = np.cumsum(random.normal(0, 0.01, n_days)), np.zeros(n_days)
    for day, shock in enumerate(random.normal(0, 0.08, n_days)):
        spells[day] = shock + (0.8 * spells[day - 1] if day else 0.0)
    weekday = np.exp(random.normal(0, 0.15, 7))
    demand: Numbers = np.exp(season + walk + roughness * spells) * (weekday / weekday.mean())[days % 7]
    return demand
