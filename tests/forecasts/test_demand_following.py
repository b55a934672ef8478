"""Whether spend moved by itself or was moved."""

from __future__ import annotations

import numpy as np
import pytest

from adplanning.forecasts.demand_following import LEAST_OWN_VARIATION, demand_following
from adplanning.forecasts.response import ResponseFit, fit_response
from tests.forecasts.accounts import account

N = 200
WEEKDAYS = np.eye(7)[np.arange(N) % 7]


def share_suspected(*, follows_demand: bool) -> float:
    fits = [
        fit_response(campaign.history)
        for seed in range(4)
        for campaign in account(seed, n_campaigns=4, follows_demand=follows_demand)
    ]
    return float(np.mean([isinstance(fit, ResponseFit) and fit.has_followed_demand for fit in fits]))


def test_spend_that_rose_and_fell_with_demand_is_suspected_mostly_and_other_spend_hardly_ever() -> None:
    assert share_suspected(follows_demand=True) >= 0.7
    assert share_suspected(follows_demand=False) <= 0.1


def test_spend_that_only_kept_to_its_weekdays_tells_nothing() -> None:
    random = np.random.default_rng(0)
    spend = 100 * (1 + np.arange(N) % 7) * random.uniform(0.97, 1.03, N)
    found = demand_following(spend, random.poisson(30, N).astype(float), WEEKDAYS)
    assert found.own_variation < LEAST_OWN_VARIATION
    assert found.reasons == ("spend moved by only 2% apart from weekday and trend",)


def test_a_budget_that_is_set_by_the_results_of_the_week_before_is_found() -> None:
    random = np.random.default_rng(1)
    demand = np.exp(np.cumsum(random.normal(0, 0.05, N)))
    spend, sold = np.zeros(N), np.zeros(N)
    for day in range(N):
        spend[day] = 100 * (sold[day - 7 : day].mean() / 30 if day >= 7 else 1) * random.uniform(0.8, 1.2)
        sold[day] = random.poisson(30 * demand[day])
    assert "spend moved after results did" in demand_following(spend, sold, WEEKDAYS).reasons


def test_the_units_of_spend_and_results_say_nothing() -> None:
    random = np.random.default_rng(2)
    spend, sold = random.uniform(50, 150, N), random.poisson(30, N).astype(float)
    once, again = demand_following(spend, sold, WEEKDAYS), demand_following(spend * 83.1, sold * 4e5, WEEKDAYS)
    assert again.own_variation == pytest.approx(once.own_variation)
    assert again.reasons == once.reasons == ()
