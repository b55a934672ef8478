"""One forecast as it is shown: what is expected, how far to trust it, and its course after the days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import polars as pl

from adplanning.core import formats
from adplanning.core.vocabulary import Trust
from adplanning.forecasts.charts import fan_chart
from adplanning.forecasts.event_service import events_of
from adplanning.forecasts.history_service import history_of
from adplanning.forecasts.service import days_of_forecast
from adplanning.store.tables.forecasts import Forecast
from adplanning.ui import badges
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.chosen_days import in_full
from adplanning.ui.pages.forecast_words import DAY_FIGURES, MEASURES, counted_days, for_file, measured, named, reporting
from adplanning.ui.visit import Visit

COLUMNS: Final = {"revenue": "revenue", "conversions": "n_conversions", "spend": "spend"}
PAST_DAYS: Final = 60
TITLES: Final = {
    "spend": ("Expected spend", "What the campaigns are expected to spend in these days."),
    "conversions": ("Expected conversions", "Purchases and leads that are expected of the ads in these days."),
    "revenue": ("Expected revenue", "What purchases that come from the ads are expected to be worth."),
    "roas": ("Expected ROAS", "Revenue for each unit of money spent."),
}
TRUSTED: Final = {
    Trust.good: "Enough is known of the past to plan with it.",
    Trust.fair: "Plan with the interval rather than with the number in its middle.",
    Trust.low: "Take it as a direction, not as a number.",
    Trust.none: "Too little is known of the past.",
}


METHODS: Final = {
    "blend": "Three models together: exponential smoothing, a level with seasons, and the rhythm of the week.",
    "weekday index": "The level of late and the rhythm of the week.",
    "switched off": "It was switched off, so nothing more is expected.",
    "none": "Too few days are known for a model.",
}


def method_words(method: str) -> str:
    """How a forecast came about, in words."""
    return METHODS.get(method, method)


class ShownForecast:
    """The widgets in their order, empty until a forecast is shown."""

    def __init__(self, visit: Visit, *, empty: str) -> None:
        self._visit, self._empty = visit, empty
        self._notices, self._kpis = Notices(), Kpis()
        self._charts = {
            measure: ChartCard(served=visit.served, title=title, file_name=f"forecast-{measure}")
            for measure, title in MEASURES.items()
        }
        self.widgets: Sequence[Component] = [self._notices, self._kpis, *self._charts.values()]

    def show(self, forecast: Forecast | None, names: Mapping[str, str]) -> None:
        """Show this one, or that there is none."""
        visit = self._visit
        if forecast is None:
            self._notices.show([Notice(self._empty, "info")])
            self._kpis.show([Kpi(title, formats.UNKNOWN, words) for title, words in TITLES.values()])
            for card in self._charts.values():
                card.draw(None, [], empty=self._empty)
            return
        with visit.reading() as session:
            days = days_of_forecast(session, forecast.id)
            events = events_of(session, forecast.ad_campaign_id)
        past = history_of(
            visit.engine, forecast.ad_campaign_id, **{**reporting(visit), "currency": forecast.currency}
        ).filter(pl.col("on") > forecast.as_of_on - timedelta(days=PAST_DAYS), pl.col("on") <= forecast.last_on)
        self._notices.show([Notice(words, "info") for words in forecast.notes])
        self._kpis.show(headlines(forecast), caption(forecast, named(names, forecast.ad_campaign_id)))
        for measure in self._charts:
            self._draw(measure, forecast, days, past, events)

    def _draw(
        self, measure: str, forecast: Forecast, days: pl.DataFrame, past: pl.DataFrame, events: pl.DataFrame
    ) -> None:
        card, column = self._charts[measure], COLUMNS[measure]
        card.title = MEASURES[measure]
        unit = "" if measure == "conversions" else "_minor"
        bounds = {"expected": "", "lower": "_lower", "upper": "_upper"}
        expected = days.select("on", **{into: pl.col(f"{column}{bound}{unit}") for into, bound in bounds.items()})
        actual = past.select("on", actual=pl.col(f"{column}{unit}"))
        card.words = f"The band holds 95 of 100 days. {method_words(forecast.method)}"
        if expected["expected"].is_null().all():
            card.draw(None, [], empty="Nothing can be told: too few days are known.")
            return
        currency = forecast.currency if unit else None
        chart = fan_chart(actual, expected, what=MEASURES[measure], currency=currency, events=events)
        card.title = str(chart.title)
        rows = actual.join(expected, on="on", how="full", coalesce=True).sort("on")
        card.draw(chart, for_file(rows, DAY_FIGURES, currency))


def headlines(forecast: Forecast) -> Sequence[Kpi]:
    """What is expected of all its days, each with its interval, and the trust."""
    trust = Trust(forecast.trust)
    return [
        *(_headline(measure, forecast) for measure in TITLES),
        Kpi(
            "Trust",
            counted_days(forecast.n_history_days),
            "How many days of the past are known, and how far they allow to tell what comes.",
            badge=badges.TRUST[trust].cell(),
            words=TRUSTED[trust],
        ),
    ]


def _headline(measure: str, forecast: Forecast) -> Kpi:
    title, help_ = TITLES[measure]
    total = forecast.summary.get(COLUMNS.get(measure, measure))
    return Kpi(
        title,
        _said(measure, total, "expected", forecast.currency),
        help_,
        full=measured(measure, total["expected"], forecast.currency) if total else "",
        words=between(measure, total, forecast.currency) if total else "Cannot be told",
    )


def between(measure: str, total: Mapping[str, Any], currency: str) -> str:
    """The 95 % interval in words."""
    lower, upper = (_said(measure, total, end, currency) for end in ("lower", "upper"))
    return f"{lower} to {upper}"


def _said(measure: str, total: Mapping[str, Any] | None, end: str, currency: str) -> str:
    return measured(measure, None if total is None else total[end], currency, short=True)


def caption(forecast: Forecast, name: str) -> str:
    """Which campaign and which days it is about."""
    planned = forecast.daily_budget_minor
    budget = (
        "spending as usual"
        if planned is None
        else f"with a budget of {measured('spend', planned, forecast.currency)} a day"
    )
    return (
        f"{name}, {in_full(forecast.first_on)} to {in_full(forecast.last_on)}, {budget}; "
        f"95% intervals, from {counted_days(forecast.n_history_days)} up to {in_full(forecast.as_of_on)}."
    )
