"""The sessions that led to each order: where they came from and when."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.campaigns import N_CAMPAIGNS
from adplanning.demo.season import DAY, SECOND, Flags, Ints, Season

CHANNELS = ("organic", "direct", "email", "social", "referral")
# A source is a campaign's number or, after those, a channel's.
ORGANIC, DIRECT, EMAIL, SOCIAL, REFERRAL = range(N_CAMPAIGNS, N_CAMPAIGNS + len(CHANNELS))
LONGEST = 6

# How often each source is seen on the way to an order that it did not cause: retargeting and brand search stand
# in many paths. In the order of the plans, then of the channels.
_ON_FIRST = (2, 1.5, 2, 7, 2, 0.3, 3, 3, 11, 2, 3, 2, 30, 24, 0, 6, 4)
_ON_LATER = (0.5, 0.5, 0.5, 8, 2, 0.2, 2, 2, 9, 0.5, 1, 1, 16, 32, 22, 4, 1)


def paths_of(orders: pl.DataFrame, runs: Flags, season: Season, rng: np.random.Generator) -> pl.DataFrame:
    """One row per session: actor, at, source; order and ends_at for the session in which an order was placed.

    Every caused order has a session from its campaign, on a day when that ran.
    """
    n = np.minimum(rng.geometric(np.where(orders["is_first"], 0.4, 0.6)) - 1, LONGEST) + 1
    order = np.repeat(np.arange(len(n)), n)
    back = np.arange(len(order)) - np.repeat(np.cumsum(n) - n, n)
    placed_at = orders["at"].to_numpy()[order]
    at = placed_at - _lags(back, n, rng)
    day_began = season.start + season.day_of(placed_at) * DAY
    at = np.where(back == 0, np.maximum(at, day_began), at)

    drawn = np.where(
        orders["is_first"].to_numpy()[order], _draw(_ON_FIRST, len(order), rng), _draw(_ON_LATER, len(order), rng)
    )
    source = np.where(_running(drawn, at, runs, season), drawn, ORGANIC)
    cause = orders["campaign"].to_numpy()[order]
    touch = (rng.random(len(n)) * n).astype(np.int64)[order]
    missed = (back == touch) & ~_running(cause, at, runs, season)
    touch = np.where(np.isin(order, order[missed]), 0, touch)
    source = np.where((back == touch) & (cause >= 0), cause, source)
    return pl.DataFrame(
        {
            "order": pl.Series(order).set(pl.Series(back > 0), None),
            "actor": orders["buyer"].to_numpy()[order],
            "at": at,
            "source": source,
            "ends_at": pl.Series(placed_at).set(pl.Series(back > 0), None),
        }
    ).filter(pl.col("at") >= season.start)


def _lags(back: Ints, n: Ints, rng: np.random.Generator) -> Ints:
    """How long before its order each session began: minutes for its own, days for those before."""
    gap = np.where(back == 0, rng.uniform(4, 18, len(back)) * 60, rng.exponential(2.5, len(back)) * 86_400)
    total = np.cumsum(gap)
    before = (total - gap)[np.cumsum(n) - n]
    lags: Ints = ((total - np.repeat(before, n)) * SECOND).astype(np.int64)
    return lags


def _draw(weights: tuple[float, ...], n: int, rng: np.random.Generator) -> Ints:
    share = np.array(weights) / sum(weights)
    return rng.choice(len(share), n, p=share)


def _running(source: Ints, at: Ints, runs: Flags, season: Season) -> Flags:
    day = season.day_of(at)
    campaign = np.clip(source, 0, N_CAMPAIGNS - 1)
    here = (day >= 0) & runs[campaign, np.clip(day, 0, season.n_days - 1)]
    return here | (source < 0) | (source >= N_CAMPAIGNS)


def ads_of(source: Ints, day: Ints, spend_minor: Ints, ad_campaign: Ints, rng: np.random.Generator) -> Ints:
    """The ad behind each session of a campaign, as often as that ad spent that day; −1 for the channels."""
    ad = np.full(len(source), -1)
    for campaign in np.unique(source[source < N_CAMPAIGNS]):
        rows = np.nonzero(source == campaign)[0]
        its_ads = np.nonzero(ad_campaign == campaign)[0]
        until = np.cumsum(spend_minor[its_ads][:, day[rows]], axis=0)
        ad[rows] = its_ads[np.argmax(until > rng.random(len(rows)) * until[-1], axis=0)]
    return ad
