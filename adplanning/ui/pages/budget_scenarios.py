"""Splits of a budget side by side: today's, the best ones of as much, of less and of more, and one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from adplanning.core import formats
from adplanning.core.money import minor_digits
from adplanning.forecasts.budget import Allocation
from adplanning.forecasts.budget_charts import scenarios_chart
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.response import ResponseFit
from adplanning.forecasts.scenarios import TOTALS, compared_scenarios
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.pages.forecast_words import amount, for_file, measured, signed
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

OWN: Final = "yours"
TITLES: Final = {"today": "Today", "best": "Best of as much", OWN: "Your split"}


class ComparedScenarios:
    """The picture and the numbers; the best ones are computed once."""

    def __init__(self, visit: Visit, fits: Mapping[str, ResponseFit], outcome: Outcome) -> None:
        self._fits, self._outcome, self._currency = fits, outcome, visit.settings.currency
        self._best: pl.DataFrame | None = None
        self._rows = pl.DataFrame()
        self._chart = ChartCard(
            served=visit.served,
            title="What does each split bring?",
            file_name="scenarios",
            words="A day, with 95% intervals.",
        )
        self._table = Table(
            visit,
            label="Scenarios",
            title="What would other budgets bring?",
            columns=[
                Column("scenario", "Split", on_phone=True),
                Column("spend", "Spend a day", numeric=True, on_phone=True),
                Column("result", "Revenue a day" if self._is_revenue else "Conversions a day", numeric=True),
                Column("gain", "Against today", numeric=True, on_phone=True),
                Column("efficiency", "ROAS" if self._is_revenue else "Cost each", numeric=True),
                Column("marginal", "Of one more" if self._is_revenue else "Cost of one more", numeric=True),
            ],
            sort="scenario",
            fetch=self._fetch,
            export_name="scenarios",
            empty="No split can be compared.",
            waits=True,
            prefix="scenario_",
        )
        self.widgets: Sequence[Component] = [self._chart, self._table]

    @property
    def _is_revenue(self) -> bool:
        return self._outcome is Outcome.revenue

    def show(self, split: Allocation) -> None:
        """Put one's own split beside the others."""
        if self._best is None:
            self._best = compared_scenarios(self._fits, currency=self._currency).totals
        spends = dict(split.rows.select("campaign_id", "spend").iter_rows())
        own = compared_scenarios(self._fits, shifts=(), own={OWN: spends}).totals.tail(1)
        self._rows = pl.concat([self._best, own])
        shown = self._for_file(self._rows.with_columns(pl.col("scenario").replace(TITLES)))
        self._chart.draw(scenarios_chart(self._rows, currency=self._currency, is_revenue=self._is_revenue), shown)
        self._table.refresh()

    def _fetch(self, query: Query) -> tuple[Sequence[Row], int]:
        rows = self._rows.slice(query.offset, query.limit).iter_rows(named=True)
        return [self._row(row) for row in rows], self._rows.height

    def _row(self, row: Mapping[str, object]) -> Row:
        name = str(row["scenario"])
        title = TITLES.get(name, name.replace("best", "Best with").replace("-", "−").replace(" %", "%"))
        figures = {key: _number(row[key]) for key in ("spend", "result", "gain", "return_on_spend", "marginal")}
        what = self._outcome.value
        cells = {
            "scenario": text(title, hint=str(row["reason"] or title)),
            "spend": text(_known(amount(figures["spend"], self._currency))),
            "result": text(_known(measured(what, figures["result"], self._currency))),
            "gain": text(_known(signed(what, figures["gain"], self._currency))),
            "efficiency": text(_known(self._return(figures["return_on_spend"]))),
            "marginal": text(_known(self._return(figures["marginal"]))),
        }
        [told] = self._for_file(pl.DataFrame([row], schema=TOTALS))
        return Row(name, title, "", cells, {**told, "outcome": what})

    def _for_file(self, rows: pl.DataFrame) -> list[dict[str, Any]]:
        results = [name for name in TOTALS if name.startswith(("result", "gain"))]
        if self._is_revenue:
            return for_file(rows, ["spend", *results], self._currency)
        # Conversions for a unit of money: of the one in which the spend beside them is told.
        a_unit = pl.col("marginal", "return_on_spend") * 10 ** minor_digits(self._currency)
        return for_file(rows.with_columns(a_unit), ["spend"], self._currency)

    def _return(self, per_minor: float | None) -> str:
        if self._is_revenue:
            return formats.times(per_minor)
        return amount(1 / per_minor if per_minor else None, self._currency)


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _known(words: str) -> str | None:
    return None if words == formats.UNKNOWN else words
