"""What is to be expected of campaigns, made from their history and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
import polars.selectors as cs
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.fields import minor_units
from adplanning.core.ids import new_id
from adplanning.core.vocabulary import ForecastStatus, PublicRevenue
from adplanning.forecasts import queries
from adplanning.forecasts.budget_advice import BudgetAdvice, NoAdvice, budget_advice
from adplanning.forecasts.curve_service import curve_in_use
from adplanning.forecasts.demand import DemandForecast, demand_forecast
from adplanning.forecasts.event_service import ORDER, events_frame, events_of
from adplanning.forecasts.fields import ForecastFields, Outcome
from adplanning.forecasts.history_service import history_of
from adplanning.forecasts.response import NotFitted, ResponseFit, expected_result, result_factor
from adplanning.store import facts, lists
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.forecasts import Forecast
from adplanning.store.writing import insert_frame

NIGHTLY: Final = "nightly"


Fits = Mapping[Outcome, ResponseFit | NotFitted]


@dataclass(frozen=True)
class Question:
    """What is asked of a forecast besides the past; `planned_minor` is a budget a day, None to spend as usual."""

    horizon_days: int = 30
    planned_minor: int | None = None
    target_roas: float | None = None
    events: pl.DataFrame | None = None


@dataclass(frozen=True)
class MadeForecast:
    """A forecast that is not kept yet, with a budget that is advised, or why none is."""

    ad_campaign_id: str | None
    as_of_on: date
    currency: str
    question: Question
    demand: DemandForecast
    advice: BudgetAdvice | NoAdvice
    advised_conversions: float | None


def question_of(given: ForecastFields, currency: str) -> Question:
    """What a body asks for, in minor units.

    Raises
    ------
    InvalidData : an amount that cannot be kept, or an event that ends before it begins.
    """
    planned_minor = minor_units(given.daily_budget, currency, field="daily_budget")
    if planned_minor == 0:
        raise InvalidData.at("daily_budget", f"{given.daily_budget} is less than the least amount of {currency}")
    return Question(
        horizon_days=given.forecast_days,
        planned_minor=planned_minor,
        target_roas=given.target_roas,
        events=events_frame(given.events),
    )


def forecast_campaign(
    engine: Engine,
    session: Session,
    ad_campaign_id: str | None,
    question: Question,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
) -> MadeForecast:
    """Forecast one campaign, or the account: all campaigns together.

    Results follow the budget by the latest kept curve, else by one that is fitted now. The events that are planned in
    the store go with those that are given.

    Parameters
    ----------
    ad_campaign_id : None for the account.
    as_of_on : the last day that is over; the forecast begins the day after.
    zone, currency, public_revenue : see `campaign_histories`.

    Raises
    ------
    NotFound : there is no such campaign.
    """
    if ad_campaign_id is not None:
        queries.require_campaigns(session, [ad_campaign_id])
    history = history_of(
        engine, ad_campaign_id, as_of_on=as_of_on, zone=zone, currency=currency, public_revenue=public_revenue
    )
    fits = {
        outcome: curve_in_use(session, ad_campaign_id, history, outcome, as_of_on=as_of_on, currency=currency)
        for outcome in Outcome
    }
    given = [] if question.events is None else [question.events]
    asked = replace(question, events=pl.concat([events_of(session, ad_campaign_id), *given]).unique().sort(ORDER))
    demand = demand_forecast(
        as_series(history, as_of_on=as_of_on),
        as_of_on=as_of_on,
        horizon_days=asked.horizon_days,
        planned_spend=asked.planned_minor,
        response=response_of(fits),
        events=asked.events,
    )
    return with_advice(demand, ad_campaign_id, asked, fits, as_of_on=as_of_on, currency=currency)


def as_series(histories: pl.DataFrame, *, as_of_on: date) -> pl.DataFrame:
    """Days as forecasts take them: on, spend, n_conversions, revenue, amounts in minor units; campaign_id as it was.

    Where there is none, the last one, of which nothing is known.
    """
    if histories.is_empty():
        histories = pl.concat([histories, pl.DataFrame({"on": [as_of_on]})], how="diagonal")
    amounts = {name: pl.col(f"{name}_minor").cast(pl.Float64) for name in ("spend", "revenue")}
    return histories.select(cs.by_name("campaign_id", require_all=False), "on", "n_conversions", **amounts)


def response_of(fits: Fits) -> Callable[[float], float] | None:
    """By which factor results grow with spend; None where no curve is to be trusted, as where it followed demand."""
    for fit in (fits[outcome] for outcome in Outcome):
        if isinstance(fit, ResponseFit) and not fit.has_followed_demand and fit.usual_spend > 0:
            return lambda spend, fit=fit: result_factor(fit, spend)  # type: ignore[misc]
    return None


def with_advice(
    demand: DemandForecast,
    ad_campaign_id: str | None,
    question: Question,
    fits: Fits,
    *,
    as_of_on: date,
    currency: str,
) -> MadeForecast:
    """A forecast with the budget that is advised; see `budget_advice`."""
    of_revenue, of_conversions = fits[Outcome.revenue], fits[Outcome.conversions]
    advice = (
        budget_advice(of_revenue, target_roas=question.target_roas)
        if isinstance(of_revenue, ResponseFit)
        else NoAdvice(f"how revenue follows spend is not known: {of_revenue.reason}")
    )
    advised = None
    if isinstance(advice, BudgetAdvice) and isinstance(of_conversions, ResponseFit):
        advised = float(expected_result(of_conversions, advice.spend))
    return MadeForecast(ad_campaign_id, as_of_on, currency, question, demand, advice, advised)


def keep_forecast(session: Session, made: MadeForecast, *, origin: str, now: datetime) -> Forecast:
    """Keep a forecast with its days.

    A nightly one takes the place of the nightly ones of the same campaign that were made as of the same day.
    """
    if origin == NIGHTLY:
        of_that_night = (
            Forecast.origin == NIGHTLY,
            Forecast.as_of_on == made.as_of_on,
            Forecast.currency == made.currency,
            Forecast.ad_campaign_id.is_(None)
            if made.ad_campaign_id is None
            else Forecast.ad_campaign_id == made.ad_campaign_id,
        )
        session.execute(delete(Forecast).where(*of_that_night))
    demand, question = made.demand, made.question
    row = Forecast(
        id=new_id("fcst"),
        ad_campaign_id=made.ad_campaign_id,
        currency=made.currency,
        daily_budget_minor=question.planned_minor,
        target_roas=question.target_roas,
        as_of_on=made.as_of_on,
        first_on=made.as_of_on + timedelta(days=1),
        last_on=made.as_of_on + timedelta(days=question.horizon_days),
        n_history_days=demand.n_history_days,
        method=demand.method,
        trust=demand.trust.value,
        notes=list(demand.notes),
        summary={name: None if total is None else asdict(total) for name, total in demand.totals.items()},
        recommendation=_advice_json(made),
        inputs=_inputs_json(question),
        origin=origin,
        created_at=now,
    )
    session.add(row)
    session.flush()
    insert_frame(session.connection(), TABLES["forecast_days"], _day_rows(row.id, demand.days))
    return row


def find_forecast(session: Session, forecast_id: str) -> Forecast:
    """The forecast of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Forecast, forecast_id)
    if found is None:
        raise NotFound(f"id: there is no forecast {forecast_id!r}; GET /admin/ad-planning/forecasts lists them")
    return found


