"""How results follow spend, and the planner that goes by it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from adplanning.forecasts.curve_service import fits_of, latest_curves
from adplanning.forecasts.fields import Outcome
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.budget_curves import ResponseCurves
from adplanning.ui.pages.budget_planner import Planner
from adplanning.ui.pages.forecast_words import NOTEBOOK, OUTCOMES, SLUG, campaign_names, view_switch
from adplanning.ui.pages.run_button import run_button
from adplanning.ui.visit import Visit

NO_CURVE = (
    "No response curve is known yet; “Forecast now” fits one for each campaign. A campaign needs 28 days of spend that "
    "varies, and results, before it can be told what more or less would bring."
)


def budget_view(visit: Visit) -> Sequence[Component]:
    """The curves of one kind of result, and the planner of those campaigns that spent lately."""

    def turn(outcome: str) -> None:
        visit.frame.go(f"{address_of(SLUG)}?{urlencode({'view': 'budget', 'outcome': outcome})}")

    asked = visit.query.get("outcome", "")
    outcome = Outcome(asked) if asked in OUTCOMES else Outcome.revenue
    with visit.reading() as session:
        rows = latest_curves(session, visit.settings.currency, outcome)
        session.expunge_all()
        names = campaign_names(session)
    button = run_button(
        visit,
        NOTEBOOK,
        button="Forecast now",
        icon="mdi-chart-timeline-variant",
        goes_on="Fitting how results follow spend.",
        ended="Fitted.",
        then=lambda: turn(outcome.value),
    )
    curves = ResponseCurves(visit, rows, names, outcome, turn=turn)
    fits = {campaign_id: fit for campaign_id, fit in fits_of(rows).items() if fit.usual_spend > 0}
    if not fits:
        none = Notices()
        none.show([Notice(NO_CURVE, "info")])
        return [view_switch(visit), *button, none, *curves.widgets]
    planner = Planner(visit, fits, names, outcome)
    return [view_switch(visit), *button, *planner.widgets, *curves.widgets]
