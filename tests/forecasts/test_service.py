"""Forecasts made from the store and kept, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.forecasts import service
from adplanning.forecasts.curve_service import keep_curves
from adplanning.forecasts.fields import ForecastFields, Outcome
from adplanning.forecasts.response import NotFitted
from adplanning.forecasts.service import MadeForecast, Question
from adplanning.store.session import reading, writing
from tests.forecasts.told import AS_OF, NOW, USUAL, advertised, lived

TOMORROW = AS_OF + timedelta(days=1)


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """A campaign with 30 days, and one that never spent."""
    advertised(any_engine, "camp_a", "camp_new")
    lived(any_engine, days=30)
    return any_engine


def made(engine: Engine, campaign_id: str | None = "camp_a", **question: Any) -> MadeForecast:
    with reading(engine) as session:
        return service.forecast_campaign(
            engine, session, campaign_id, Question(**{"horizon_days": 5, **question}), **USUAL
        )


def test_a_forecast_is_kept_with_its_days_as_it_was_made(shop: Engine) -> None:
    forecast = made(shop, planned_minor=120_000, target_roas=2.0)
    with writing(shop) as session:
        id_ = service.keep_forecast(session, forecast, origin="admin", now=NOW).id
    with reading(shop) as session:
        kept = service.find_forecast(session, id_)
        days = service.days_of_forecast(session, id_)
    assert (kept.first_on, kept.last_on, kept.as_of_on) == (TOMORROW, AS_OF + timedelta(days=5), AS_OF)
    assert (kept.daily_budget_minor, kept.target_roas, kept.n_history_days) == (120_000, 2.0, 30)
    assert (kept.trust, kept.notes) == (forecast.demand.trust, list(forecast.demand.notes))
    assert days["spend_minor"].to_list() == [120_000] * 5
    assert days["n_conversions"].to_list() == pytest.approx(forecast.demand.days["n_conversions"].to_list())
    assert days["revenue_minor"].to_list() == forecast.demand.days["revenue"].round().cast(pl.Int64).to_list()
    total = forecast.demand.totals["revenue"]
    assert total is not None
    assert kept.summary["revenue"]["expected"] == pytest.approx(total.expected)


def test_nightly_forecasts_of_one_day_take_the_place_of_one_another_and_no_others(shop: Engine) -> None:
    forecast = made(shop)
    earlier = replace(forecast, as_of_on=AS_OF - timedelta(days=1))
    with writing(shop) as session:
        for one, origin in ((forecast, "admin"), (earlier, "nightly"), (forecast, "nightly"), (forecast, "nightly")):
            service.keep_forecast(session, one, origin=origin, now=NOW)
    with reading(shop) as session:
        found, count = service.list_forecasts(session, {}, today_on=TOMORROW, limit=10, offset=0)
    assert count == 3
    assert sorted(one.origin for one in found) == ["admin", "nightly", "nightly"]


def test_a_list_is_filtered_searched_and_sorted(shop: Engine) -> None:
    with writing(shop) as session:
        for campaign_id in ("camp_a", None):
            service.keep_forecast(session, replace(made(shop), ad_campaign_id=campaign_id), origin="admin", now=NOW)

    def count(today_on: date = TOMORROW, search: str | None = None, **filters: str) -> int:
        with reading(shop) as session:
            return service.list_forecasts(
                session, filters, today_on=today_on, limit=10, offset=0, search=search, sort="campaign"
            )[1]

    assert (count(), count(ad_campaign_id="camp_a"), count(search="the CAMP_a"), count(origin="nightly")) == (
        2,
        1,
        1,
        0,
    )
    statuses = ("pending", "active", "completed")
    for today_on, expected in ((AS_OF, (2, 0, 0)), (TOMORROW, (0, 2, 0)), (AS_OF + timedelta(days=6), (0, 0, 2))):
        assert tuple(count(today_on, status=status) for status in statuses) == expected
        with reading(shop) as session:
            first = service.list_forecasts(session, {}, today_on=today_on, limit=1, offset=0)[0][0]
            assert service.status_of(first, today_on) == statuses[expected.index(2)]
    with reading(shop) as session, pytest.raises(InvalidData, match="sort"):
        service.list_forecasts(session, {}, today_on=AS_OF, limit=1, offset=0, sort="x")


def test_what_is_unknown_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound, match="camp_x"):
        made(engine, "camp_x")
    with reading(engine) as session, pytest.raises(NotFound, match="fcst_x"):
        service.find_forecast(session, "fcst_x")


def test_results_follow_a_kept_curve_while_it_is_fresh(shop: Engine) -> None:
    assert service.response_of({outcome: NotFitted("too few") for outcome in Outcome}) is None
    fitted = made(shop, planned_minor=200_000)
    for as_of_on, expected in ((AS_OF - timedelta(days=40), fitted.advice), (AS_OF, "too few")):
        with writing(shop) as session:
            fits = {"camp_a": NotFitted("too few")}
            keep_curves(session, fits, Outcome.revenue, as_of_on=as_of_on, currency="INR", now=NOW)
        advice = made(shop, planned_minor=200_000).advice
        assert advice == expected or str(expected) in getattr(advice, "reason", "")


def test_a_question_is_in_minor_units_and_its_events_are_in_order() -> None:
    given = {"ad_campaign_id": None, "daily_budget": "12.50", "events": [
        {"name": "Sale", "first_on": "2026-12-01", "last_on": "2026-12-02"}
    ]}  # fmt: skip
    question = service.question_of(ForecastFields.model_validate(given), "INR")
    assert (question.planned_minor, question.horizon_days) == (1250, 30)
    assert question.events is not None
    assert question.events["name"].to_list() == ["Sale"]
