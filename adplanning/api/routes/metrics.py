"""/admin/ad-planning/metrics: the numbers of a period, each with what it means and how it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from adplanning.api.bodies import PeriodOut
from adplanning.api.deps import AppSettings, GivenPeriod, Now, StoreEngine
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.metrics.definitions import METRICS, Unit, chosen_metrics, shown, shown_column
from adplanning.metrics.figures_service import Comparison, compared_figures, daily_figures

router = APIRouter(prefix="/admin/ad-planning/metrics", tags=["metrics"])

MOST_DAYS: Final = 1000


class MetricOut(BaseModel):
    """A number: money in the reporting currency, percent as such (2.5 is 2.5 %); null with the reason."""

    title: str
    value: float | None
    unit: Unit
    definition: str
    formula: str
    previous: float | None
    change: Annotated[float | None, Field(description="in percent of the period before; null where that is unknown")]
    unknown_because: str | None
    page: Annotated[str, Field(description="below /app/: where the number is explained")]


class MetricDayOut(BaseModel):
    """The numbers of one day, by name; null is unknown."""

    date: str
    metrics: dict[str, float | None]


class MetricsAnswer(BaseModel):
    """The numbers of a period, and of the one before that is as long."""

    period: PeriodOut
    previous: PeriodOut | None
    currency: str
    metrics: dict[str, MetricOut]
    daily: list[MetricDayOut] | None


@router.get("")
def read(
    engine: StoreEngine,
    settings: AppSettings,
    now: Now,
    period: GivenPeriod,
    compare: Annotated[bool, Query(description="with the period before that is as long")] = True,
    daily: Annotated[bool, Query(description=f"with each day, of {MOST_DAYS} at most")] = False,
    metric: Annotated[list[str] | None, Query(description="only these, by name", max_length=100)] = None,
) -> MetricsAnswer:
    """The numbers of the period, by default of the last 30 days; all of them, or those that are named."""
    asked = period if period != Period() else Period.last_days(30, now)
    before = asked.before(settings.zone) if compare else None
    names, usual = metric or list(METRICS), _usual(settings)
    days = _days(engine, asked, names, now.astimezone(settings.zone).date(), settings) if daily else None
    return MetricsAnswer(
        period=PeriodOut.model_validate(asked.to_json()),
        previous=None if before is None else PeriodOut.model_validate(before.to_json()),
        currency=settings.currency,
        metrics={
            name: metric_json(name, its, settings.currency)
            for name, its in compared_figures(engine, asked, before, names=names, **usual).items()
        },
        daily=days,
    )


def metric_json(name: str, found: Comparison, currency: str) -> MetricOut:
    """A number as the API shows it."""
    metric = METRICS[name]
    return MetricOut(
        title=metric.title,
        value=shown(name, found.now.value, currency),
        unit=metric.unit,
        definition=metric.help,
        formula=metric.formula,
        previous=None if found.before is None else shown(name, found.before.value, currency),
        change=None if found.change is None else 100 * found.change,
        unknown_because=found.now.unknown_because,
        page=metric.slug,
    )


def _days(engine: Engine, period: Period, names: Sequence[str], today: date, settings: Settings) -> list[MetricDayOut]:
    first, last = period.on(settings.zone)
    if first is None or last is None or (last - first).days >= MOST_DAYS:
        raise InvalidData.at("daily", f"needs from_date and to_date, and {MOST_DAYS} days at most")
    by_day = [name for name in chosen_metrics(names) if METRICS[name].by_day]
    figures = daily_figures(engine, period, names=by_day, **_usual(settings))
    # Of a day to come nothing can be told yet.
    told = figures.filter(pl.col("on") <= today).with_columns(shown_column(name, settings.currency) for name in by_day)
    return [MetricDayOut(date=row.pop("on").isoformat(), metrics=row) for row in told.iter_rows(named=True)]


def _usual(settings: Settings) -> dict[str, Any]:
    return {"currency": settings.currency, "zone": settings.zone, "public_revenue": settings.public_revenue}
