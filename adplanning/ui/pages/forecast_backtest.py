"""How forecasts of the past would have done, beside saying that all will be as a week ago."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from adplanning.core import formats
from adplanning.forecasts.accuracy_service import backtest_of
from adplanning.forecasts.backtest import Backtest
from adplanning.forecasts.charts import accuracy_chart
from adplanning.ui.actions import Action
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.forecast_form import EVERYTHING
from adplanning.ui.pages.forecast_words import ALL, DAY_FIGURES, MEASURES, for_file, named, reporting
from adplanning.ui.visit import Progress, Visit

COLUMNS: Final = {"revenue": "revenue", "conversions": "n_conversions", "spend": "spend"}
NOT_YET: Final = "“Back-test” forecasts from ten days of the past and holds each against the two weeks after it."
TOO_SHORT: Final = "Too little is known for a back-test: it needs at least five weeks of days."


class BackTested:
    """The button, and the result once it has been pressed."""

    def __init__(self, visit: Visit, names: Mapping[str, str], *, measure: Callable[[], str]) -> None:
        self._visit, self._names = visit, names
        self._chart = ChartCard(
            served=visit.served,
            title="How would it have done?",
            file_name="back-test",
            words="Of each day what the newest forecast before it would have said.",
        )
        self._chart.draw(None, [], empty=NOT_YET)
        self._kpis = Kpis(label="Back-test")
        self._kpis.show(_headlines(None))
        form = Form(
            visit,
            title="Back-test",
            button="Back-test",
            fields=(
                Field("campaign", "Campaign", "choice", required=True, options={EVERYTHING: ALL, **names}),
                Field("measure", "Of", "choice", required=True, options=MEASURES),
            ),
            check=lambda _: None,
            submit=self._submit,
        )
        button = MainButton(
            visit,
            Action(
                "test",
                "Back-test",
                "mdi-history",
                lambda _: form.ask({"campaign": EVERYTHING, "measure": measure()}),
            ),
        )
        self.widgets: Sequence[Component] = [button, self._kpis, self._chart, form]

    def _submit(self, values: Values) -> None:
        chosen, measure = values.get("campaign", EVERYTHING), values.get("measure")
        campaign = chosen if chosen in self._names else None
        asked = measure if measure in MEASURES else "revenue"
        found: list[Backtest] = []

        def job(progress: Progress) -> str:
            progress("Forecasting from days of the past …", 0.1)
            found.append(backtest_of(self._visit.engine, campaign, **reporting(self._visit), measure=COLUMNS[asked]))
            return "The back-test is done."

        self._visit.frame.work("Back-test", job, lambda: self._show(found[0], campaign, asked))

    def _show(self, found: Backtest, campaign: str | None, measure: str) -> None:
        name = named(self._names, campaign)
        self._kpis.show(
            _headlines(found),
            f"{name}, {MEASURES[measure].lower()}: forecasts from {found.n_origins} days of the past.",
        )
        newest = found.days.drop_nulls("actual").sort("origin_on").unique("on", keep="last", maintain_order=True)
        currency = None if measure == "conversions" else self._visit.settings.currency
        columns = ("on", "expected", "lower", "upper", "actual")
        self._chart.draw(
            accuracy_chart(newest.select(columns), what=MEASURES[measure], currency=currency)
            if newest.height
            else None,
            for_file(found.days, DAY_FIGURES, currency),
            empty=TOO_SHORT,
        )


def _headlines(found: Backtest | None) -> Sequence[Kpi]:
    figures = {} if found is None else vars(found)
    mape, bias = figures.get("mape"), figures.get("bias")
    return [
        _beside(
            "Error against a week ago",
            figures.get("mase"),
            figures.get("naive_mase"),
            lambda value: formats.number(value, 2),
        ),
        _beside("Within the bounds", figures.get("coverage"), figures.get("naive_coverage"), formats.percent),
        Kpi("Off by", formats.percent(mape), "MAPE: the mean error as a share of what happened."),
        Kpi(
            "Too high by",
            formats.UNKNOWN if bias is None else f"{bias:+.1%}",
            "All errors together as a share of what happened; negative is too low.",
        ),
    ]


def _beside(title: str, value: float | None, naive: float | None, written: Callable[[float], str]) -> Kpi:
    told = formats.UNKNOWN if value is None else written(value)
    return Kpi(
        title,
        told,
        "Over all days of the back-test.",
        words="" if naive is None else f"{written(naive)} as a week ago",
    )
