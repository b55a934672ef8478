"""What is expected: forecasts, how campaigns respond to spend, plans of budgets, and days that are out of the usual."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class Forecast(Base):
    """Spend, conversions and revenue as they were expected on `as_of_on`, the last day that was known.

    Of a campaign, or of everything (`ad_campaign_id` is null). `summary` holds the totals with their intervals,
    `recommendation` what budget was advised, `inputs` what was given besides the past, `notes` how far to trust it.
    """

    __tablename__ = "forecasts"

    id: Mapped[str] = mapped_column(primary_key=True)
    ad_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    currency: Mapped[str]
    daily_budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    target_roas: Mapped[float | None]
    as_of_on: Mapped[date]
    first_on: Mapped[date]
    last_on: Mapped[date] = mapped_column(index=True)
    n_history_days: Mapped[int]
    method: Mapped[str]
    trust: Mapped[str]
    notes: Mapped[list[str]]
    summary: Mapped[dict[str, Any]]
    recommendation: Mapped[dict[str, Any] | None]
    inputs: Mapped[dict[str, Any] | None]
    origin: Mapped[str]
    created_at: Mapped[datetime]


class ForecastDay(Base):
    """One day of a forecast, each figure with its 95 % prediction interval; null where nothing can be told."""

    __tablename__ = "forecast_days"

    forecast_id: Mapped[str] = mapped_column(ForeignKey("forecasts.id", ondelete="CASCADE"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    spend_minor: Mapped[int | None] = mapped_column(BigInteger)
    spend_lower_minor: Mapped[int | None] = mapped_column(BigInteger)
    spend_upper_minor: Mapped[int | None] = mapped_column(BigInteger)
    n_conversions: Mapped[float | None]
    n_conversions_lower: Mapped[float | None]
    n_conversions_upper: Mapped[float | None]
    revenue_minor: Mapped[int | None] = mapped_column(BigInteger)
    revenue_lower_minor: Mapped[int | None] = mapped_column(BigInteger)
    revenue_upper_minor: Mapped[int | None] = mapped_column(BigInteger)


class ResponseCurve(Base):
    """How the results of a campaign were found to follow its spend, or the reason why that cannot be told.

    The latest one of a campaign counts. `params` and `uncertainty` are the curve's own; `spend_minor` is what was
    spent a day when it was fitted.
    """

    __tablename__ = "response_curves"

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    fitted_at: Mapped[datetime] = mapped_column(index=True)
    as_of_on: Mapped[date]
    currency: Mapped[str]
    n_days: Mapped[int]
    spend_minor: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    params: Mapped[dict[str, Any] | None]
    uncertainty: Mapped[dict[str, Any] | None]
    has_followed_demand: Mapped[bool | None]
    reason: Mapped[str | None]


class BudgetPlan(Base):
    """How a total is to be split over campaigns and days; `expected` is what it was expected to bring when made."""

    __tablename__ = "budget_plans"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    currency: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    target: Mapped[str | None]
    target_value: Mapped[float | None]
    expected: Mapped[dict[str, Any]]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]


class PlanAllocation(Base):
    """What one campaign gets of a plan a day, within which bounds, and what its last unit of money brings."""

    __tablename__ = "plan_allocations"

    plan_id: Mapped[str] = mapped_column(ForeignKey("budget_plans.id", ondelete="CASCADE"), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    daily_minor: Mapped[int] = mapped_column(BigInteger)
    least_minor: Mapped[int | None] = mapped_column(BigInteger)
    most_minor: Mapped[int | None] = mapped_column(BigInteger)
    revenue_minor: Mapped[int | None] = mapped_column(BigInteger)
    n_conversions: Mapped[float | None]
    marginal_roas: Mapped[float | None]


class PlannedEvent(Base):
    """Days that are out of the usual, such as a sale or a holiday; `effect` 0.5 means half as much again.

    Without an effect it is learnt from the days of events of the same name that are past.
    """

    __tablename__ = "planned_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    effect: Mapped[float | None]
    ad_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
