"""Budgets as they are split, kept as plans, and held against what was spent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.fields import minor_units
from adplanning.core.ids import new_id
from adplanning.forecasts import queries
from adplanning.forecasts.budget import Allocation, allocation_of, amount_words, best_split, whole_amounts
from adplanning.forecasts.curve_service import fits_of, latest_curves
from adplanning.forecasts.fields import (
    BudgetBounds,
    Outcome,
    PlanFields,
    ScenariosFields,
    SplitFields,
    bounds_minor,
    checked_split,
    daily_minor,
    n_days,
    outcome_of,
    spends_minor,
    target_of,
)
from adplanning.forecasts.response import ResponseFit, expected_result, marginal_result
from adplanning.forecasts.scenarios import Scenarios, compared_scenarios
from adplanning.store import lists
from adplanning.store.tables.forecasts import BudgetPlan, PlanAllocation


def fits_in_use(
    session: Session, currency: str, outcome: Outcome, campaign_ids: Collection[str] | None = None
) -> dict[str, ResponseFit]:
    """The latest curves of some campaigns, or of all that have one and spent lately.

    Raises
    ------
    InvalidData : a campaign without a curve, with the reason; or none that has one.
    """
    rows = latest_curves(session, currency, outcome)
    fits = fits_of(rows)
    if campaign_ids is None:
        spending = {campaign_id: fit for campaign_id, fit in fits.items() if fit.usual_spend > 0}
        if not spending:
            raise InvalidData.at(
                "campaign_ids",
                f"no campaign has a response curve of {outcome.value}; the notebook forecast_budget fits them",
            )
        return spending
    reasons = {row.campaign_id: row.reason for row in rows}
    for campaign_id in campaign_ids:
        if campaign_id not in fits:
            why = reasons.get(campaign_id) or "none was fitted; the notebook forecast_budget fits them"
            raise InvalidData.at("campaign_ids", f"{campaign_id} has no response curve of {outcome.value}: {why}")
    return {campaign_id: fits[campaign_id] for campaign_id in campaign_ids}


def split_budget(session: Session, given: SplitFields, *, currency: str) -> Allocation:
    """The best split of a total, a day; see `best_split`.

    Raises
    ------
    InvalidData : days, bounds or a target that make no sense, no curve, or a total that the bounds do not allow.
    """
    checked_split(given)
    fits = fits_in_use(session, currency, outcome_of(given), given.campaign_ids)
    total = daily_minor(given, given.total, currency)
    return best_split(fits, total, **_conditions(fits, given, currency))


def compare_budgets(session: Session, given: ScenariosFields, *, currency: str) -> Scenarios:
    """Today's split, the best ones of several totals and some of one's own side by side; see `compared_scenarios`.

    Raises
    ------
    InvalidData : as `split_budget`; a total that cannot be spent is told in its row instead.
    """
    checked_split(given)
    fits = fits_in_use(session, currency, outcome_of(given), given.campaign_ids)
    return compared_scenarios(
        fits,
        totals=[daily_minor(given, total, currency) for total in (given.total, *given.totals)],
        own={scenario.name: spends_minor(scenario.allocations, currency) for scenario in given.own},
        **_conditions(fits, given, currency),
    )


def save_plan(
    session: Session, given: PlanFields, *, currency: str, now: datetime, by: str | None = None
) -> BudgetPlan:
    """Keep a plan: the split that is given, or the best one, and what it is expected to bring.

    Raises
    ------
    InvalidData : as `split_budget`, a budget that cannot be kept, or a total that the split given does not come to.
    """
    outcome = outcome_of(given)
    if given.allocations is None:
        split = split_budget(session, given, currency=currency)
    else:
        checked_split(given)
        chosen = spends_minor(given.allocations, currency)
        _check_sum(given, chosen, currency)
        fits = fits_in_use(session, currency, outcome, chosen)
        least, most = _bounds(fits, [*given.bounds, *given.allocations], currency)
        split = allocation_of(fits, chosen, least=least, most=most)
    plan = BudgetPlan(
        id=new_id("plan"),
        name=given.name,
        currency=currency,
        first_on=given.first_on,
        last_on=given.last_on,
        total_minor=minor_units(given.total, currency, field="total"),
        target=given.target,
        target_value=given.target_value,
        expected=_expected(split, outcome),
        created_by=by,
        created_at=now,
    )
    session.add(plan)
    session.flush()
    by_outcome = {one: fits_of(latest_curves(session, currency, one)) for one in Outcome}
    session.add_all(_allocations(plan.id, split, by_outcome))
    session.flush()
    return plan


def list_plans(
    session: Session,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[BudgetPlan], int]:
    """One page of plans, and how many match in all; the latest first unless an order of `PLAN_ORDERS` is asked for."""
    return lists.page(
        session,
        select(BudgetPlan).where(*lists.containing([queries.PLAN_NAME], search)),
        queries.PLAN_ORDERS,
        sort=sort,
        usual="created_at",
        ties=BudgetPlan.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def find_plan(session: Session, plan_id: str) -> BudgetPlan:
    """The plan of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(BudgetPlan, plan_id)
    if found is None:
        raise NotFound(f"id: there is no plan {plan_id!r}; GET /admin/ad-planning/budgets/plans lists them")
    return found


