"""Forecasts and budgets: what to expect, how often that was right, and where to put the money."""

from __future__ import annotations

from collections.abc import Sequence

from adplanning.ui.component import Component
from adplanning.ui.pages.budget_plan import plan_page
from adplanning.ui.pages.budget_plans import plans_view
from adplanning.ui.pages.budget_view import budget_view
from adplanning.ui.pages.forecast_accuracy import accuracy_view
from adplanning.ui.pages.forecast_overview import overview
from adplanning.ui.pages.forecast_record import forecast_page
from adplanning.ui.pages.forecast_words import PLAN
from adplanning.ui.visit import Visit


def forecasts_page(visit: Visit) -> Sequence[Component]:
    """One of the views, or one forecast, or one plan."""
    if visit.record_id:
        return (plan_page if visit.record_id.startswith(PLAN) else forecast_page)(visit, visit.record_id)
    views = {"accuracy": accuracy_view, "budget": budget_view, "plans": plans_view}
    return views.get(visit.query.get("view", ""), overview)(visit)
