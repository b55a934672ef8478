"""What an analyst asks before deciding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
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


def test_curves_and_splits_name_their_campaigns_and_say_what_the_last_unit_of_money_brings(ws: Workspace) -> None:
    curve = ws.response_curves().row(0, named=True)
    split = ws.best_split(curve["usual_spend"], campaign_ids=["camp_a"]).row(0, named=True)
    assert (curve["name"], split["name"]) == ("The camp_a", "The camp_a")
    assert split["result"] == pytest.approx(curve["result"], rel=1e-4)
    assert split["marginal"] == pytest.approx(curve["marginal"], rel=1e-3)
    assert curve["result_lower"] < curve["result"] < curve["result_upper"]
    assert curve["return_on_spend"] == pytest.approx(curve["result"] / curve["usual_spend"], rel=1e-4)
    far = ws.best_split(curve["usual_spend"] * 9, most={"camp_a": curve["usual_spend"] * 9}).row(0, named=True)
    assert "beyond what was seen" in far["warning"]


def test_the_totals_of_a_forecast_are_those_of_its_days_with_narrower_bounds(ws: Workspace) -> None:
    asked: dict[str, Any] = {"horizon_days": 14, "daily_budget": 1000.0, "as_of_on": AS_OF}
    days, totals = ws.forecast("camp_a", **asked), ws.forecast_totals("camp_a", **asked)
    assert totals["figure"].to_list() == ["spend", "n_conversions", "revenue", "roas"]
    assert totals["expected"][0] == pytest.approx(14_000)
    revenue = totals.row(2, named=True)
    assert revenue["expected"] == pytest.approx(days["revenue"].sum(), rel=1e-3)
    assert days["revenue_lower"].sum() < revenue["lower"] < revenue["upper"] < days["revenue_upper"].sum()
    assert totals["trust"].n_unique() == 1


def test_bounds_of_a_campaign_that_is_not_split_and_an_unknown_outcome_are_refused(ws: Workspace) -> None:
    with pytest.raises(InvalidData, match="camp_b"):
        ws.best_split(1000, least={"camp_b": 10})
    with pytest.raises(InvalidData, match="revenue, conversions"):
        ws.response_fits("profit")