def days_of_forecast(session: Session, forecast_id: str) -> pl.DataFrame:
    """The days of a forecast in their order: `on` and each figure with its bounds; amounts in minor units."""
    return facts.read_within(session, queries.forecast_days(forecast_id))


def list_forecasts(
    session: Session,
    filters: Mapping[str, str | None],
    *,
    today_on: date,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[Forecast], int]:
    """One page of forecasts, and how many match in all.

    Parameters
    ----------
    filters : ad_campaign_id, origin or status, each None for any.
    today_on : the day that status is told by; see `status_of`.
    search : what the campaign's name or the id must hold.
    sort, descending : an order of `queries.FORECAST_ORDERS`; the latest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    return lists.page(
        session,
        queries.matching_forecasts(filters, today_on, search=search),
        queries.FORECAST_ORDERS,
        sort=sort,
        usual="created_at",
        ties=Forecast.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def status_of(forecast: Forecast, today_on: date) -> ForecastStatus:
    """Whether the days of a forecast are to come, are passing or are over."""
    if today_on < forecast.first_on:
        return ForecastStatus.pending
    return ForecastStatus.completed if forecast.last_on < today_on else ForecastStatus.active


def _day_rows(forecast_id: str, days: pl.DataFrame) -> pl.DataFrame:
    bounds = ("", "_lower", "_upper")
    amounts = (
        pl.col(f"{name}{bound}").round().cast(pl.Int64).alias(f"{name}{bound}_minor")
        for name in ("spend", "revenue")
        for bound in bounds
    )
    counts = (pl.col(f"n_conversions{bound}") for bound in bounds)
    return days.select(pl.lit(forecast_id).alias("forecast_id"), "on", *counts, *amounts)


def _advice_json(made: MadeForecast) -> dict[str, Any]:
    if isinstance(made.advice, NoAdvice):
        return {"reason": made.advice.reason}
    return {**asdict(made.advice), "n_conversions": made.advised_conversions}


def _inputs_json(question: Question) -> dict[str, Any] | None:
    if question.events is None or question.events.is_empty():
        return None
    return {"events": question.events.with_columns(pl.col("first_on", "last_on").cast(pl.String)).to_dicts()}
