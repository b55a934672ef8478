"""/admin/ad-planning/forecasts and events: what is to be expected, and how far past forecasts were off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Filter, Id, Now, Page, Reading, Rows, StoreEngine, Writing, rows_of_page
from adplanning.api.forecast_bodies import (
    EventOut,
    ForecastOut,
    WholeForecastOut,
    event_json,
    forecast_json,
    whole_forecast_json,
)
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import ForecastStatus, Origin
from adplanning.forecasts import event_service, service
from adplanning.forecasts.accuracy_service import accuracy_reports
from adplanning.forecasts.fields import EventFields, ForecastFields
from adplanning.store.session import reading, writing

router = APIRouter(prefix="/admin/ad-planning", tags=["forecasts"])

ShortPage = Annotated[Rows, Depends(rows_of_page(20))]


class ForecastsAnswer(BaseModel):
    """A page of forecasts, the latest first."""

    forecasts: list[ForecastOut]
    count: int
    limit: int
    offset: int


class AccuracyOut(BaseModel):
    """How far a forecast of one figure was off, over `comparison_count` days; percent but `mase`.

    `mase` is its error against that of expecting the same as a week before: below 1 is better than that. `coverage` is
    how many days lay within their bounds, of which 95 should. `bias` is above 0 where too much was expected.
    """

    mape: float | None
    mase: float | None
    coverage: float | None
    bias: float | None
    comparison_count: int


class AccuracyReportOut(AccuracyOut):
    """The same of a forecast's revenue, and of the other figures; `accuracy` is 100 − mape, at least 0."""

    forecast_id: str
    campaign_id: str | None
    period_start: date
    period_end: date
    accuracy: float | None
    conversions: AccuracyOut
    spend: AccuracyOut


class AccuracyAnswer(BaseModel):
    """Each forecast of which a day is over; the overall accuracy is the mean over days."""

    accuracy_reports: list[AccuracyReportOut]
    overall_accuracy: float | None
    forecasts_analyzed: int


class EventAnswer(BaseModel):
    """One planned event."""

    event: EventOut


class EventsAnswer(BaseModel):
    """A page of planned events, the latest days first."""

    events: list[EventOut]
    count: int
    limit: int
    offset: int


def yesterday(now: datetime, settings: Settings) -> date:
    """The last day of the reporting zone that is over."""
    return now.astimezone(settings.zone).date() - timedelta(days=1)


@router.post("/forecasts", status_code=201)
def create(body: ForecastFields, engine: StoreEngine, settings: AppSettings, now: Now) -> WholeForecastOut:
    """Forecast a campaign, or everything, from today on; what can be told of too little history is null with a note."""
    as_of_on = yesterday(now, settings)
    question = service.question_of(body, settings.currency)
    with reading(engine) as session:
        made = service.forecast_campaign(
            engine,
            session,
            body.ad_campaign_id,
            question,
            as_of_on=as_of_on,
            zone=settings.zone,
            currency=settings.currency,
            public_revenue=settings.public_revenue,
        )
    with writing(engine) as session:
        forecast = service.keep_forecast(session, made, origin=Origin.admin, now=now)
        days = service.days_of_forecast(session, forecast.id)
        return whole_forecast_json(forecast, days, today_on=as_of_on + timedelta(days=1))


@router.get("/forecasts")
def list_(
    session: Reading,
    page: ShortPage,
    settings: AppSettings,
    now: Now,
    ad_campaign_id: Filter = None,
    status: ForecastStatus | None = None,
) -> ForecastsAnswer:
    """Forecasts, the latest first; the status says whether their days are to come, are passing or are over."""
    today_on = yesterday(now, settings) + timedelta(days=1)
    filters = {"ad_campaign_id": ad_campaign_id or None, "status": status}
    found, count = service.list_forecasts(session, filters, today_on=today_on, limit=page.limit, offset=page.offset)
    shown = [forecast_json(forecast, today_on=today_on) for forecast in found]
    return ForecastsAnswer(forecasts=shown, count=count, limit=page.limit, offset=page.offset)


@router.get("/forecasts/accuracy")
def accuracy(
    engine: StoreEngine,
    settings: AppSettings,
    now: Now,
    forecast_id: Filter = None,
    ad_campaign_id: Filter = None,
) -> AccuracyAnswer:
    """Forecasts against what was spent and brought on their days that are over."""
    found = accuracy_reports(
        engine,
        as_of_on=yesterday(now, settings),
        zone=settings.zone,
        currency=settings.currency,
        public_revenue=settings.public_revenue,
        forecast_id=forecast_id or None,
        ad_campaign_id=ad_campaign_id or None,
    )
    parts = found.sort("forecast_id", descending=True).partition_by("forecast_id", maintain_order=True)
    reports = [_report(part) for part in parts]
    known = [(report.accuracy, report.comparison_count) for report in reports if report.accuracy is not None]
    n_days = sum(n for _, n in known)
    return AccuracyAnswer(
        accuracy_reports=reports,
        overall_accuracy=sum(share * n for share, n in known) / n_days if n_days else None,
        forecasts_analyzed=len(reports),
    )


@router.get("/forecasts/{forecast_id}")
def read(forecast_id: Id, session: Reading, settings: AppSettings, now: Now) -> WholeForecastOut:
    """One forecast with its days."""
    forecast = service.find_forecast(session, forecast_id)
    today_on = yesterday(now, settings) + timedelta(days=1)
    return whole_forecast_json(forecast, service.days_of_forecast(session, forecast_id), today_on=today_on)


@router.get("/events")
def list_events(session: Reading, page: Page, ad_campaign_id: Filter = None) -> EventsAnswer:
    """Planned events, the latest days first; of a campaign its own and those of all."""
    found, count = event_service.list_events(session, ad_campaign_id or None, limit=page.limit, offset=page.offset)
    shown = [event_json(event) for event in found]
    return EventsAnswer(events=shown, count=count, limit=page.limit, offset=page.offset)


@router.post("/events", status_code=201)
def add_event(body: EventFields, session: Writing, now: Now) -> EventAnswer:
    """Plan days that are out of the usual; forecasts made from now on go by them."""
    return EventAnswer(event=event_json(event_service.add_event(session, body, now=now)))


@router.delete("/events/{event_id}")
def delete_event(event_id: Id, session: Writing) -> Deleted:
    """Forget a planned event; forecasts that were made with it stay."""
    event_service.delete_event(session, event_id)
    return Deleted(id=event_id)


def _report(part: pl.DataFrame) -> AccuracyReportOut:
    by_measure = {row["measure"]: row for row in part.iter_rows(named=True)}
    any_row = part.row(0, named=True)
    first_on, last_on = part["first_on"].min(), part["last_on"].max()
    assert isinstance(first_on, date)
    assert isinstance(last_on, date)
    shown = {
        measure: AccuracyOut(
            mape=_percent(row.get("mape")),
            mase=row.get("mase"),
            coverage=_percent(row.get("coverage")),
            bias=_percent(row.get("bias")),
            comparison_count=row.get("n_days", 0),
        )
        for measure in ("revenue", "conversions", "spend")
        for row in [by_measure.get(measure, {})]
    }
    revenue = shown["revenue"]
    return AccuracyReportOut(
        **revenue.model_dump(),
        forecast_id=any_row["forecast_id"],
        campaign_id=any_row["ad_campaign_id"],
        period_start=first_on,
        period_end=last_on,
        accuracy=None if revenue.mape is None else max(0.0, 100 - revenue.mape),
        conversions=shown["conversions"],
        spend=shown["spend"],
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
