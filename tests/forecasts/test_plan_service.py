"""Plans kept and held against what was spent and brought, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.forecasts import budget_service
from adplanning.forecasts.curve_service import keep_curves
from adplanning.forecasts.fields import Outcome, PlanFields
from adplanning.forecasts.plan_service import PlanProgress, plan_against_actual
from adplanning.forecasts.response import ResponseFit
from adplanning.store.session import reading, writing
from tests.forecasts.told import AS_OF, NOW, USUAL, advertised, conversion_row, spend_row, told


def fit(ceiling: float) -> ResponseFit:
    return ResponseFit(
        0.0, ceiling, 10_000.0, 1.0, 0.0, (1.0,) * 7, 10_000.0, 0.0, 20_000.0, 90, 1.0, 0.3, (),
        ((ceiling, 10_000.0, 1.0, 0.0),) * 2,
    )  # fmt: skip


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Two campaigns with curves; the first spent 60.00 and 90.00 on the last two days, the second nothing."""
    advertised(any_engine, "camp_a", "camp_b")
    noon = NOW - timedelta(days=1)
    told(
        any_engine,
        {
            "daily_spend": [spend_row("camp_a", AS_OF - timedelta(days=1), 6000), spend_row("camp_a", AS_OF, 9000)],
            "conversions": [
                conversion_row("c_first", "camp_a", noon - timedelta(days=9), 7),
                conversion_row("c", "camp_a", noon, 40_000),
            ],
        },
    )
    with writing(any_engine) as session:
        fits = {"camp_a": fit(100_000.0), "camp_b": fit(144_000.0)}
        keep_curves(session, fits, Outcome.revenue, as_of_on=AS_OF, currency="INR", now=NOW)
    return any_engine


def plan(**given: Any) -> PlanFields:
    days = {"first_on": AS_OF - timedelta(days=1), "last_on": AS_OF + timedelta(days=2)}
    return PlanFields.model_validate({"name": "Four days", "total": 800, **days, **given})


def kept(engine: Engine, given: PlanFields) -> str:
    with writing(engine) as session:
        return budget_service.save_plan(session, given, currency="INR", now=NOW, by="asha").id


def progress(engine: Engine, plan_id: str, as_of_on: date = AS_OF) -> PlanProgress:
    with reading(engine) as session:
        found = budget_service.find_plan(session, plan_id)
        allocations = [row for row, _ in budget_service.allocations_of(session, plan_id)]
        return plan_against_actual(
            engine, found, allocations, as_of_on=as_of_on, zone=USUAL["zone"], public_revenue=USUAL["public_revenue"]
        )


def test_the_best_split_is_kept_with_what_it_is_expected_to_bring(shop: Engine) -> None:
    plan_id = kept(shop, plan())
    with reading(shop) as session:
        found = budget_service.find_plan(session, plan_id)
        rows = budget_service.allocations_of(session, plan_id)
        assert budget_service.list_plans(session, limit=5, offset=0, search="four")[1] == 1
        assert budget_service.list_plans(session, limit=5, offset=0, search="five")[1] == 0
    assert (found.total_minor, found.created_by, found.currency) == (80_000, "asha", "INR")
    # Marginals are alike where √100 / (x_a + 100) = √144 / (x_b + 100) with x_a + x_b = 200.
    assert [(row.campaign_id, row.daily_minor) for row, _ in rows] == [("camp_b", 11_818), ("camp_a", 8182)]
    assert rows[0][1] == "The camp_b"
    assert rows[0][0].marginal_roas == pytest.approx(rows[1][0].marginal_roas, rel=1e-3)
    assert [row.n_conversions for row, _ in rows] == [None, None]
    assert found.expected["expected"] == pytest.approx(sum(row.revenue_minor or 0 for row, _ in rows), abs=1)
    assert found.expected["gain"] > 0


def test_a_plan_is_held_against_what_was_spent_and_brought(shop: Engine) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 50}, {"campaign_id": "camp_b", "daily_budget": 50}]
    plan_id = kept(shop, plan(total=400, allocations=own))
    found = progress(shop, plan_id)
    assert found.days["spent"].to_list() == [6000, 9000, None, None]
    assert found.days["planned_so_far"].to_list() == [10_000, 20_000, 30_000, 40_000]
    assert found.pace.projected_end == pytest.approx(30_000)
    assert found.pace.off_by == pytest.approx(-0.25)
    assert found.campaigns.rows() == [("camp_a", 10_000, 15_000, 1.0, 40_000), ("camp_b", 10_000, 0, 0.0, 0)]


def test_days_of_which_nobody_has_told_are_not_known_and_no_zero(shop: Engine) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 50}]
    later = {"first_on": AS_OF + timedelta(days=1), "last_on": AS_OF + timedelta(days=4)}
    plan_id = kept(shop, PlanFields.model_validate({"name": "Later", "total": 200, "allocations": own, **later}))
    found = progress(shop, plan_id, AS_OF + timedelta(days=2))
    assert found.days["spent"].null_count() == 4
    assert (found.pace.spent_so_far, found.pace.projected_end) == (None, None)
    assert found.campaigns["spent_so_far"].to_list() == [None]


def test_a_plan_that_has_not_begun_has_spent_nothing(shop: Engine) -> None:
    plan_id = kept(shop, plan())
    found = progress(shop, plan_id, AS_OF - timedelta(days=9))
    assert found.days["spent"].null_count() == 4
    assert (found.pace.spent_so_far, found.pace.projected_end) == (0, None)


def test_a_plan_without_curves_or_with_a_campaign_twice_is_refused(shop: Engine) -> None:
    twice = [{"campaign_id": "camp_a", "daily_budget": 1}] * 2
    for given in (plan(allocations=twice), plan(campaign_ids=["camp_x"]), plan(outcome="conversions")):
        with pytest.raises(InvalidData), writing(shop) as session:
            budget_service.save_plan(session, given, currency="INR", now=NOW)


def test_a_plan_is_forgotten_with_its_allocations(shop: Engine) -> None:
    plan_id = kept(shop, plan())
    with writing(shop) as session:
        budget_service.delete_plan(session, plan_id)
        assert budget_service.allocations_of(session, plan_id) == []
        with pytest.raises(NotFound, match=plan_id):
            budget_service.find_plan(session, plan_id)
