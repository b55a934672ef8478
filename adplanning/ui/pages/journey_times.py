"""How long customers take from the first thing they did to their first purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.journeys.analysis_service import conversion_times
from adplanning.journeys.charts import conversion_time_chart
from adplanning.journeys.conversion_times import ConversionTimes
from adplanning.journeys.scope import JourneyScope
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.journey_filters import scope_of, scope_table
from adplanning.ui.table import Column, Query, Row
from adplanning.ui.visit import Visit

EMPTY = "Nobody bought in this time whose way before is known. Choose other dates, or clear the filters."


def times_view(visit: Visit) -> Sequence[Component]:
    """The days to the first purchase: in numbers, as a picture, and by class."""
    currency = visit.settings.currency

    @lru_cache(maxsize=1)
    def times(scope: JourneyScope) -> ConversionTimes:
        return conversion_times(visit.engine, scope, public_revenue=visit.settings.public_revenue)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        found = times(scope_of(query))
        rows = found.histogram.to_dicts() if found.n else []
        return [_row(row, found.n, currency) for row in rows[query.offset : query.offset + query.limit]], len(rows)

    def draw(query: Query) -> None:
        found = times(scope_of(query))
        kpis.show(_headlines(found, currency), "The dates are those in which the way began and ended.")
        drawn = conversion_time_chart(found.histogram) if found.n else None
        chart.draw(drawn, found.histogram.to_dicts(), empty=EMPTY)

    kpis = Kpis()
    chart = ChartCard(
        served=visit.served,
        title="How long do customers take to buy?",
        file_name="time-to-purchase",
        words="Days from the first thing that is known of a customer to their first purchase.",
    )
    switch, table = scope_table(
        visit,
        draw=draw,
        fetch=fetch,
        label="Time to purchase",
        columns=[
            Column("label", "Days", on_phone=True),
            Column("n", "Customers", numeric=True, on_phone=True),
            Column("share", "Share", numeric=True, help="Of all whose time is known"),
        ],
        sort="from_days",
        export_name="time-to-purchase",
        empty=EMPTY,
    )
    return [switch, kpis, chart, table]


def _headlines(found: ConversionTimes, currency: str) -> Sequence[Kpi]:
    def days(value: float | None) -> str:
        return formats.UNKNOWN if value is None else f"{formats.number(value, 1, currency=currency)} days"

    return [
        Kpi("Half have bought after", days(found.median_days), "The median of the days to the first purchase."),
        Kpi("On average", days(found.mean_days), "The mean of the days; a few slow ones make it large."),
        Kpi(
            "Buyers",
            formats.number(found.n, currency=currency),
            "Customers who bought and of whom something before the purchase is known.",
        ),
        Kpi(
            "Time not known",
            formats.number(found.n_unknown, currency=currency),
            "Customers who bought and of whom nothing before is known; they are in none of the other numbers.",
            good=0,
        ),
    ]


def _row(row: Mapping[str, Any], n: int, currency: str) -> Row:
    share = ratio(row["n"], n)
    return Row(
        row["label"],
        row["label"],
        "",
        {
            "label": text(row["label"]),
            "n": text(formats.number(row["n"], currency=currency)),
            "share": text(formats.percent(share)),
        },
        {"days": row["label"], "from_days": row["from_days"], "to_days": row["to_days"], "customers": row["n"]}
        | {"share": share},
    )
