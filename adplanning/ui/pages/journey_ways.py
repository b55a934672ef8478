"""Which ways through the funnel customers take most, and how many of them buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import polars as pl

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.journeys.analysis_service import top_ways
from adplanning.journeys.scope import JourneyScope
from adplanning.ui import badges
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.journey_filters import scope_of, scope_table
from adplanning.ui.table import Column, Query, Row
from adplanning.ui.visit import Visit

MAX_WAYS: Final = 100


def ways_view(visit: Visit) -> Sequence[Component]:
    """The ways that most customers took, the commonest first."""
    currency = visit.settings.currency

    @lru_cache(maxsize=1)
    def ways(scope: JourneyScope) -> pl.DataFrame:
        return top_ways(visit.engine, scope, public_revenue=visit.settings.public_revenue, limit=MAX_WAYS)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        found = ways(scope_of(query))
        by = str(query.sort)
        page = found.sort(by, pl.col("way").list.join(" "), descending=[query.descending, False], nulls_last=True)
        rows = page.slice(query.offset, query.limit).to_dicts()
        return [_row(row, query.offset + n, currency) for n, row in enumerate(rows)], found.height

    def draw(query: Query) -> None:
        found = ways(scope_of(query))
        kpis.show(_headlines(found, currency), f"Of the {MAX_WAYS} commonest ways; a step that repeats is told once.")

    kpis = Kpis()
    switch, table = scope_table(
        visit,
        draw=draw,
        fetch=fetch,
        label="Top ways",
        title="Which ways do customers take?",
        columns=[
            Column("way", "Way", on_phone=True, help="What they did, the first thing first, up to the first purchase"),
            Column("n_customers", "Customers", numeric=True, sortable=True, on_phone=True),
            Column("n_converted", "Bought", numeric=True, sortable=True),
            Column("share_converted", "Share", numeric=True, sortable=True, help="Of these customers, who bought"),
        ],
        sort="n_customers",
        export_name="top-ways",
        empty="Nobody did anything in this time. Choose other dates, or clear the filters.",
    )
    return [switch, kpis, table]


def _headlines(found: pl.DataFrame, currency: str) -> Sequence[Kpi]:
    n, bought = int(found["n_customers"].sum()), int(found["n_converted"].sum())
    return [
        Kpi("Customers", formats.number(n, currency=currency), "Who took one of these ways."),
        Kpi("Bought", formats.number(bought, currency=currency), "Those of them who bought."),
        Kpi("Conversion rate", formats.percent(ratio(bought, n)), "The share of them who bought."),
    ]


def _row(row: Mapping[str, Any], n: int, currency: str) -> Row:
    way = " → ".join(badges.STEPS[step].words for step in row["way"]) or "Nothing known before the purchase"
    return Row(
        str(n),
        way,
        "",
        {
            "way": text(way, hint=way),
            "n_customers": text(formats.number(row["n_customers"], currency=currency)),
            "n_converted": text(formats.number(row["n_converted"], currency=currency)),
            "share_converted": text(formats.percent(row["share_converted"])),
        },
        {
            "way": " > ".join(row["way"]),
            "customers": row["n_customers"],
            "bought": row["n_converted"],
            "share_bought": row["share_converted"],
        },
    )
