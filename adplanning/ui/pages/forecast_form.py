"""The form of a forecast that is made by hand: of what, for how many days, with which budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adplanning.core.validation import validated
from adplanning.forecasts import service
from adplanning.forecasts.fields import MOST_DAYS, ForecastFields
from adplanning.ui.catalogue import address_of
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.forecast_words import ALL, SLUG, reporting
from adplanning.ui.visit import Progress, Visit

# No id of a campaign is empty.
EVERYTHING: Final = "*"
USUAL_DAYS: Final = 30


class ForecastForm:
    """The dialog; what was asked for is computed beside the page and then opened."""

    def __init__(self, visit: Visit, names: Mapping[str, str]) -> None:
        self._visit = visit
        currency = visit.settings.currency
        self.form = Form(
            visit,
            title="New forecast",
            button="Forecast",
            fields=(
                Field("ad_campaign_id", "Campaign", "choice", required=True, options={EVERYTHING: ALL, **names}),
                Field("forecast_days", "Days", "number", required=True, help=f"From today on, 1 to {MOST_DAYS}."),
                Field(
                    "daily_budget",
                    "Planned budget a day",
                    "number",
                    unit=currency,
                    help="Left empty, the campaign goes on spending as usual.",
                ),
                Field(
                    "target_roas",
                    "Target ROAS",
                    "number",
                    help="What each unit of money must return at least; a budget that does so is advised.",
                ),
            ),
            check=_fields,
            submit=self._submit,
        )

    def ask(self) -> None:
        """Open it."""
        self.form.ask({"ad_campaign_id": EVERYTHING, "forecast_days": USUAL_DAYS})

    def _submit(self, values: Values) -> None:
        visit, given = self._visit, _fields(values)
        visit.require_writer()
        question = service.question_of(given, visit.settings.currency)
        made: list[str] = []

        def job(progress: Progress) -> str:
            progress("Reading the days and fitting …", 0.1)
            with visit.reading() as session:
                found = service.forecast_campaign(
                    visit.engine, session, given.ad_campaign_id, question, **reporting(visit)
                )
            with visit.writing() as session:
                made.append(service.keep_forecast(session, found, origin="admin", now=visit.now()).id)
            return "The forecast is made."

        visit.frame.work("Forecasting", job, lambda: visit.frame.go(address_of(SLUG, made[0])))


def _fields(values: Values) -> ForecastFields:
    given = {"daily_budget": None, **values}
    if given.get("ad_campaign_id") == EVERYTHING:
        given["ad_campaign_id"] = None
    return validated(ForecastFields, given)