def allocations_of(session: Session, plan_id: str) -> list[tuple[PlanAllocation, str]]:
    """What each campaign gets of a plan, with its name; the most first."""
    return [(row, name) for row, name in session.execute(queries.plan_allocations(plan_id))]


def delete_plan(session: Session, plan_id: str) -> None:
    """Forget a plan.

    Raises
    ------
    NotFound : there is none of that id.
    """
    session.delete(find_plan(session, plan_id))
    session.flush()


def _check_sum(given: PlanFields, chosen: Mapping[str, float], currency: str) -> None:
    """A total is refused that a split of one's own misses by more than what rounding each amount a day explains."""
    days, a_day = n_days(given), sum(chosen.values())
    if abs(a_day - daily_minor(given, given.total, currency)) > len(chosen):
        comes_to = amount_words(a_day * days, currency)
        raise InvalidData.at("total", f"{given.total} is not what the allocations come to in {days} days: {comes_to}")


def _conditions(fits: Mapping[str, ResponseFit], given: SplitFields, currency: str) -> dict[str, Any]:
    least, most = _bounds(fits, given.bounds, currency)
    return {"least": least, "most": most, "target": target_of(given, currency), "currency": currency}


def _bounds(
    fits: Mapping[str, ResponseFit], bounds: Sequence[BudgetBounds], currency: str
) -> tuple[dict[str, float], dict[str, float]]:
    least, most = bounds_minor(bounds, currency)
    for campaign_id in sorted({*least, *most} - fits.keys()):
        raise InvalidData.at("bounds", f"{campaign_id} is not among the campaigns of the split; leave it out")
    return least, most


def _expected(split: Allocation, outcome: Outcome) -> dict[str, Any]:
    """What a plan is expected to bring a day, and beside it what the usual budgets do."""
    names = (
        "total",
        "expected",
        "expected_lower",
        "expected_upper",
        "usual_expected",
        "gain",
        "gain_lower",
        "gain_upper",
    )
    return {
        "outcome": outcome.value,
        **{name: getattr(split, name) for name in names},
        "warnings": list(split.warnings),
    }


def _allocations(
    plan_id: str, split: Allocation, fits: Mapping[Outcome, Mapping[str, ResponseFit]]
) -> list[PlanAllocation]:
    rows = []
    whole = whole_amounts(split.rows["spend"].to_list())
    for row, a_day in zip(split.rows.iter_rows(named=True), whole, strict=True):
        campaign_id, spend = row["campaign_id"], row["spend"]
        revenue, conversions = (fits[one].get(campaign_id) for one in (Outcome.revenue, Outcome.conversions))
        rows.append(
            PlanAllocation(
                plan_id=plan_id,
                campaign_id=campaign_id,
                daily_minor=a_day,
                least_minor=round(row["least"]),
                most_minor=round(row["most"]),
                revenue_minor=None if revenue is None else round(float(expected_result(revenue, spend))),
                n_conversions=None if conversions is None else float(expected_result(conversions, spend)),
                marginal_roas=None if revenue is None else float(marginal_result(revenue, spend)),
            )
        )
    return rows
