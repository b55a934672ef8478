"""/admin/ad-planning/budgets: how results follow spend, the best split of a total, and plans."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response
from pydantic import BaseModel

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.api.forecast_bodies import (
    AllocationOut,
    CurveOut,
    PlanOut,
    SplitOut,
    allocations_json,
    curve_json,
    major,
    plan_json,
    split_json,
)
from adplanning.api.routes.forecasts import yesterday
from adplanning.core.csv_text import csv_text
from adplanning.forecasts import budget_service as service
from adplanning.forecasts.curve_service import latest_curves
from adplanning.forecasts.fields import Outcome, PlanFields, ScenariosFields, SplitFields, outcome_of
from adplanning.forecasts.plan_service import plan_against_actual

router = APIRouter(prefix="/admin/ad-planning/budgets", tags=["budgets"])


class CurvesAnswer(BaseModel):
    """The latest response curve of each campaign, or why it has none."""

    curves: list[CurveOut]
    count: int


class SplitAnswer(BaseModel):
    """The best split, a day."""

    split: SplitOut


class ScenarioOut(BaseModel):
    """One of several splits; null with the `reason` where its total cannot be spent within the bounds."""

    name: str
    split: SplitOut | None
    reason: str | None


class ScenariosAnswer(BaseModel):
    """Splits side by side, today's first."""

    scenarios: list[ScenarioOut]


class PlanAnswer(BaseModel):
    """A plan with what each campaign gets, the most first."""

    plan: PlanOut
    allocations: list[AllocationOut]


class PlansAnswer(BaseModel):
    """A page of plans, the latest first."""

    plans: list[PlanOut]
    count: int
    limit: int
    offset: int


class ProgressDayOut(BaseModel):
    """One day of a plan; what was spent is null while it is not known, as is what is projected from it."""

    date: date
    planned: float
    planned_so_far: float
    spent: float | None
    spent_so_far: float | None
    projected: float | None
    projected_so_far: float | None


class CampaignProgressOut(BaseModel):
    """How far one campaign of a plan is; null where a day of it is not known."""

    campaign_id: str
    planned_so_far: float
    spent_so_far: float | None
    conversions: float | None
    revenue: float | None


class PaceOut(BaseModel):
    """Where a plan will end at the pace of late; `off_by` is in percent of the plan, above 0 for too much."""

    planned_total: float
    planned_so_far: float
    spent_so_far: float
    projected_end: float | None
    off_by: float | None
    left_a_day: float | None
    days_left: int
    words: str


class ProgressAnswer(BaseModel):
    """A plan against what happened."""

    plan: PlanOut
    pace: PaceOut
    days: list[ProgressDayOut]
    campaigns: list[CampaignProgressOut]


@router.get("/curves")
def curves(session: Reading, settings: AppSettings, outcome: Outcome = Outcome.revenue) -> CurvesAnswer:
    """How results follow spend, as the notebook forecast_budget has last fitted it."""
    found = [curve_json(curve) for curve in latest_curves(session, settings.currency, outcome)]
    return CurvesAnswer(curves=found, count=len(found))


@router.post("/split")
def split(body: SplitFields, session: Reading, settings: AppSettings) -> SplitAnswer:
    """The best split of a total over campaigns; nothing is kept."""
    found = service.split_budget(session, body, currency=settings.currency)
    return SplitAnswer(split=split_json(found, outcome_of(body), settings.currency))


@router.post("/scenarios")
def scenarios(body: ScenariosFields, session: Reading, settings: AppSettings) -> ScenariosAnswer:
    """Today's split, the best ones of several totals and one's own side by side; nothing is kept."""
    found = service.compare_budgets(session, body, currency=settings.currency)
    outcome = outcome_of(body)
    return ScenariosAnswer(
        scenarios=[
            ScenarioOut(
                name=name,
                split=split_json(found.allocations[name], outcome, settings.currency)
                if name in found.allocations
                else None,
                reason=reason,
            )
            for name, reason in found.totals.select("scenario", "reason").iter_rows()
        ]
    )


@router.get("/plans")
def list_plans(session: Reading, page: Page) -> PlansAnswer:
    """Plans, the latest first."""
    found, count = service.list_plans(session, limit=page.limit, offset=page.offset)
    return PlansAnswer(plans=[plan_json(plan) for plan in found], count=count, limit=page.limit, offset=page.offset)


@router.post("/plans", status_code=201)
def create_plan(body: PlanFields, session: Writing, settings: AppSettings, now: Now) -> PlanAnswer:
    """Keep a split as a plan: the one that is given, otherwise the best."""
    plan = service.save_plan(session, body, currency=settings.currency, now=now)
    return _plan_answer(session, plan.id)


@router.get("/plans/{plan_id}")
def read_plan(plan_id: Id, session: Reading) -> PlanAnswer:
    """One plan."""
    return _plan_answer(session, plan_id)


@router.delete("/plans/{plan_id}")
def delete_plan(plan_id: Id, session: Writing) -> Deleted:
    """Forget a plan."""
    service.delete_plan(session, plan_id)
    return Deleted(id=plan_id)


@router.get("/plans/{plan_id}/progress")
def progress(plan_id: Id, session: Reading, engine: StoreEngine, settings: AppSettings, now: Now) -> ProgressAnswer:
    """A plan against what was spent and brought up to yesterday."""
    plan = service.find_plan(session, plan_id)
    found = plan_against_actual(
        engine,
        plan,
        [allocation for allocation, _ in service.allocations_of(session, plan_id)],
        as_of_on=yesterday(now, settings),
        zone=settings.zone,
        public_revenue=settings.public_revenue,
    )
    pace, currency = found.pace, plan.currency
    amounts = ("planned_total", "planned_so_far", "spent_so_far", "projected_end", "left_a_day")
    return ProgressAnswer(
        plan=plan_json(plan),
        pace=PaceOut(
            **{name: major(getattr(pace, name), currency) for name in amounts},
            off_by=None if pace.off_by is None else 100 * pace.off_by,
            days_left=pace.n_days_left,
            words=pace.words,
        ),
        days=[
            ProgressDayOut(date=day.pop("on"), **{name: major(minor, currency) for name, minor in day.items()})
            for day in found.days.to_dicts()
        ],
        campaigns=[
            CampaignProgressOut(
                campaign_id=row["campaign_id"],
                planned_so_far=major(row["planned_so_far"], currency),
                spent_so_far=major(row["spent_so_far"], currency),
                conversions=row["n_conversions"],
                revenue=major(row["revenue_minor"], currency),
            )
            for row in found.campaigns.iter_rows(named=True)
        ],
    )


@router.get(
    "/plans/{plan_id}/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_plan(plan_id: Id, session: Reading) -> Response:
    """A plan as CSV: a row per campaign, amounts a day in the plan's currency."""
    answer = _plan_answer(session, plan_id)
    days = {"first_on": answer.plan.first_on, "last_on": answer.plan.last_on, "currency": answer.plan.currency}
    rows = [{**one.model_dump(), **days} for one in answer.allocations]
    headers = {"Content-Disposition": 'attachment; filename="budget-plan.csv"'}
    return Response(csv_text(rows), media_type="text/csv", headers=headers)


def _plan_answer(session: Reading, plan_id: str) -> PlanAnswer:
    plan = service.find_plan(session, plan_id)
    allocations = service.allocations_of(session, plan_id)
    return PlanAnswer(plan=plan_json(plan), allocations=allocations_json(allocations, plan.currency))
