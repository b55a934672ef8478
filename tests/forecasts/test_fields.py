"""What may be asked of budgets and events."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts import fields
from adplanning.forecasts.budget import Target
from adplanning.forecasts.fields import EventFields, ForecastFields, Outcome, SplitFields

DAYS = {"first_on": "2026-12-01", "last_on": "2026-12-10"}


def split(**given: Any) -> SplitFields:
    return SplitFields.model_validate({"total": 1000, **DAYS, **given})


def test_null_stands_for_the_usual_number_of_days() -> None:
    given = ForecastFields.model_validate(
        {"ad_campaign_id": None, "daily_budget": "5", "forecast_days": None, "events": None}
    )
    assert (given.forecast_days, given.events, given.ad_campaign_id) == (30, [], None)


def test_a_total_is_spread_over_its_days_in_minor_units() -> None:
    assert (fields.n_days(split()), fields.daily_minor(split(), split().total, "INR")) == (10, 10_000)
    assert fields.daily_minor(split(), split().total, "JPY") == 100


def test_bounds_and_targets_are_in_minor_units() -> None:
    bounds = [{"campaign_id": "a", "least": 1, "most": 2.5}, {"campaign_id": "b", "most": 0}]
    assert fields.bounds_minor(split(bounds=bounds).bounds, "INR") == ({"a": 100.0}, {"a": 250.0, "b": 0.0})
    assert fields.target_of(split(), "INR") is None
    assert fields.target_of(split(target="roas", target_value=2.5), "INR") == Target(BudgetTarget.roas, 2.5)
    assert fields.target_of(split(target="cpa", target_value=9.5), "INR") == Target(BudgetTarget.cpa, 950)
    with pytest.raises(InvalidData, match="less than the least amount of INR"):
        fields.target_of(split(target="cpa", target_value=0.001), "INR")


def test_a_split_is_judged_by_revenue_unless_conversions_are_asked_for() -> None:
    assert fields.outcome_of(split()) is Outcome.revenue
    assert fields.outcome_of(split(outcome="conversions")) is Outcome.conversions
    assert fields.outcome_of(split(target="cpa", target_value=9)) is Outcome.conversions


def test_an_event_may_last_a_year_and_must_not_end_before_it_begins() -> None:
    whole = EventFields.model_validate({"name": "Year", "first_on": "2026-01-01", "last_on": "2027-01-01"})
    assert fields.checked_event(whole) is whole
    with pytest.raises(InvalidData, match="more than 366 days"):
        fields.checked_event(whole.model_copy(update={"last_on": whole.last_on.replace(day=2)}))


@pytest.mark.parametrize(
    "given",
    [
        {"first_on": 0},
        {"first_on": "1900-01-01"},
        {"first_on": "2026-02-30"},
        {"total": float("nan")},
        {"total": True},
        {"target_value": float("inf")},
        {"campaign_ids": []},
        {"bounds": [{"campaign_id": "a", "least": -1}]},
    ],
)
def test_a_value_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        split(**given)


@pytest.mark.parametrize("effect", [-1, 21, float("nan")])
def test_an_effect_leaves_something_and_is_no_miracle(effect: float) -> None:
    with pytest.raises(ValidationError):
        EventFields.model_validate({"name": "Sale", **DAYS, "effect": effect})
