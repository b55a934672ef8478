"""The model of buying and spending: what it learned, how sure that is, and how well it foretold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from adplanning.core import formats
from adplanning.scores.charts import calibration_chart
from adplanning.scores.customer_model import FittedModel, Holdout
from adplanning.scores.model_service import latest_model, model_of
from adplanning.store.tables.scores import CustomerModel
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.lead_words import age
from adplanning.ui.pages.score_words import view_switch
from adplanning.ui.visit import Visit

_BUYING: Final = {
    "r": "r (how alike the rates of buying are)",
    "alpha": "α in days (rates are about r / α a day)",
    "a": "a (leaving after a purchase: a / (a + b))",
    "b": "b",
}
_SPENDING: Final = {
    "p": "p (how even one customer's orders are)",
    "q": "q (how alike customers are)",
    "v": "v (size of an order)",
}
NO_MODEL: Final = "No model was fitted yet; “Score customers” fits one. Until then CLV follows the rules."


def model_view(visit: Visit) -> Sequence[Component]:
    """The latest fit, or why there is none."""
    with visit.reading() as session:
        row = latest_model(session)
        model = model_of(row)
        notices = Notices()
        notices.show(_notices(row, model))
        head = [view_switch(visit), notices]
        if row is None or model is None:
            return head
        groups = _groups(visit, row, model)
    check = model.holdout
    chart = ChartCard(
        served=visit.served,
        title="Do customers buy as often as expected?",
        file_name="calibration",
        words="Customers of about the same expectation together, with two standard errors; on the line it is right.",
    )
    chart.draw(
        None if check is None else calibration_chart(check.calibration),
        [] if check is None else check.calibration.to_dicts(),
        empty=model.holdout_reason or "",
    )
    kpis = Kpis()
    kpis.show(_headlines(model, check, visit.settings.currency), _caption(check))
    return [*head, kpis, chart, Details(visit, groups)]


def _notices(row: CustomerModel | None, model: FittedModel | None) -> Sequence[Notice]:
    if row is None:
        return [Notice(NO_MODEL, "info")]
    if model is None:
        return [Notice(f"CLV and churn follow the rules. {row.reason or ''}".strip(), "info")]
    said = [model.spending_reason and f"CLV follows the rules. {model.spending_reason}", model.warning]
    return [Notice(words) for words in said if words]


def _headlines(model: FittedModel, check: Holdout | None, currency: str) -> Sequence[Kpi]:
    learned = Kpi(
        "Customers learned from",
        formats.number(model.n_customers, currency=currency),
        "All who ever bought.",
        words=f"{formats.number(model.n_repeat_customers, currency=currency)} bought again",
    )
    if check is None:
        return [learned]
    its = check.figures
    return [
        learned,
        Kpi(
            "Expected of bought",
            formats.percent(its.total_ratio),
            "All purchases expected in the days held out, as a share of those that came: 100% is right.",
            words=f"{formats.number(its.n_expected)} of {formats.number(its.n_purchases)}",
        ),
        Kpi(
            "Error a customer",
            formats.number(its.mean_absolute_error, 2),
            "The mean distance between purchases expected and bought, in the days held out.",
            words=f"{formats.number(its.naive_mean_absolute_error, 2)} going on as before",
        ),
        Kpi(
            "Who leaves",
            formats.number(its.churn_auc, 3),
            "How often one who bought nothing was held likelier to leave than one who bought: 0.5 is chance.",
            words=f"{formats.number(its.recency_auc, 3)} by days since the last purchase alone",
        ),
    ]


def _caption(check: Holdout | None) -> str:
    if check is None:
        return ""
    return (
        f"Checked by fitting the days up to {check.seen_until:%-d %b %Y} alone and foretelling the "
        f"{check.horizon_days} days after, for {formats.number(check.figures.n_customers)} customers."
    )


def _groups(visit: Visit, row: CustomerModel, model: FittedModel) -> Mapping[str, Mapping[str, Cell]]:
    zone, spend = visit.settings.zone, row.spend
    groups = {
        "Fit": {
            "Method": text("BG/NBD with gamma-gamma" if spend else "BG/NBD"),
            "Fitted": text(f"{formats.moment(row.fitted_at, zone)} ({age(row.fitted_at, visit.now())})"),
            "Purchases up to": text(formats.moment(row.as_of, zone)),
            "Customers": text(formats.number(row.n_customers)),
            "Of these bought again": text(formats.number(row.n_repeat_customers)),
            "Log-likelihood": text(formats.number(row.log_likelihood, 1)),
        },
        "Buying (BG/NBD)": _parameters(_BUYING, asdict(model.buying.params), asdict(model.buying.standard_errors)),
        f"Spending (gamma-gamma, {row.currency})": {"": text(model.spending_reason)}
        if spend is None
        else {
            **_parameters(_SPENDING, spend, spend["standard_errors"]),
            "Customers": text(formats.number(spend["n_customers"])),
            "How often with how much": text(formats.number(model.value_correlation, 2), hint="Correlation; 0 is best"),
        },
    }
    if model.holdout is not None:
        figures = model.holdout.figures
        groups["Held out"] = {
            "Customers": text(formats.number(figures.n_customers)),
            "Purchases expected": text(formats.number(figures.n_expected, 1)),
            "Purchases that came": text(formats.number(figures.n_purchases)),
            "Rank correlation": text(formats.number(figures.rank_correlation, 3)),
            "Error by the model": text(formats.number(figures.mean_absolute_error, 3)),
            "Error going on as before": text(formats.number(figures.naive_mean_absolute_error, 3)),
        }
    return groups


def _parameters(
    words: Mapping[str, str], values: Mapping[str, float], errors: Mapping[str, float]
) -> Mapping[str, Cell]:
    return {
        label: text(f"{formats.number(values[name], 3)} ± {formats.number(errors[name], 3)}", hint="± a standard error")
        for name, label in words.items()
    }
