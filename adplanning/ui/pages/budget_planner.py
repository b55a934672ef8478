"""The planner: a budget a day for each campaign, and at once what all of them bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

from adplanning.core import formats
from adplanning.core.csv_text import csv_text
from adplanning.core.errors import InvalidData
from adplanning.core.money import minor_digits
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts.budget import LEAST_SHARE, MOST_SHARE, Target, allocation_of, best_split
from adplanning.forecasts.budget import Allocation as Split
from adplanning.forecasts.budget_charts import allocation_chart
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.response import ResponseFit
from adplanning.ui.actions import Action
from adplanning.ui.allocation import Allocation, Amounts, part
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.download import Download
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.budget_plan_form import PlanForm
from adplanning.ui.pages.budget_scenarios import ComparedScenarios
from adplanning.ui.pages.forecast_words import amount, measured, signed
from adplanning.ui.visit import Visit

N_NAMED: Final = 3


class Planner:
    """The widgets in their order; nothing is read from the store while sliders move."""

    def __init__(
        self, visit: Visit, fits: Mapping[str, ResponseFit], names: Mapping[str, str], outcome: Outcome
    ) -> None:
        self._visit, self._fits, self._outcome = visit, fits, outcome
        self._names = {campaign_id: names.get(campaign_id, campaign_id) for campaign_id in fits}
        self._currency = visit.settings.currency
        self._unit = 10 ** minor_digits(self._currency)
        self._split = allocation_of(fits, {})
        self._notes: Sequence[str] = ()
        self._one_at_a_time = Lock()
        self._kpis, self._notices, self._download = Kpis(), Notices(), Download(visit)
        self._chart = ChartCard(
            served=visit.served,
            title="Where should the money go?",
            file_name="budget",
            words="From what each campaign spends a day today to what it would get.",
        )
        self._scenarios = ComparedScenarios(visit, fits, outcome)
        self._form = PlanForm(visit, outcome)
        export = Action("export", "Export CSV", "mdi-download", lambda _: self._export())
        save = Action("save", "Save as plan", "mdi-content-save-outline", lambda _: self._form.ask(self._split))
        self._sliders = Allocation(
            visit,
            parts=[
                part(
                    campaign_id,
                    self._names[campaign_id],
                    least=LEAST_SHARE * fit.usual_spend / self._unit,
                    most=MOST_SHARE * fit.usual_spend / self._unit,
                    usual=fit.usual_spend / self._unit,
                )
                for campaign_id, fit in sorted(fits.items(), key=lambda one: (-one[1].usual_spend, one[0]))
            ],
            currency=self._currency,
            aim="Target ROAS" if self._is_revenue else f"Target cost per conversion ({self._currency})",
            judge=self._judge,
            split=self._best,
            actions=[save, export] if visit.may_write else [export],
        )
        self.widgets: Sequence[Component] = [
            self._notices,
            self._kpis,
            self._sliders,
            self._chart,
            *self._scenarios.widgets,
            self._download,
            *([self._form.form] if visit.may_write else []),
        ]

    @property
    def _is_revenue(self) -> bool:
        return self._outcome is Outcome.revenue

    def _judge(self, amounts: Amounts) -> Mapping[str, Sequence[str]]:
        """What a split brings, all together on the cards and each campaign in words beside its slider."""
        split = allocation_of(self._fits, {key: value * self._unit for key, value in amounts.items()})
        self._split = split
        self._kpis.show(self._headlines(split), "A day, with 95% intervals, once a campaign has settled.")
        self._notices.show([Notice(words) for words in (*self._notes, *self._doubts(split))])
        self._notes = ()
        self._visit.frame.later(lambda: self._draw(split))
        return {row["campaign_id"]: self._words(row) for row in split.rows.iter_rows(named=True)}

    def _draw(self, split: Split) -> None:
        with self._one_at_a_time:
            if split is self._split and not self._chart.closed:
                self._show(split)

    def _show(self, split: Split) -> None:
        self._chart.draw(allocation_chart(split.rows, names=self._names, currency=self._currency), self._rows(split))
        self._scenarios.show(split)

    def _best(self, total: float, target: float | None, held: Amounts) -> Amounts:
        kept = {key: value * self._unit for key, value in held.items()}
        aim = None
        if target is not None:
            if target <= 0:
                raise InvalidData.at("target", "must be more than 0; leave it empty for none")
            aim = (
                Target(BudgetTarget.roas, target) if self._is_revenue else Target(BudgetTarget.cpa, target * self._unit)
            )
        split = best_split(self._fits, total * self._unit, least=kept, most=kept, target=aim, currency=self._currency)
        self._notes = [words for words in split.warnings if words.partition(":")[0] not in self._fits]
        return {row["campaign_id"]: row["spend"] / self._unit for row in split.rows.iter_rows(named=True)}

    def _headlines(self, split: Split) -> Sequence[Kpi]:
        what = self._outcome.value
        usual = sum(fit.usual_spend for fit in self._fits.values())
        found = split.expected / split.total if split.total else None
        return [
            Kpi(
                "Spend",
                amount(split.total, self._currency, short=True),
                "Of all campaigns together, a day.",
                full=amount(split.total, self._currency),
                words=f"{amount(usual, self._currency, short=True)} today",
            ),
            Kpi(
                f"Expected {what}",
                self._said(split.expected),
                "What all campaigns together bring a day.",
                full=measured(what, split.expected, self._currency),
                words=f"{self._said(split.expected_lower)} to {self._said(split.expected_upper)}",
            ),
            Kpi(
                "Against today",
                self._signed(split.gain),
                "More or less than with what each campaign spends today.",
                words=f"{self._signed(split.gain_lower)} to {self._signed(split.gain_upper)}",
            ),
            Kpi(
                "ROAS" if self._is_revenue else "Cost per conversion",
                self._return(found),
                "Revenue for each unit of money spent." if self._is_revenue else "What one of them costs.",
                words=f"{self._return(split.usual_expected / usual)} today" if usual else "",
            ),
        ]

    def _said(self, result: float) -> str:
        return measured(self._outcome.value, result, self._currency, short=True)

    def _signed(self, result: float) -> str:
        return signed(self._outcome.value, result, self._currency, short=True)

    def _return(self, per_minor: float | None) -> str:
        """A return on money as people say it: ROAS, or what one conversion costs."""
        if self._is_revenue:
            return formats.times(per_minor)
        return amount(1 / per_minor if per_minor else None, self._currency)

    def _words(self, row: Mapping[str, float]) -> Sequence[str]:
        result, low, high = (self._said(row[name]) for name in ("result", "result_lower", "result_upper"))
        last = self._return(row["marginal"])
        return [
            f"{result} ({low} to {high})",
            f"the last unit brings {last}" if self._is_revenue else f"one more costs {last}",
        ]

    def _doubts(self, split: Split) -> Sequence[str]:
        """What makes the split doubtful, each kind in one sentence however many campaigns it is about."""
        spends = dict(split.rows.select("campaign_id", "spend").iter_rows())
        followed = [key for key, fit in self._fits.items() if fit.has_followed_demand]
        beyond = [key for key, fit in self._fits.items() if spends[key] > fit.most_seen]
        doubts = {
            "spend only followed demand, so what it did by itself cannot be told; see the test weeks below": followed,
            "so much was never spent on a day, so the curve is a guess there": beyond,
        }
        return [f"{self._listed(keys)}: {words}." for words, keys in doubts.items() if keys]

    def _listed(self, keys: Sequence[str]) -> str:
        named = [f"“{self._names[key]}”" for key in keys[:N_NAMED]]
        more = len(keys) - len(named)
        return ", ".join(named) + (f" and {more} more" if more else "")

    def _rows(self, split: Split) -> list[dict[str, object]]:
        """The split for the CSV, in major units."""
        money = {"usual_spend", "spend", "least", "most"}
        results = {"result", "result_lower", "result_upper"} if self._is_revenue else set()
        return [
            {
                "campaign_id": row["campaign_id"],
                "campaign": self._names[row["campaign_id"]],
                **{
                    name: round(value / self._unit, 6) if name in money | results and value is not None else value
                    for name, value in row.items()
                    if name != "campaign_id"
                },
                "outcome": self._outcome.value,
                "currency": self._currency,
            }
            for row in split.rows.iter_rows(named=True)
        ]

    def _export(self) -> None:
        self._download.send("budget.csv", csv_text(self._rows(self._split)))
