"""How a plan goes: what was spent and brought against what was planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.forecasts.history_service import HISTORY_DAYS, campaign_histories
from adplanning.forecasts.pacing import Pace, pace_of, plan_progress, planned_days
from adplanning.store.tables.forecasts import BudgetPlan, PlanAllocation


@dataclass(frozen=True)
class PlanProgress:
    """How a plan goes: day by day for all its campaigns, where that ends, and each campaign's own.

    `days` is from `plan_progress`. `campaigns` has a row each, sorted: campaign_id, planned_so_far, spent_so_far,
    n_conversions, revenue_minor (null where one of the days is not known). Amounts in minor units of the plan's
    currency.
    """

    days: pl.DataFrame
    pace: Pace
    campaigns: pl.DataFrame


def plan_against_actual(
    engine: Engine,
    plan: BudgetPlan,
    allocations: Sequence[PlanAllocation],
    *,
    as_of_on: date,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
) -> PlanProgress:
    """Hold a plan against what its campaigns spent and brought up to a day.

    Parameters
    ----------
    plan, allocations : a plan, and what each campaign gets of it.
    as_of_on : the last day that is over.
    zone, public_revenue : see `campaign_histories`.
    """
    daily = {one.campaign_id: float(one.daily_minor) for one in allocations}
    until_on = min(as_of_on, plan.last_on)
    # From before the plan on: of a campaign that has spent before, a day without a word is not known, and no zero.
    since_before = campaign_histories(
        engine,
        as_of_on=until_on,
        zone=zone,
        currency=plan.currency,
        public_revenue=public_revenue,
        campaign_ids=list(daily),
        days=HISTORY_DAYS + (plan.last_on - plan.first_on).days,
    )
    actual = since_before.filter(pl.col("on") >= plan.first_on)
    n_days = (plan.last_on - plan.first_on).days + 1
    planned = planned_days(sum(daily.values()) * n_days, first_on=plan.first_on, last_on=plan.last_on)
    days = plan_progress(planned, actual.select("on", spend="spend_minor"), as_of_on=as_of_on)
    n_past = days.filter(pl.col("on") <= as_of_on).height
    return PlanProgress(days, pace_of(days), _by_campaign(actual, daily, n_past))


def _by_campaign(actual: pl.DataFrame, daily: dict[str, float], n_past: int) -> pl.DataFrame:
    planned = pl.DataFrame(
        {"campaign_id": list(daily), "planned_so_far": [budget * n_past for budget in daily.values()]},
        schema={"campaign_id": pl.String, "planned_so_far": pl.Float64},
    )
    figures = {"spend_minor": "spent_so_far", "n_conversions": "n_conversions", "revenue_minor": "revenue_minor"}
    so_far = actual.group_by("campaign_id").agg(
        pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(into) for name, into in figures.items()
    )
    # A campaign that has never spent or brought anything has not done so since the plan began.
    is_known = pl.col("has_days").is_not_null()
    return (
        planned.join(so_far.with_columns(has_days=True), on="campaign_id", how="left")
        .with_columns(
            pl.when(is_known).then(pl.col(name)).otherwise(pl.col(name).fill_null(0)) for name in figures.values()
        )
        .drop("has_days")
        .sort("campaign_id")
    )
