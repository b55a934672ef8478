"""How the results of each campaign follow its spend, and weeks that would tell where spend only followed demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from adplanning.core import formats
from adplanning.forecasts.budget_charts import response_chart
from adplanning.forecasts.curve_service import fits_of
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.proposed_weeks import proposed_weeks
from adplanning.forecasts.response import ResponseFit, expected_result, marginal_result
from adplanning.store.tables.forecasts import ResponseCurve
from adplanning.ui.actions import Action
from adplanning.ui.badges import Badge
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.grid import Grid
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.chosen_days import in_full, today_of
from adplanning.ui.pages.forecast_words import OUTCOMES, amount, measured
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

LEARNT: Final = Badge("Learnt", "green", "mdi-check-circle-outline")
FOLLOWED: Final = Badge("Followed demand", "orange", "mdi-alert-outline")
NOT_FITTED: Final = Badge("Not known", "grey", "mdi-help-circle-outline")
WEEKDAYS: Final = 7
# The largest ones are drawn small beside one another, the others when somebody asks for them.
N_SMALL: Final = 6
TITLE: Final = "What does more or less spend bring?"
WORDS: Final = "Blue where spend was seen, dashed beyond it; the band holds 95 of 100 curves that are as likely."


class ResponseCurves:
    """The list of curves, the one that is looked at, and its test weeks."""

    def __init__(
        self,
        visit: Visit,
        rows: Sequence[ResponseCurve],
        names: Mapping[str, str],
        outcome: Outcome,
        *,
        turn: Callable[[str], None],
    ) -> None:
        self._visit, self._names, self._outcome = visit, names, outcome
        self._fits = fits_of(rows)
        self._rows = sorted(rows, key=lambda row: (-row.spend_minor, row.campaign_id))
        self._chart = self._card(WORDS)
        self._notices = Notices()
        self._table = Table(
            visit,
            label="Response curves",
            title="How do results follow spend?",
            columns=[
                Column("campaign", "Campaign", on_phone=True),
                Column("state", "Curve", on_phone=True, help="Whether spend varied by itself, so that it can be told"),
                Column("spend", "Spend a day", numeric=True, help="On average of the last 28 days"),
                Column("result", f"{OUTCOMES[outcome.value]} a day", numeric=True, help="Expected at that spend"),
                Column("efficiency", "ROAS" if self._is_revenue else "Cost each", numeric=True),
                Column("marginal", "Marginal ROAS" if self._is_revenue else "Cost of one more", numeric=True),
                Column("seen", "Seen", help="The least and the most that was spent on a day"),
                Column("fitted", "Fitted up to"),
            ],
            filters=[Filter("outcome", "Result", OUTCOMES, default=Outcome.revenue.value)],
            sort="spend",
            fetch=self._fetch,
            export_name="response-curves",
            actions=[Action("look", "Show its curve", "mdi-chart-bell-curve-cumulative", self._look)],
            empty="No response curve was fitted yet. “Forecast now” fits one for each campaign.",
            changed=lambda query: turn(query.filters["outcome"]),
            beside=lambda: {"view": "budget"},
        )
        known = [row.campaign_id for row in self._rows if row.campaign_id in self._fits]
        if known:
            self._look(known[0])
        else:
            self._chart.draw(None, [], empty="No campaign has a curve yet.")
        others = [self._card() for _ in known[1 : 1 + N_SMALL]]
        for card, campaign_id in zip(others, known[1:], strict=False):
            self._draw(card, campaign_id, self._fits[campaign_id])
        self.widgets: Sequence[Component] = [self._table, self._notices, self._chart, Grid(others)]

    def _card(self, words: str = "") -> ChartCard:
        return ChartCard(served=self._visit.served, title=TITLE, file_name="response-curve", words=words)

    @property
    def _is_revenue(self) -> bool:
        return self._outcome is Outcome.revenue

    def _look(self, campaign_id: str) -> None:
        """Draw one curve; with test weeks where spend only followed demand."""
        fit = self._fits.get(campaign_id)
        if fit is None:
            row = next((row for row in self._rows if row.campaign_id == campaign_id), None)
            self._notices.show([])
            self._chart.draw(None, [], empty=(row and row.reason) or "There is no such curve.")
            return
        self._draw(self._chart, campaign_id, fit)
        name = self._names.get(campaign_id, campaign_id)
        self._chart.title = f"{TITLE} {name}"
        self._notices.show([Notice(words) for words in self._proposal(name, fit)])

    def _draw(self, card: ChartCard, campaign_id: str, fit: ResponseFit) -> None:
        name, currency = self._names.get(campaign_id, campaign_id), self._visit.settings.currency
        card.title = name
        card.draw(
            response_chart(fit, currency=currency, is_revenue=self._is_revenue),
            [{"campaign_id": campaign_id, "campaign": name, **_csv(fit, currency)}],
        )

    def _proposal(self, name: str, fit: ResponseFit) -> Sequence[str]:
        if not fit.has_followed_demand:
            return []
        why = f"“{name}”: {' and '.join(fit.followed_because)}, so what spend did by itself cannot be told."
        if fit.usual_spend <= 0:
            return [why]
        today = today_of(self._visit)
        monday = today + timedelta(days=WEEKDAYS - today.weekday())
        found = proposed_weeks(fit, first_on=monday)
        currency = self._visit.settings.currency
        weeks = "; ".join(
            f"{in_full(week['first_on'])}: {amount(week['spend'], currency)} a day"
            for week in found.weeks.iter_rows(named=True)
        )
        enough = (
            f"The return is then known within ±{formats.percent(found.precision)}."
            if found.is_enough
            else f"Even so the return is only known within ±{formats.percent(found.precision)}."
        )
        return [f"{why} Test weeks, each from Monday to Sunday, would tell: {weeks}. {enough}"]

    def _fetch(self, query: Query) -> tuple[Sequence[Row], int]:
        shown = self._rows[query.offset : query.offset + query.limit]
        return [self._row(row) for row in shown], len(self._rows)

    def _row(self, row: ResponseCurve) -> Row:
        currency, fit = row.currency, self._fits.get(row.campaign_id)
        name = self._names.get(row.campaign_id, row.campaign_id)
        state = NOT_FITTED if fit is None else FOLLOWED if fit.has_followed_demand else LEARNT
        found = _figures(fit)
        cells = {
            "campaign": text(name, hint=name),
            "state": {**state.cell(), "hint": row.reason or state.words},
            "spend": text(None if fit is None else amount(fit.usual_spend, currency)),
            "result": text(None if fit is None else measured(self._outcome.value, found["result"], currency)),
            "efficiency": text(self._return(found["return_on_spend"], currency)),
            "marginal": text(self._return(found["marginal"], currency)),
            "seen": text(
                None if fit is None else f"{amount(fit.least_seen, currency)} – {amount(fit.most_seen, currency)}"
            ),
            "fitted": text(in_full(row.as_of_on)),
        }
        values = {
            "campaign_id": row.campaign_id,
            "campaign": name,
            "outcome": row.outcome,
            "curve": state.words,
            "reason": row.reason,
            "usual_spend_minor": None if fit is None else fit.usual_spend,
            **found,
            "currency": currency,
            "as_of_on": row.as_of_on,
        }
        return Row(row.campaign_id, name, "", cells, values, actions=["look"])

    def _return(self, per_minor: float | None, currency: str) -> str | None:
        if not per_minor:
            return None
        return formats.times(per_minor) if self._is_revenue else amount(1 / per_minor, currency)


def _figures(fit: ResponseFit | None) -> dict[str, float | None]:
    """What a campaign brings a day at its usual spend, for each minor unit, and with the last one."""
    if fit is None or fit.usual_spend <= 0:
        return dict.fromkeys(("result", "return_on_spend", "marginal"))
    result = float(expected_result(fit, fit.usual_spend))
    return {
        "result": result,
        "return_on_spend": result / fit.usual_spend,
        "marginal": float(marginal_result(fit, fit.usual_spend)),
    }


def _csv(fit: ResponseFit, currency: str) -> dict[str, object]:
    names = ("adstock", "ceiling", "half_saturation", "shape", "baseline", "usual_spend", "least_seen", "most_seen")
    return {**{name: getattr(fit, name) for name in names}, "currency": currency, "unit": "minor"}
