"""A seeded shop with known truth: half a year of an invented Indian home-textiles shop, ready for the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.demo import afterwards, crawlers, events, opinions, rows
from adplanning.demo.campaigns import advertised, plans_for
from adplanning.demo.devices import visitor_rows, with_devices
from adplanning.demo.experiments import trials_of
from adplanning.demo.goals import completions_of, goal_rows
from adplanning.demo.goods import DOMAIN, NAME
from adplanning.demo.numbering import instants
from adplanning.demo.orders import orders_of
from adplanning.demo.people import people_of
from adplanning.demo.plans import event_rows
from adplanning.demo.rates import rate_rows
from adplanning.demo.season import Season
from adplanning.demo.spending import daily_spend_rows, daily_spending, expected_orders
from adplanning.demo.tags import tagged
from adplanning.demo.truth import causes_of, truth_of
from adplanning.demo.visits import known_since, sessions_of, visits_by_ad

# The same whatever the seed and the days, so that a second filling finds the first.
WEBSITE_ID = "web_demo_indigo_loom"


@dataclass(frozen=True)
class Shop:
    """The demo's facts, a frame per table in its columns; `causes` and what is called truth never go into the store."""

    websites: pl.DataFrame
    persons: pl.DataFrame
    visitors: pl.DataFrame
    ad_accounts: pl.DataFrame
    campaigns: pl.DataFrame
    ad_sets: pl.DataFrame
    ads: pl.DataFrame
    daily_spend: pl.DataFrame
    currency_rates: pl.DataFrame
    touchpoints: pl.DataFrame
    journey_events: pl.DataFrame
    feedback: pl.DataFrame
    ratings: pl.DataFrame
    conversions: pl.DataFrame
    goals: pl.DataFrame
    goal_completions: pl.DataFrame
    planned_events: pl.DataFrame
    experiments: pl.DataFrame
    experiment_days: pl.DataFrame
    experiment_changes: pl.DataFrame
    causes: pl.DataFrame
    truth: pl.DataFrame
    trial_truth: pl.DataFrame


def shop(days: int = 180, seed: int = 7, *, until: date, size: float = 1.0) -> Shop:
    """Make the shop: the same arguments give the same rows, ids included.

    Parameters
    ----------
    days : how many days of the shop's life, 14 or more.
    seed : which of the many possible shops.
    until : the last day, whole, of the shop's calendar (Asia/Kolkata).
    size : 1 is some 25,000 visitors in 180 days; spend and traffic grow with it.

    Returns
    -------
    Every purchase stands once in `causes`, with the campaign that brought it about, or none; `truth` adds these up.
    """
    if days < 14:
        raise InvalidData.at("days", f"{days} is too short for a demo; give 14 or more")
    if not size > 0:
        raise InvalidData.at("size", f"{size} makes no shop; give a number above 0, such as 1")
    rng = np.random.default_rng(seed)
    season = Season.of(days, until)
    plans = plans_for(season)
    told = advertised(plans, season, size)
    spending = daily_spending(plans, season, size, rng)
    expected = expected_orders(plans, spending, size)
    orders = orders_of(plans, expected, season, size, rng)

    sessions = sessions_of(plans, orders, spending, season, size=size, rng=rng)
    persons = people_of(known_since(sessions), orders, rng)
    sessions = with_devices(sessions, rng).join(
        persons.select("actor", person_id="id"), on="actor", how="left", maintain_order="left"
    )
    sessions = events.with_landing(tagged(sessions, plans, told, season, rng), plans, rng)
    orders = rows.numbered_orders(orders, sessions)
    crawled = crawlers.crawls(season, size, rng)

    milestones = events.milestones(sessions, orders, rng)
    conversions = rows.conversion_rows(milestones, WEBSITE_ID)
    visited = [
        events.page_views(sessions, rng),
        events.ad_clicks(sessions),
        events.social_visits(sessions, rng),
        events.letter_clicks(sessions),
        events.forms(sessions),
        afterwards.purchases(orders),
    ]
    feedback = opinions.opinions(orders, season, WEBSITE_ID, rng)
    followed = [
        opinions.steps(feedback),
        afterwards.returns(orders, season, rng),
        afterwards.questions(orders, season, rng),
        afterwards.recommendations(orders, season, rng),
        afterwards.letters_opened(persons, season, rng),
        crawlers.crawled_pages(crawled, season),
    ]
    journeys = rows.journey_rows([*visited, *followed], WEBSITE_ID)
    touchpoints = rows.touchpoint_rows(
        [sessions.filter(rows.BEARS_CAMPAIGN), crawlers.crawled_links(crawled, plans[0].name)], WEBSITE_ID
    )
    spend = daily_spend_rows(plans, told, spending, expected, visits_by_ad(sessions, season), season=season, rng=rng)
    causes = causes_of(
        orders.join(rows.purchase_ids(conversions), on="order_id", maintain_order="left"), told.campaigns
    )
    goals = goal_rows(WEBSITE_ID, season)
    trials = trials_of(told.campaigns, WEBSITE_ID, season, size=size, seed=seed)
    opened = instants(np.array([season.start]))
    return Shop(
        websites=pl.DataFrame(
            {"id": [WEBSITE_ID], "domain": [DOMAIN], "name": [NAME], "status": ["active"]}
        ).with_columns(created_at=opened, updated_at=opened),
        persons=persons.drop("actor"),
        visitors=visitor_rows(sessions, crawled),
        ad_accounts=told.ad_accounts,
        campaigns=told.campaigns,
        ad_sets=told.ad_sets,
        ads=told.ads,
        daily_spend=spend,
        currency_rates=rate_rows(season, rng),
        touchpoints=touchpoints,
        journey_events=journeys,
        feedback=feedback,
        ratings=opinions.ratings(feedback),
        conversions=conversions,
        goals=goals,
        goal_completions=completions_of(goals, conversions),
        planned_events=event_rows(season),
        experiments=trials.experiments,
        experiment_days=trials.experiment_days,
        experiment_changes=trials.experiment_changes,
        causes=causes,
        truth=truth_of(plans, told.campaigns, spend, causes, size),
        trial_truth=trials.truth,
    )
