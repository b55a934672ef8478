"""Who orders when, for how much, and because of what."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.campaigns import Plan
from adplanning.demo.rates import RATES
from adplanning.demo.season import DAY, Floats, Ints, Season

FIRST_ORDERS_A_DAY = 7.5
BASELINE = -1
# Repeat purchases: a rate a day ~ Gamma(r, α) each, and after each of them a chance ~ Beta(a, b) of never coming back
# (Fader, Hardie and Lee 2005); order values: Gamma(p) around a mean of each person's own, 1 / Gamma(q) (Fader and
# Hardie 2013).
REPEAT_R, REPEAT_ALPHA_DAYS, REPEAT_A, REPEAT_B = 0.5, 56.0, 0.9, 2.4
VALUE_P, VALUE_Q, VALUE_GAMMA = 6.0, 4.0, 1150.0
MOST_REPEATS = 30
MIN_RUPEES = 349


def orders_of(
    plans: tuple[Plan, ...], expected: Floats, season: Season, size: float, rng: np.random.Generator
) -> pl.DataFrame:
    """All orders, oldest first: buyer (numbered by first order), at, campaign (by which it was caused, or
    `BASELINE`), is_first, currency, value_minor and inr_minor.

    A campaign for new people causes first orders; one for known people causes a further order of a buyer that the shop
    has by then. Later orders of a buyer by themselves are baseline, whoever won the buyer.
    """
    causes, at = _caused(rng.poisson(expected), season, rng)
    reaches_known = np.array([plan.reaches == "known" for plan in plans])[causes]
    own = np.repeat(np.arange(season.n_days), rng.poisson(FIRST_ORDERS_A_DAY * size * season.demand))
    first_at = np.concatenate([at[~reaches_known], season.moments(own, rng)])
    first_cause = np.concatenate([causes[~reaches_known], np.full(len(own), BASELINE)])
    order = np.argsort(first_at, kind="stable")
    first_at, first_cause = first_at[order], first_cause[order]

    n_known = np.searchsorted(first_at, at[reaches_known])
    reached = n_known > 0
    buyer = (rng.random(len(n_known)) * n_known).astype(np.int64)[reached]
    again, again_at = _repeats(first_at, season, rng)
    frame = pl.DataFrame(
        {
            "buyer": np.concatenate([np.arange(len(first_at)), buyer, again]),
            "at": np.concatenate([first_at, at[reaches_known][reached], again_at]),
            "campaign": np.concatenate([first_cause, causes[reaches_known][reached], np.full(len(again), BASELINE)]),
            "is_first": np.arange(len(first_at) + len(buyer) + len(again)) < len(first_at),
        }
    )
    return _priced(frame, len(first_at), rng).sort("at", "buyer")


def _caused(counts: Ints, season: Season, rng: np.random.Generator) -> tuple[Ints, Ints]:
    campaign, day = np.nonzero(counts)
    times = counts[campaign, day]
    return np.repeat(campaign, times), season.moments(np.repeat(day, times), rng)


def _repeats(first_at: Ints, season: Season, rng: np.random.Generator) -> tuple[Ints, Ints]:
    n = len(first_at)
    rate = rng.gamma(REPEAT_R, 1 / REPEAT_ALPHA_DAYS, n)
    # The number of the repeat order after which the buyer never comes back.
    last = rng.geometric(np.clip(rng.beta(REPEAT_A, REPEAT_B, n), 1e-6, 1))
    waits = rng.exponential(1, (n, MOST_REPEATS)) / np.maximum(rate, 1e-9)[:, None]
    later_days = np.minimum(np.cumsum(waits, axis=1), 10 * season.n_days)
    # Rounded to the hours at which India shops, on the same day.
    day = season.day_of(first_at[:, None] + (later_days * DAY).astype(np.int64))
    kept = (day < season.n_days) & (day > season.day_of(first_at)[:, None]) & (np.arange(MOST_REPEATS) < last[:, None])
    return np.nonzero(kept)[0], season.moments(day[kept], rng)


def _priced(frame: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    buyer, moved = frame["buyer"].to_numpy(), (frame["campaign"] != BASELINE).to_numpy()
    mean = VALUE_GAMMA / rng.gamma(VALUE_Q, 1, n)
    # Only people whom no campaign ever moved pay from abroad: what campaigns caused is in rupees.
    abroad = (rng.random(n) < 0.03) & ~np.isin(np.arange(n), buyer[moved])
    currency = np.where(abroad, rng.choice(list(RATES), n, p=[0.5, 0.15, 0.35]), "INR")
    rupees = np.maximum(np.rint(mean[buyer] * rng.gamma(VALUE_P, 1, len(buyer)) / 10) * 10 - 1, MIN_RUPEES)
    return frame.with_columns(
        pl.Series("currency", currency[buyer]), pl.Series("inr_minor", rupees.astype(np.int64) * 100)
    )
