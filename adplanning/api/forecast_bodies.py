"""Forecasts, budgets and planned events as the API shows them: major units, percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel

from adplanning.core.money import major_units, to_major
from adplanning.core.periods import isoformat
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import BudgetTarget, ForecastStatus, Trust
from adplanning.forecasts.budget import Allocation
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.service import status_of
from adplanning.store.tables.forecasts import BudgetPlan, Forecast, PlanAllocation, PlannedEvent, ResponseCurve


class IntervalOut(BaseModel):
    """A figure with the bounds between which it lies with 95 %."""

    expected: float
    lower: float
    upper: float


class ForecastOut(BaseModel):
    """A forecast; `trust` and `notes` say how far to believe it, `totals` are over all its days."""

    id: str
    ad_campaign_id: str | None
    currency: str
    daily_budget: float | None
    target_roas: float | None
    forecast_days: int
    as_of: date
    period_start: date
    period_end: date
    status: ForecastStatus
    method: str
    trust: Trust
    notes: list[str]
    history_days: int
    totals: dict[str, IntervalOut | None]
    events: list[dict[str, Any]]
    origin: str
    created_at: str | None


class ForecastDayOut(BaseModel):
    """One day; `confidence_lower` and `confidence_upper` are the 95 % bounds of its revenue."""

    date: date
    predicted_spend: float | None
    predicted_conversions: float | None
    predicted_revenue: float | None
    predicted_roas: float | None
    confidence_lower: float | None
    confidence_upper: float | None
    spend_lower: float | None
    spend_upper: float | None
    conversions_lower: float | None
    conversions_upper: float | None


class RecommendationOut(BaseModel):
    """A budget a day and what it is expected to bring a day; all null with the `reason` where none can be told."""

    recommended_budget: float | None
    expected_roas: float | None
    expected_conversions: float | None
    expected_revenue: float | None
    expected_revenue_lower: float | None
    expected_revenue_upper: float | None
    marginal_roas: float | None
    confidence: str | None
    reason: str


class SummaryOut(BaseModel):
    """Totals over all days."""

    total_predicted_spend: float | None
    total_predicted_revenue: float | None
    total_predicted_conversions: float | None
    predicted_roas: float | None


class WholeForecastOut(BaseModel):
    """A forecast with its days."""

    forecast: ForecastOut
    daily_forecasts: list[ForecastDayOut]
    budget_recommendation: RecommendationOut
    summary: SummaryOut


class CurveOut(BaseModel):
    """How a campaign's results follow its spend: the parameters of its curve, or null and the reason why not."""

    campaign_id: str
    outcome: Outcome
    currency: str
    as_of: date
    days: int
    usual_spend: float
    has_followed_demand: bool | None
    params: dict[str, Any] | None
    reason: str | None
    fitted_at: str | None


class SplitRowOut(BaseModel):
    """What one campaign gets a day, and what that brings a day; `marginal` is what the last unit of money brings."""

    campaign_id: str
    usual_spend: float
    least: float
    most: float
    spend: float
    result: float
    result_lower: float
    result_upper: float
    marginal: float
    return_on_spend: float | None


class SplitOut(BaseModel):
    """A split a day. Results are revenue in major units, or conversions, as `outcome` says; `gain` is over today's."""

    outcome: Outcome
    currency: str
    total: float
    expected: float
    expected_lower: float
    expected_upper: float
    usual_expected: float
    gain: float
    gain_lower: float
    gain_upper: float
    warnings: list[str]
    campaigns: list[SplitRowOut]


class AllocationOut(BaseModel):
    """What one campaign gets of a plan a day."""

    campaign_id: str
    campaign_name: str
    daily_budget: float
    least: float | None
    most: float | None
    expected_revenue: float | None
    expected_conversions: float | None
    marginal_roas: float | None


class PlanOut(BaseModel):
    """A plan; `expected` is what it was expected to bring a day when it was made."""

    id: str
    name: str
    currency: str
    first_on: date
    last_on: date
    total: float
    target: BudgetTarget | None
    target_value: float | None
    expected: dict[str, Any]
    created_by: str | None
    created_at: str | None


