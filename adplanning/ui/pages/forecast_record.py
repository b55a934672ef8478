"""One forecast: what it says, what it was asked, the budget it advises, and how it came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from adplanning.core import formats
from adplanning.core.vocabulary import Trust
from adplanning.forecasts import service
from adplanning.forecasts.accuracy_service import compared_days
from adplanning.forecasts.charts import accuracy_chart
from adplanning.store.tables.forecasts import Forecast
from adplanning.ui import badges
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.pages.chosen_days import in_full, today_of
from adplanning.ui.pages.forecast_shown import ShownForecast, method_words
from adplanning.ui.pages.forecast_words import (
    DAY_FIGURES,
    amount,
    campaign_names,
    days_in_words,
    for_file,
    named,
    reporting,
)
from adplanning.ui.visit import Visit


def forecast_page(visit: Visit, forecast_id: str) -> Sequence[Component]:
    """The forecast of that id."""

    def draw() -> None:
        shown.show(forecast, names)
        days, _ = compared_days(
            visit.engine, **{**reporting(visit), "currency": forecast.currency}, forecast_id=forecast.id
        )
        of_revenue = days.filter(pl.col("measure") == "revenue")
        came_out.draw(
            accuracy_chart(of_revenue, what="Revenue", currency=forecast.currency) if of_revenue.height else None,
            for_file(of_revenue, DAY_FIGURES, forecast.currency),
            empty="None of its days is over yet.",
        )

    with visit.reading() as session:
        forecast = service.find_forecast(session, forecast_id)
        session.expunge(forecast)
        names = campaign_names(session)
    visit.frame.title(f"Forecast of {named(names, forecast.ad_campaign_id)}")
    shown = ShownForecast(visit, empty="")
    came_out = ChartCard(
        served=visit.served,
        title="How did it come out?",
        file_name="forecast-against-actual",
        words="Revenue of the days that are over; those outside the 95% bounds are marked.",
    )
    visit.frame.later(draw)
    return [*shown.widgets, came_out, Details(visit, _groups(visit, forecast))]


def _groups(visit: Visit, forecast: Forecast) -> Mapping[str, Mapping[str, Cell]]:
    currency = forecast.currency
    planned = forecast.daily_budget_minor
    return {
        "Budget advised": _advice(forecast),
        "Asked": {
            "Days": text(days_in_words(forecast.first_on, forecast.last_on)),
            "Budget a day": text("As usual" if planned is None else amount(planned, currency)),
            "Target ROAS": text(None if forecast.target_roas is None else formats.times(forecast.target_roas)),
            "Events": text(_events(forecast) or "None"),
        },
        "Made": {
            "Status": badges.FORECAST_STATUSES[service.status_of(forecast, today_of(visit))].cell(),
            "Trust": badges.TRUST[Trust(forecast.trust)].cell(),
            "Method": text(method_words(forecast.method)),
            "Known up to": text(in_full(forecast.as_of_on)),
            "Known days": text(formats.number(forecast.n_history_days)),
            "Made at": text(formats.moment(forecast.created_at, visit.settings.zone)),
        },
    }


def _advice(forecast: Forecast) -> Mapping[str, Cell]:
    advice, currency = forecast.recommendation or {}, forecast.currency
    if "spend" not in advice:
        return {"No advice": text(advice.get("reason") or "None was made.")}
    return {
        "Budget a day": text(amount(advice["spend"], currency)),
        "Revenue a day": text(
            f"{amount(advice['revenue'], currency)} "
            f"({amount(advice['revenue_lower'], currency)} to {amount(advice['revenue_upper'], currency)})"
        ),
        "ROAS": text(formats.times(advice["roas"])),
        "ROAS of the last unit": text(formats.times(advice["marginal_roas"])),
        "Confidence": text(str(advice["confidence"]).capitalize()),
        "Why": text(advice["words"]),
    }


def _events(forecast: Forecast) -> str:
    found = (forecast.inputs or {}).get("events") or []
    return ", ".join(str(event.get("name")) for event in found)
