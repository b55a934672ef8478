"""Plans as they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.forecasts.budget_service import allocations_of, save_plan
from adplanning.forecasts.curve_service import keep_curves
from adplanning.forecasts.fields import Outcome, PlanFields
from adplanning.store.session import writing
from tests.forecasts.accounts import a_fit
from tests.forecasts.told import AS_OF, NOW, advertised


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Three campaigns with curves of revenue."""
    ids = ("camp_a", "camp_b", "camp_c")
    advertised(any_engine, *ids)
    fits = {id_: a_fit(ceiling=3000.0 + 100 * place) for place, id_ in enumerate(ids)}
    with writing(any_engine) as session:
        keep_curves(session, fits, outcome=Outcome.revenue, as_of_on=AS_OF, currency="INR", now=NOW)
    return any_engine


def kept(engine: Engine, **given: Any) -> list[dict[str, Any]]:
    """What each campaign gets of a plan of ten days."""
    days = {"first_on": AS_OF + timedelta(days=1), "last_on": AS_OF + timedelta(days=10)}
    with writing(engine) as session:
        plan = save_plan(session, PlanFields(name="December", **days, **given), currency="INR", now=NOW)
        return [
            {"id": row.campaign_id, "daily": row.daily_minor, "least": row.least_minor, "most": row.most_minor}
            for row, _ in sorted(allocations_of(session, plan.id), key=lambda pair: pair[0].campaign_id)
        ]


@pytest.mark.parametrize("total", ["30.10", "29.90", "31.70", "25.50"])
def test_what_campaigns_get_a_day_adds_up_to_the_days_part_of_the_total(shop: Engine, total: str) -> None:
    assert sum(row["daily"] for row in kept(shop, total=total)) == round(float(total) * 100 / 10)


def test_a_split_of_ones_own_is_kept_with_its_own_bounds(shop: Engine) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 1.2, "least": 1}, {"campaign_id": "camp_b", "daily_budget": 0.9}]
    bounds = [{"campaign_id": "camp_b", "least": 0.1, "most": 1.5}]
    assert kept(shop, total=21, allocations=own, bounds=bounds) == [
        {"id": "camp_a", "daily": 120, "least": 100, "most": 160},
        {"id": "camp_b", "daily": 90, "least": 10, "most": 150},
    ]


def test_a_total_that_a_split_of_ones_own_does_not_come_to_is_refused(shop: Engine) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 1.2}, {"campaign_id": "camp_b", "daily_budget": 0.9}]
    with pytest.raises(InvalidData, match=r"total: 12 is not what the allocations come to in 10 days: 21(\.00)? INR"):
        kept(shop, total=12, allocations=own)
    assert kept(shop, total="21.1", allocations=own)  # a paisa a day and campaign may be rounding


def test_bounds_of_another_campaign_are_refused(shop: Engine) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 1.2}]
    with pytest.raises(InvalidData, match="bounds: camp_b is not among the campaigns"):
        kept(shop, total=12, allocations=own, bounds=[{"campaign_id": "camp_b", "most": 2}])