class EventOut(BaseModel):
    """Days that are out of the usual."""

    id: str
    name: str
    first_on: date
    last_on: date
    effect: float | None
    ad_campaign_id: str | None
    created_at: str | None


def forecast_json(forecast: Forecast, *, today_on: date) -> ForecastOut:
    """A forecast as the API shows one."""
    currency = forecast.currency
    return ForecastOut(
        id=forecast.id,
        ad_campaign_id=forecast.ad_campaign_id,
        currency=currency,
        daily_budget=major(forecast.daily_budget_minor, currency),
        target_roas=forecast.target_roas,
        forecast_days=(forecast.last_on - forecast.first_on).days + 1,
        as_of=forecast.as_of_on,
        period_start=forecast.first_on,
        period_end=forecast.last_on,
        status=status_of(forecast, today_on),
        method=forecast.method,
        trust=Trust(forecast.trust),
        notes=forecast.notes,
        history_days=forecast.n_history_days,
        totals={name: _interval(forecast.summary.get(name), currency, of=name) for name in _TOTALS},
        events=(forecast.inputs or {}).get("events", []),
        origin=forecast.origin,
        created_at=isoformat(forecast.created_at),
    )


def whole_forecast_json(forecast: Forecast, days: pl.DataFrame, *, today_on: date) -> WholeForecastOut:
    """A forecast with its days as the API shows it."""
    shown = forecast_json(forecast, today_on=today_on)
    expected = {name: None if total is None else total.expected for name, total in shown.totals.items()}
    return WholeForecastOut(
        forecast=shown,
        daily_forecasts=[_day(day, forecast.currency) for day in days.iter_rows(named=True)],
        budget_recommendation=_recommendation(forecast.recommendation or {}, forecast.currency),
        summary=SummaryOut(
            total_predicted_spend=expected["spend"],
            total_predicted_revenue=expected["revenue"],
            total_predicted_conversions=expected["n_conversions"],
            predicted_roas=expected["roas"],
        ),
    )


def curve_json(curve: ResponseCurve) -> CurveOut:
    """A response curve as the API shows one; amounts in its parameters are in major units."""
    return CurveOut(
        campaign_id=curve.campaign_id,
        outcome=Outcome(curve.outcome),
        currency=curve.currency,
        as_of=curve.as_of_on,
        days=curve.n_days,
        usual_spend=to_major(curve.spend_minor, curve.currency),
        has_followed_demand=curve.has_followed_demand,
        params=None if curve.params is None else _params(curve.params, curve.currency, Outcome(curve.outcome)),
        reason=curve.reason,
        fitted_at=isoformat(curve.fitted_at),
    )


def split_json(split: Allocation, outcome: Outcome, currency: str) -> SplitOut:
    """A split as the API shows one."""
    is_money = outcome is Outcome.revenue
    money = ("usual_spend", "least", "most", "spend", *(("result", "result_lower", "result_upper") if is_money else ()))
    # Conversions are told by the unit of money that is shown, revenue by whichever.
    per_money = 1.0 if is_money else 1 / to_major(1, currency)
    rows = split.rows.with_columns(
        *(major_units(pl.col(name).round(), currency).alias(name) for name in money),
        pl.col("marginal", "return_on_spend") * per_money,
    )
    return SplitOut(
        outcome=outcome,
        currency=currency,
        total=to_major(round(split.total), currency),
        **{name: _result(getattr(split, name), currency, outcome) for name in SPLIT_RESULTS},
        warnings=list(split.warnings),
        campaigns=[SplitRowOut(**row) for row in rows.iter_rows(named=True)],
    )


def plan_json(plan: BudgetPlan) -> PlanOut:
    """A plan as the API shows one."""
    expected, outcome = plan.expected, Outcome(plan.expected["outcome"])
    shown = {name: _result(expected[name], plan.currency, outcome) for name in SPLIT_RESULTS}
    return PlanOut(
        id=plan.id,
        name=plan.name,
        currency=plan.currency,
        first_on=plan.first_on,
        last_on=plan.last_on,
        total=to_major(plan.total_minor, plan.currency),
        target=None if plan.target is None else BudgetTarget(plan.target),
        target_value=plan.target_value,
        expected={"outcome": outcome, **shown, "warnings": expected["warnings"]},
        created_by=plan.created_by,
        created_at=isoformat(plan.created_at),
    )


