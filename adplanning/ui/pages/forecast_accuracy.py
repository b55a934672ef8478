"""How often forecasts were right: each held against what happened, the days they missed, and a back-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from adplanning.core import formats
from adplanning.forecasts.accuracy_service import accuracy_reports, compared_days
from adplanning.forecasts.charts import accuracy_chart
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.chosen_days import in_full
from adplanning.ui.pages.forecast_backtest import BackTested
from adplanning.ui.pages.forecast_words import (
    ALL,
    DAY_FIGURES,
    MEASURES,
    SLUG,
    campaign_names,
    days_in_words,
    for_file,
    measured,
    named,
    reporting,
    view_switch,
)
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

EMPTY: Final = "No forecast has a day that is over yet. Forecasts are made every night; come back in a day or two."
FIGURES: Final = {
    "mase": (
        "Error against a week ago",
        "MASE: the mean error as a share of that of “as a week ago”; below 1 is better",
    ),
    "mape": ("Off by", "MAPE: the mean error as a share of what happened, over days with something"),
    "coverage": ("Within the bounds", "The share of days within the 95% bounds; 95% is right"),
    "bias": ("Too high by", "All errors together as a share of what happened; negative is too low"),
}


class Accuracy:
    """What was found, and how it is shown."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._currency = visit, visit.settings.currency
        with visit.reading() as session:
            self._names = campaign_names(session)
        self._reports, self._days = pl.DataFrame(), pl.DataFrame()
        self._kpis = Kpis()
        self._chart = ChartCard(served=visit.served, title="Was it right?", file_name="forecast-accuracy")
        self._table = Table(
            visit,
            label="Accuracy of forecasts",
            title="How far was each forecast off?",
            columns=[
                Column("campaign", "Forecast", on_phone=True),
                Column("first_on", "Days", sortable=True),
                Column("n_days", "Over", numeric=True, sortable=True, help="Days that are over and known"),
                *(
                    Column(key, title, numeric=True, sortable=True, on_phone=key == "mase", help=words)
                    for key, (title, words) in FIGURES.items()
                ),
            ],
            filters=[Filter("measure", "Of", MEASURES, default="revenue")],
            sort="mase",
            fetch=self._fetch,
            export_name="forecast-accuracy",
            empty=EMPTY,
            changed=lambda _: visit.frame.later(self._draw),
            waits=True,
            beside=lambda: {"view": "accuracy"},
        )
        self._missed = Table(
            visit,
            label="Missed days",
            title="When was it wrong?",
            columns=[
                Column("on", "Day", on_phone=True),
                Column("campaign", "Campaign", on_phone=True),
                Column("expected", "Expected", numeric=True),
                Column("bounds", "95% bounds"),
                Column("actual", "Was", numeric=True, on_phone=True),
                Column("off", "Off by", numeric=True, help="Against what was expected"),
            ],
            sort="off",
            fetch=self._fetch_missed,
            export_name="missed-days",
            empty="No day lay outside the bounds of the newest forecast before it.",
            waits=True,
            prefix="missed_",
        )
        self._tested = BackTested(visit, self._names, measure=lambda: self._measure)
        self.widgets: Sequence[Component] = [
            view_switch(visit),
            self._kpis,
            self._chart,
            self._table,
            self._missed,
            *self._tested.widgets,
        ]
        visit.frame.later(self._read)

    @property
    def _measure(self) -> str:
        return self._table.query.filters["measure"]

    @property
    def _unit(self) -> str | None:
        """The currency of what is measured, if it has one."""
        return None if self._measure == "conversions" else self._currency

    def _read(self) -> None:
        usual = reporting(self._visit)
        self._reports = accuracy_reports(self._visit.engine, **usual)
        days, _ = compared_days(self._visit.engine, **usual)
        # Of each day what the newest forecast before it said.
        self._days = (
            days.drop_nulls(["expected", "actual"])
            .join(self._reports.select("measure", "forecast_id", "first_on"), on=["measure", "forecast_id"])
            .sort("first_on", "forecast_id")
            .unique(["measure", "ad_campaign_id", "on"], keep="last", maintain_order=True)
        )
        self._table.refresh()
        self._draw()

    def _draw(self) -> None:
        """What goes by the measure that is chosen in the list."""
        measure = self._measure
        of_it = self._of(self._reports)
        self._kpis.show(_headlines(of_it), f"{MEASURES[measure]}, over all forecasts, weighted by their days.")
        account = self._of(self._days)
        account = account.filter(pl.col("ad_campaign_id").is_null()) if account.height else account
        currency = self._unit
        chart = accuracy_chart(account, what=MEASURES[measure], currency=currency) if account.height else None
        self._chart.title = "Was it right?" if chart is None else str(chart.title)
        self._chart.words = f"{ALL}: of each day what the newest forecast before it said."
        self._chart.draw(chart, for_file(account, DAY_FIGURES, currency), empty=EMPTY)
        self._missed.refresh()

    def _of(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("measure") == self._measure) if frame.height else frame

    def _fetch(self, query: Query) -> tuple[Sequence[Row], int]:
        rows = self._of(self._reports)
        if not rows.height:
            return [], 0
        ordered = rows.sort(query.sort or "mase", "forecast_id", descending=[query.descending, False], nulls_last=True)
        return [self._row(row) for row in ordered.slice(query.offset, query.limit).iter_rows(named=True)], rows.height

    def _row(self, row: dict[str, Any]) -> Row:
        name = named(self._names, row["ad_campaign_id"])
        return Row(
            row["forecast_id"],
            name,
            address_of(SLUG, row["forecast_id"]),
            {
                "campaign": text(name, hint=name),
                "first_on": text(days_in_words(row["first_on"], row["last_on"])),
                "n_days": text(row["n_days"]),
                **{key: text(_written(key, row[key])) for key in FIGURES},
            },
            {**row, "campaign": name},
        )

    def _fetch_missed(self, query: Query) -> tuple[Sequence[Row], int]:
        days = self._of(self._days)
        if not days.height:
            return [], 0
        width, actual = pl.col("upper") - pl.col("lower"), pl.col("actual")
        beyond = pl.max_horizontal(actual - pl.col("upper"), pl.col("lower") - actual)
        missed = (
            days.with_columns(beyond=beyond / width)
            .filter(beyond > 0)
            .sort("beyond", "on", "forecast_id", descending=[True, True, False])
        )
        return [
            self._missed_row(row) for row in missed.slice(query.offset, query.limit).iter_rows(named=True)
        ], missed.height

    def _missed_row(self, row: dict[str, Any]) -> Row:
        name = named(self._names, row["ad_campaign_id"])
        low, expected, high, actual = (
            measured(self._measure, row[key], self._currency) for key in ("lower", "expected", "upper", "actual")
        )
        [told] = for_file(pl.DataFrame([row]), DAY_FIGURES, self._unit)
        off = row["actual"] / row["expected"] - 1 if row["expected"] else None
        return Row(
            f"{row['forecast_id']} {row['on']}",
            f"{name}, {in_full(row['on'])}",
            address_of(SLUG, row["forecast_id"]),
            {
                "on": text(in_full(row["on"])),
                "campaign": text(name, hint=name),
                "expected": text(expected),
                "bounds": text(f"{low} – {high}"),
                "actual": text(actual),
                "off": text(None if off is None else f"{off:+.0%}"),
            },
            {**told, "campaign": name},
        )


def accuracy_view(visit: Visit) -> Sequence[Component]:
    """Every forecast that was kept, against what happened."""
    return Accuracy(visit).widgets


def _headlines(reports: pl.DataFrame) -> Sequence[Kpi]:
    return [
        Kpi(title, _written(key, _weighted(reports, key)) or formats.UNKNOWN, f"{words}.")
        for key, (title, words) in FIGURES.items()
    ]


def _weighted(reports: pl.DataFrame, key: str) -> float | None:
    known = reports.drop_nulls(key) if reports.height else reports
    if not known.height:
        return None
    weights = known["n_days"]
    return float(known.select((pl.col(key) * weights).sum()).item() / weights.sum())


def _written(key: str, value: float | None) -> str | None:
    if value is None:
        return None
    if key == "mase":
        return formats.number(value, 2)
    return f"{value:+.1%}" if key == "bias" else formats.percent(value)
