"""What an analyst asks before deciding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.forecasts.curve_service import fit_curves, keep_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.store.session import writing
from adplanning.workspace import Workspace
from tests.forecasts.told import AS_OF, USUAL, advertised, lived


@pytest.fixture
def ws(engine: Engine) -> Workspace:
    """A campaign with 60 days and its curve."""
    advertised(engine, "camp_a")
    lived(engine, days=60)
    fits = fit_curves(campaign_histories(engine, **USUAL))
    with writing(engine) as session:
        keep_curves(session, fits, Outcome.revenue, as_of_on=AS_OF, currency="INR", now=datetime.now(UTC))
    return Workspace(engine, Settings(timezone="Asia/Kolkata", _env_file=None))


def test_days_forecasts_curves_and_splits_are_frames_in_major_units(ws: Workspace) -> None:
    days = ws.campaign_days(as_of_on=AS_OF)
    assert days.columns == ["campaign_id", "on", "spend", "n_conversions", "revenue", "n_without_rate"]
    assert days["revenue"].sum() == pytest.approx(500 * days["n_conversions"].sum())
    expected = ws.forecast("camp_a", horizon_days=3, daily_budget=1234.5, as_of_on=AS_OF)
    assert expected["spend"].to_list() == [1234.5] * 3
    assert 500 < expected["revenue"].mean() < 10_000
    assert ws.forecast_accuracy(as_of_on=AS_OF).is_empty()
    curves = ws.response_curves()
    assert curves["campaign_id"].to_list() == ["camp_a"]
    usual = curves["usual_spend"].item()
    split = ws.best_split(usual, most={"camp_a": usual * 1.1})
    assert split["spend"].item() == pytest.approx(usual, abs=0.02)
    assert split["most"].item() == pytest.approx(usual * 1.1, abs=0.02)
    assert ws.response_curves("conversions").is_empty()