def allocations_json(allocations: Sequence[tuple[PlanAllocation, str]], currency: str) -> list[AllocationOut]:
    """What each campaign gets of a plan, as the API shows it."""
    return [
        AllocationOut(
            campaign_id=row.campaign_id,
            campaign_name=name,
            daily_budget=to_major(row.daily_minor, currency),
            least=major(row.least_minor, currency),
            most=major(row.most_minor, currency),
            expected_revenue=major(row.revenue_minor, currency),
            expected_conversions=row.n_conversions,
            marginal_roas=row.marginal_roas,
        )
        for row, name in allocations
    ]


def event_json(event: PlannedEvent) -> EventOut:
    """A planned event as the API shows one."""
    return EventOut(
        id=event.id,
        name=event.name,
        first_on=event.first_on,
        last_on=event.last_on,
        effect=event.effect,
        ad_campaign_id=event.ad_campaign_id,
        created_at=isoformat(event.created_at),
    )


def major(minor: float | None, currency: str) -> float | None:
    """An amount in major units, to the minor unit; null stays null."""
    return None if minor is None else to_major(round(minor), currency)


SPLIT_RESULTS = ("expected", "expected_lower", "expected_upper", "usual_expected", "gain", "gain_lower", "gain_upper")
_TOTALS = ("spend", "n_conversions", "revenue", "roas")
_MONEY = ("spend", "revenue")


def _interval(total: Mapping[str, float] | None, currency: str, *, of: str) -> IntervalOut | None:
    if total is None:
        return None
    bounds = {name: total[name] for name in ("expected", "lower", "upper")}
    return IntervalOut(**{name: major(bound, currency) for name, bound in bounds.items()} if of in _MONEY else bounds)


def _result(result: float, currency: str, outcome: Outcome) -> float:
    return to_major(round(result), currency) if outcome is Outcome.revenue else result


def _day(day: Mapping[str, Any], currency: str) -> ForecastDayOut:
    spend, revenue = (major(day[f"{name}_minor"], currency) for name in _MONEY)
    return ForecastDayOut(
        date=day["on"],
        predicted_spend=spend,
        predicted_conversions=day["n_conversions"],
        predicted_revenue=revenue,
        predicted_roas=ratio(revenue, spend),
        confidence_lower=major(day["revenue_lower_minor"], currency),
        confidence_upper=major(day["revenue_upper_minor"], currency),
        spend_lower=major(day["spend_lower_minor"], currency),
        spend_upper=major(day["spend_upper_minor"], currency),
        conversions_lower=day["n_conversions_lower"],
        conversions_upper=day["n_conversions_upper"],
    )


def _recommendation(advice: Mapping[str, Any], currency: str) -> RecommendationOut:
    return RecommendationOut(
        recommended_budget=major(advice.get("spend"), currency),
        expected_roas=advice.get("roas"),
        expected_conversions=advice.get("n_conversions"),
        expected_revenue=major(advice.get("revenue"), currency),
        expected_revenue_lower=major(advice.get("revenue_lower"), currency),
        expected_revenue_upper=major(advice.get("revenue_upper"), currency),
        marginal_roas=advice.get("marginal_roas"),
        confidence=advice.get("confidence"),
        reason=advice.get("words") or advice.get("reason", ""),
    )


def _params(params: Mapping[str, Any], currency: str, outcome: Outcome) -> dict[str, Any]:
    unit = to_major(1, currency)
    in_money = {"half_saturation", "usual_spend", "least_seen", "most_seen"}
    in_money |= {"ceiling", "baseline", "dispersion"} if outcome is Outcome.revenue else set()
    return {name: value * unit if name in in_money else value for name, value in params.items()}
