from __future__ import annotations

import json

import polars as pl

from adplanning.conversions.goals import EventView, GoalRule, met_goals
from adplanning.demo.shop import Shop


def rules_of(shop: Shop) -> list[GoalRule]:
    return [
        GoalRule(
            goal["id"],
            goal["goal_type"],
            json.loads(goal["conditions"]),
            goal["default_value_minor"],
            goal["currency"],
            goal["value_from_event"],
            goal["website_id"],
        )
        for goal in shop.goals.iter_rows(named=True)
    ]


def test_the_completions_are_those_that_the_goals_mean(small: Shop) -> None:
    """Each conversion and each journey event held against the product's own definition."""
    rules = rules_of(small)
    met = {
        (goal.goal_id, row["id"], goal.value_minor)
        for row in small.conversions.iter_rows(named=True)
        for goal in met_goals(
            EventView(
                "conversion",
                row["conversion_type"],
                row["conversion_name"],
                row["pathname"],
                row["website_id"],
                row["value_minor"],
                row["currency"],
                json.loads(row["metadata"] or "{}"),
            ),
            rules,
        )
    }
    assert set(small.goal_completions.select("goal_id", "conversion_id", "value_minor").rows()) == met
    assert len(met) == small.goal_completions.height
    steps = {
        (row["event_type"], row["event_name"])
        for row in small.journey_events.select("event_type", "event_name").unique().iter_rows(named=True)
        if met_goals(
            EventView("journey", row["event_type"], row["event_name"], "/", small.websites["id"][0], None, "INR", {}),
            rules,
        )
    }
    assert steps == set()


def test_every_goal_was_met_and_none_by_everything(half_year: Shop) -> None:
    met = half_year.goal_completions["goal_id"].value_counts()
    assert set(met["goal_id"]) == set(half_year.goals["id"])
    n_orders = half_year.conversions.filter(pl.col("conversion_type") == "purchase").height
    n_met = half_year.goal_completions.filter(pl.col("goal_id") == half_year.goals["id"][0]).height
    assert 0.9 * n_orders < n_met < n_orders
