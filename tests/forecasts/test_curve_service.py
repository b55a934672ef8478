"""Response curves as they are kept, on both databases."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.forecasts.curve_service import curve_in_use, fit_curves, fits_of, keep_curves, latest_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories, history_of
from adplanning.forecasts.response import NotFitted, ResponseFit
from adplanning.store.session import reading, writing
from tests.forecasts.told import AS_OF, NOW, USUAL, advertised, lived

CURVES = {
    "camp_a": ResponseFit(
        0.1,
        20.0,
        99.5,
        0.9,
        2.0,
        (1.0,) * 7,
        150.4,
        0.0,
        200.0,
        90,
        1.0,
        0.3,
        ("it lags",),
        ((20.0, 99.5, 0.9, 2.0),) * 2,
    ),
    "camp_b": NotFitted("5 days are known; it takes 28"),
}


def test_a_campaign_that_is_off_has_no_curve_to_share_a_budget_by() -> None:
    days = [AS_OF - timedelta(days=ago) for ago in range(59, -1, -1)]
    spend: list[int | None] = [1000 + 300 * (n % 5) for n in range(60)]
    of_both = {
        "camp_off": [*spend[:-9], *[0] * 5, None, *[0] * 3],
        "camp_on": [*spend[:-9], *[0] * 5, None, *[0, 0, 100]],
    }
    histories = pl.concat(
        pl.DataFrame(
            {"on": days, "spend_minor": spent, "revenue_minor": [5000 + n % 7 for n in range(60)]}
        ).with_columns(campaign_id=pl.lit(name))
        for name, spent in of_both.items()
    )
    fits = fit_curves(histories)
    assert fits["camp_off"] == NotFitted("nothing was spent on the last 7 known days: the campaign is off")
    assert isinstance(fits["camp_on"], ResponseFit)


def test_a_curve_comes_back_as_it_was_kept_or_why_there_is_none(any_engine: Engine) -> None:
    advertised(any_engine, "camp_a", "camp_b")
    with writing(any_engine) as session:
        keep_curves(session, CURVES, Outcome.revenue, as_of_on=AS_OF, currency="INR", now=NOW)
    with reading(any_engine) as session:
        rows = latest_curves(session, "INR")
        assert fits_of(rows) == {"camp_a": CURVES["camp_a"]}
        assert [row.reason for row in rows] == ["it lags", "5 days are known; it takes 28"]
        assert (rows[0].spend_minor, rows[0].has_followed_demand, rows[1].params) == (150, True, None)
        assert latest_curves(session, "USD") == latest_curves(session, "INR", Outcome.conversions) == []


def test_a_curve_of_the_same_day_is_replaced_and_the_latest_one_counts(any_engine: Engine) -> None:
    advertised(any_engine, "camp_a", "camp_b")
    later = {"camp_a": NotFitted("nothing was spent")}
    with writing(any_engine) as session:
        for _ in range(2):
            keep_curves(session, CURVES, Outcome.revenue, as_of_on=AS_OF, currency="INR", now=NOW)
        next_day = AS_OF + timedelta(days=1)
        keep_curves(session, later, Outcome.revenue, as_of_on=next_day, currency="INR", now=NOW + timedelta(days=1))
    with reading(any_engine) as session:
        rows = latest_curves(session, "INR")
    assert [(row.campaign_id, row.reason) for row in rows] == [
        ("camp_a", "nothing was spent"),
        ("camp_b", "5 days are known; it takes 28"),
    ]
    assert fits_of(rows) == {}


def test_curves_are_fitted_of_what_campaigns_spent_and_brought(engine: Engine) -> None:
    advertised(engine, "camp_a")
    lived(engine, days=60)
    histories = campaign_histories(engine, **USUAL)
    of_revenue, of_conversions = (fit_curves(histories, outcome)["camp_a"] for outcome in Outcome)
    assert isinstance(of_revenue, ResponseFit)
    assert isinstance(of_conversions, ResponseFit)
    # Each order is worth 500.00.
    assert of_revenue.curve.result(100_000) == pytest.approx(50_000 * of_conversions.curve.result(100_000), rel=0.1)
    with reading(engine) as session:
        history = history_of(engine, "camp_a", **USUAL)
        found = curve_in_use(session, "camp_a", history, Outcome.revenue, as_of_on=AS_OF, currency="INR")
    assert found == of_revenue
