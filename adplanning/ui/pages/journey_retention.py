"""How many of those who first bought in a month buy again, month after month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import polars as pl

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.journeys.analysis_service import retention
from adplanning.journeys.charts import retention_chart
from adplanning.journeys.scope import JourneyScope
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.journey_filters import scope_of, scope_table
from adplanning.ui.table import Column, Query, Row
from adplanning.ui.visit import Visit

AGES: Final = (1, 2, 3, 6, 12)
EMPTY: Final = "Nobody bought in this time. Choose other dates, or clear the filters."


def retention_view(visit: Visit) -> Sequence[Component]:
    """The cohorts of first purchases: as a heat map, and in a table."""
    currency = visit.settings.currency
    now = visit.now()

    @lru_cache(maxsize=1)
    def cohorts(scope: JourneyScope) -> pl.DataFrame:
        settings = visit.settings
        return retention(visit.engine, scope, public_revenue=settings.public_revenue, zone=settings.zone)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        found = cohorts(scope_of(query, until=now))
        months = found["cohort_on"].unique().sort(descending=True).to_list()
        page = months[query.offset : query.offset + query.limit]
        return [_row(month, found.filter(pl.col("cohort_on") == month), currency) for month in page], len(months)

    def draw(query: Query) -> None:
        found = cohorts(scope_of(query, until=now))
        kpis.show(
            _headlines(found, currency), "Months in the reporting time zone; the month that goes on is not whole."
        )
        has_come_of_age = (found["age"] > 0).any()
        empty = "Nobody bought before this month, so that there is no month after." if found.height else EMPTY
        chart.draw(retention_chart(found) if has_come_of_age else None, found.to_dicts(), empty=empty)

    kpis = Kpis()
    chart = ChartCard(
        served=visit.served,
        title="Do those who bought once come back to buy again?",
        file_name="retention",
        words="By the month of the first purchase: the share who bought in the months after it.",
    )
    switch, table = scope_table(
        visit,
        draw=draw,
        fetch=fetch,
        label="Cohorts",
        columns=[
            Column("cohort_on", "First bought", on_phone=True),
            Column("n_customers", "Customers", numeric=True, on_phone=True),
            *(Column(f"age_{age}", _after(age), numeric=True, help="The share who bought then") for age in AGES),
        ],
        sort="cohort_on",
        export_name="retention",
        empty=EMPTY,
    )
    return [switch, kpis, chart, table]


def _after(age: int) -> str:
    return "1 month later" if age == 1 else f"{age} months later"


def _headlines(found: pl.DataFrame, currency: str) -> Sequence[Kpi]:
    def came_back(age: int) -> Kpi:
        at_age = found.filter(pl.col("age") == age)
        share = ratio(int(at_age["n_active"].sum()), int(at_age["n_customers"].sum()))
        return Kpi(
            f"Back {_after(age)}",
            formats.percent(share),
            f"Of all who first bought at least {age} months ago, the share who bought in that month.",
        )

    first = found.filter(pl.col("age") == 0)
    return [
        Kpi("Buyers", formats.number(int(first["n_customers"].sum()), currency=currency), "All who bought, each once."),
        Kpi("Cohorts", formats.number(first.height, currency=currency), "Months in which somebody bought first."),
        *(came_back(age) for age in (1, 3, 6)),
    ]


def _row(month: date, its: pl.DataFrame, currency: str) -> Row:
    shares: Mapping[int, float] = dict(its.select("age", "share").iter_rows())
    size: int = its["n_customers"][0]
    name = f"{month:%b %Y}"
    return Row(
        month.isoformat(),
        name,
        "",
        {
            "cohort_on": text(name),
            "n_customers": text(formats.number(size, currency=currency)),
            **{f"age_{age}": text(formats.percent(shares[age]) if age in shares else None) for age in AGES},
        },
        {"first_bought": month.isoformat(), "customers": size}
        | {f"share_after_{age}": shares.get(age) for age in range(1, max(AGES) + 1)},
    )
