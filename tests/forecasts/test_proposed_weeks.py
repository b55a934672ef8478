"""Test weeks: enough of them, and they tell what they are for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.proposed_weeks import MOST_WEEKS, proposed_weeks
from adplanning.forecasts.response import expected_result
from tests.forecasts.accounts import a_fit

MONDAY = date(2026, 6, 1)


def test_weeks_follow_one_another_and_spend_the_usual_in_the_mean() -> None:
    weeks = proposed_weeks(a_fit(), first_on=MONDAY).weeks
    assert weeks["first_on"].to_list() == [MONDAY + timedelta(weeks=n) for n in range(len(weeks))]
    assert (weeks["last_on"] - weeks["first_on"]).to_list() == [timedelta(days=6)] * len(weeks)
    assert weeks["spend"].mean() == pytest.approx(100.0)
    assert weeks["level"].to_list()[:4] == ["lower", "higher", "higher", "lower"]


def test_precision_is_that_of_two_means_of_days() -> None:
    # Mean 10 a day with variance 15, 14 days on either side, spend 60 apart: the slope is off by √(2 · 15 / 14) / 60 a
    # unit, of 10 / 100 which a unit brings in the mean.
    found = proposed_weeks(a_fit(), first_on=MONDAY, precision=10.0)
    assert len(found.weeks) == 4
    assert found.precision == pytest.approx(np.sqrt(2 * 15 / 14) / 60 / (10 / 100))


def test_fewer_results_take_more_weeks_and_too_few_are_said_not_to_be_enough() -> None:
    many, some, few = (proposed_weeks(a_fit(ceiling), first_on=MONDAY) for ceiling in (200.0, 12.0, 1.0))
    assert len(many.weeks) < len(some.weeks) <= len(few.weeks) == MOST_WEEKS
    assert (many.is_enough, some.is_enough, few.is_enough) == (True, True, False)
    assert few.precision > 0.25


def test_what_carries_over_into_the_next_week_takes_more_weeks() -> None:
    short, long = (proposed_weeks(replace(a_fit(12.0), adstock=adstock), first_on=MONDAY) for adstock in (0.0, 0.8))
    assert long.precision * np.sqrt(len(long.weeks)) > short.precision * np.sqrt(len(short.weeks))


def test_the_weeks_find_the_slope_as_precisely_as_they_say() -> None:
    fit = a_fit(60.0)
    found = proposed_weeks(fit, first_on=MONDAY)
    random = np.random.default_rng(0)
    days = np.repeat(found.weeks["spend"].to_numpy(), 7)
    is_higher = days > fit.usual_spend
    mean = expected_result(fit, days)
    slopes = []
    for _ in range(400):
        sold = random.negative_binomial(mean / (fit.dispersion - 1), 1 / fit.dispersion)
        slopes.append((sold[is_higher].mean() - sold[~is_higher].mean()) / np.ptp(days))
    mean_return = float(expected_result(fit, fit.usual_spend)) / fit.usual_spend
    assert np.std(slopes) / mean_return == pytest.approx(found.precision, rel=0.15)


def test_what_cannot_be_tested_is_refused() -> None:
    for swing in (0.0, 1.1, float("nan")):
        with pytest.raises(InvalidData, match="swing"):
            proposed_weeks(a_fit(), first_on=MONDAY, swing=swing)
    with pytest.raises(InvalidData, match="precision"):
        proposed_weeks(a_fit(), first_on=MONDAY, precision=0.0)
    with pytest.raises(InvalidData, match="spent nothing of late"):
        proposed_weeks(a_fit(usual_spend=0.0), first_on=MONDAY)
