"""All sessions of people: those that led to orders, and everybody else's."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.campaigns import CAMPAIGN_OF_AD, Plan
from adplanning.demo.paths import CHANNELS, DIRECT, EMAIL, ORGANIC, REFERRAL, SOCIAL, ads_of, paths_of
from adplanning.demo.season import SECOND, Floats, Ints, Season
from adplanning.demo.spending import Spending

# The share of clicks that arrive as a session that the tracker sees.
LANDED_SHARE = 0.46
SESSIONS_A_DAY = {ORGANIC: 42, DIRECT: 26, SOCIAL: 15, REFERRAL: 7}
# By the end, when everybody is known; a young shop has few readers.
EMAIL_CLICKS_A_DAY = 44
# How often a session is somebody's first.
_NEW_SHARE = {"new": 0.34, "known": 0.03}
_NEW_BY_CHANNEL = {ORGANIC: 0.38, DIRECT: 0.18, SOCIAL: 0.45, REFERRAL: 0.6}
_BOUNCE_SHARE = {"organic": 0.55, "direct": 0.5, "email": 0.4, "social": 0.6, "referral": 0.6}
# Of the sessions of more than one page.
_LEAD_SHARE = 0.028


def sessions_of(
    plans: tuple[Plan, ...],
    orders: pl.DataFrame,
    spending: Spending,
    season: Season,
    *,
    size: float,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """One row per session, oldest first: at, ends_at, source, ad (−1 for none), actor (buyers first), order (null for
    none), n_pages, is_lead.
    """
    paths = paths_of(orders, spending.runs, season, rng)
    paths = paths.with_columns(ad=_ads(paths, spending, season, rng))
    arrived = rng.binomial(spending.link_clicks, LANDED_SHARE)
    others = _other_sessions(arrived - visits_by_ad(paths, season), season, size, rng)
    others = others.with_columns(actor=_actors(others, paths, _new_shares(plans), rng))
    known = pl.concat([paths, others], how="diagonal").sort("at", "actor", "source")
    known = _with_leads(_with_pages(known, plans, season, rng), rng)
    letters = _letter_sessions(known, season, size, rng)
    return pl.concat([known, _with_pages(letters, plans, season, rng)], how="diagonal").sort("at", "actor", "source")


def visits_by_ad(sessions: pl.DataFrame, season: Season) -> Ints:
    """How many sessions each ad brought on each day."""
    paid = sessions.filter(pl.col("ad") >= 0)
    cell = paid["ad"].to_numpy() * season.n_days + season.day_of(paid["at"].to_numpy())
    return np.bincount(cell, minlength=len(CAMPAIGN_OF_AD) * season.n_days).reshape(-1, season.n_days)


def _ads(paths: pl.DataFrame, spending: Spending, season: Season, rng: np.random.Generator) -> Ints:
    day = season.day_of(paths["at"].to_numpy())
    return ads_of(paths["source"].to_numpy(), day, spending.spend_minor, CAMPAIGN_OF_AD, rng)


def _other_sessions(left: Ints, season: Season, size: float, rng: np.random.Generator) -> pl.DataFrame:
    ad, day = np.nonzero(left > 0)
    times = left[ad, day]
    ad, ad_day = np.repeat(ad, times), np.repeat(day, times)
    channels = np.array(list(SESSIONS_A_DAY))
    unpaid = rng.poisson(np.array(list(SESSIONS_A_DAY.values()))[:, None] * size * season.demand)
    channel, day = np.nonzero(unpaid)
    times = unpaid[channel, day]
    channel, channel_day = np.repeat(channel, times), np.repeat(day, times)
    frame = pl.DataFrame(
        {
            "at": season.moments(np.concatenate([ad_day, channel_day]), rng),
            "source": np.concatenate([CAMPAIGN_OF_AD[ad], channels[channel]]),
            "ad": np.concatenate([ad, np.full(len(channel), -1)]),
        }
    )
    return frame.sort("at", "source", "ad")


def _new_shares(plans: tuple[Plan, ...]) -> Floats:
    return np.array(
        [_NEW_SHARE[plan.reaches] for plan in plans]
        + [_NEW_BY_CHANNEL.get(c, 0.0) for c in range(ORGANIC, REFERRAL + 1)]
    )


def _actors(others: pl.DataFrame, paths: pl.DataFrame, new_share: Floats, rng: np.random.Generator) -> Ints:
    """Who came: somebody new, or somebody seen before, more likely lately."""
    at = others["at"].to_numpy()
    buyers = paths.group_by("actor").agg(pl.col("at").min()).sort("actor")
    n_buyers = int(buyers["actor"].to_numpy().max(initial=-1)) + 1
    new = rng.random(len(at)) < new_share[others["source"].to_numpy()]
    new[:1] = True
    actor = n_buyers + np.cumsum(new) - 1
    pool_actor = np.concatenate([buyers["actor"].to_numpy(), actor[new]])
    pool_at = np.concatenate([buyers["at"].to_numpy(), at[new]])
    order = np.argsort(pool_at, kind="stable")
    n_seen = np.searchsorted(pool_at[order], at)
    lately = np.maximum(n_seen - 1 - (n_seen * rng.beta(1, 5, len(at))).astype(np.int64), 0)
    return np.where(new, actor, pool_actor[order][lately])


def _with_pages(
    sessions: pl.DataFrame, plans: tuple[Plan, ...], season: Season, rng: np.random.Generator
) -> pl.DataFrame:
    n = sessions.height
    bounce_share = np.array([plan.bounce_share for plan in plans] + [_BOUNCE_SHARE[name] for name in CHANNELS])
    bounced = rng.random(n) < bounce_share[sessions["source"].to_numpy()]
    ordered = sessions["ends_at"].is_not_null().to_numpy()
    pages = np.where(ordered, 3, 1) + np.where(bounced & ~ordered, 0, rng.geometric(0.6, n))
    stayed = pl.Series((pages * rng.uniform(20, 90, n) * SECOND).astype(np.int64))
    return sessions.with_columns(
        n_pages=pl.Series(pages),
        ends_at=pl.coalesce("ends_at", pl.min_horizontal(pl.col("at") + stayed, season.end - 1)),
        places_order=pl.Series(ordered),
    )


def _with_leads(sessions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    lucky = pl.Series(rng.random(sessions.height) < _LEAD_SHARE)
    return sessions.with_columns(is_lead=lucky & (pl.col("n_pages") > 1) & ~pl.col("places_order"))


def _letter_sessions(sessions: pl.DataFrame, season: Season, size: float, rng: np.random.Generator) -> pl.DataFrame:
    """Sessions from the weekly letter, which goes to those who have ordered or asked before."""
    known = known_since(sessions).sort("known_at", "actor")
    letter_days = np.arange(season.n_days)[np.arange(season.n_days) % 7 == 3]
    day = np.repeat(letter_days, rng.poisson(EMAIL_CLICKS_A_DAY * 7 * size, len(letter_days)))
    at = np.sort(season.moments(day, rng))
    reader = rng.integers(0, max(known.height, 1), len(at))
    reached = reader < np.searchsorted(known["known_at"].to_numpy(), at)
    return pl.DataFrame({"at": at[reached], "actor": known["actor"].to_numpy()[reader[reached]]}).with_columns(
        source=pl.lit(EMAIL, pl.Int64), ad=pl.lit(-1, pl.Int64), is_lead=pl.lit(False), ends_at=pl.lit(None, pl.Int64)
    )


def known_since(sessions: pl.DataFrame) -> pl.DataFrame:
    """Since when each person has been known by name: one row per actor who ordered or sent a form."""
    return (
        sessions.filter(pl.col("places_order") | pl.col("is_lead"))
        .group_by("actor")
        .agg(pl.col("ends_at").min().alias("known_at"))
        .sort("actor")
    )
