"""A store of two campaigns that were advertised, with forecasts and response curves, that pages are opened on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.forecasts import service
from adplanning.forecasts.curve_service import fit_curves, keep_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.service import Question
from adplanning.store.session import reading, writing
from tests.forecasts.told import KOLKATA, advertised, lived

N_DAYS = 60


def yesterday() -> date:
    return datetime.now(KOLKATA).date() - timedelta(days=1)


def usual(as_of_on: date) -> dict[str, Any]:
    return {"as_of_on": as_of_on, "zone": KOLKATA, "currency": "INR", "public_revenue": PublicRevenue.counted}


def forecast(engine: Engine, campaign_id: str | None, *, as_of_on: date | None = None, days: int = 14) -> str:
    """Keep a forecast as the night makes it."""
    told = usual(as_of_on or yesterday())
    with reading(engine) as session:
        made = service.forecast_campaign(engine, session, campaign_id, Question(horizon_days=days), **told)
    with writing(engine) as session:
        return service.keep_forecast(session, made, origin="nightly", now=datetime.now(UTC)).id


def foretell(engine: Engine) -> None:
    """Two campaigns, their curves, forecasts of today and of two weeks ago."""
    last = yesterday()
    advertised(engine, "camp_a", "camp_bb", "camp_new")
    for campaign_id in ("camp_a", "camp_bb"):
        lived(engine, campaign_id, days=N_DAYS, until=last)
    histories = campaign_histories(engine, **usual(last))
    for outcome in Outcome:
        fits = fit_curves(histories, outcome)
        with writing(engine) as session:
            keep_curves(session, fits, outcome, as_of_on=last, currency="INR", now=datetime.now(UTC))
    for campaign_id in ("camp_a", None):
        forecast(engine, campaign_id, as_of_on=last - timedelta(days=14))
        forecast(engine, campaign_id)
