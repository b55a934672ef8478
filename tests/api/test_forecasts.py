"""Forecasts, their accuracy and planned events over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.forecasts.service import Question, forecast_campaign, keep_forecast
from adplanning.store.session import reading, writing
from tests.forecasts.told import KOLKATA, USUAL, advertised, lived

URL = "/admin/ad-planning/forecasts"
EVENTS = "/admin/ad-planning/events"


@pytest.fixture
def today() -> date:
    return datetime.now(KOLKATA).date()


@pytest.fixture
def shop(engine: Engine, today: date) -> Engine:
    """A campaign that has spent and brought orders up to yesterday, and one that never did."""
    advertised(engine, "camp_a", "camp_new")
    lived(engine, "camp_a", days=60, until=today - timedelta(days=1))
    return engine


def body(**changed: Any) -> dict[str, Any]:
    return {"ad_campaign_id": "camp_a", "daily_budget": 1200, "forecast_days": 7} | changed


def test_a_campaign_is_forecast_from_today_on_at_the_budget_that_is_given(
    admin: TestClient, shop: Engine, today: date
) -> None:
    answer = admin.post(URL, json=body())
    assert answer.status_code == 201, answer.json()
    found = answer.json()
    days = found["daily_forecasts"]
    assert [day["date"] for day in days] == [str(today + timedelta(days=ahead)) for ahead in range(7)]
    assert {day["predicted_spend"] for day in days} == {1200.0}
    for day in days:
        assert day["confidence_lower"] <= day["predicted_revenue"] <= day["confidence_upper"]
        assert day["predicted_roas"] == pytest.approx(day["predicted_revenue"] / 1200)
        assert day["predicted_conversions"] > 0
    summary = found["summary"]
    assert summary["total_predicted_spend"] == 8400
    assert summary["total_predicted_revenue"] == pytest.approx(sum(day["predicted_revenue"] for day in days), rel=1e-3)
    assert summary["predicted_roas"] == pytest.approx(summary["total_predicted_revenue"] / 8400, rel=1e-3)
    assert found["forecast"]["status"] == "active"
    assert (found["forecast"]["currency"], found["forecast"]["forecast_days"]) == ("INR", 7)
    assert admin.get(f"{URL}/{found['forecast']['id']}").json() == found
    assert admin.get(URL).json() == {"forecasts": [found["forecast"]], "count": 1, "limit": 20, "offset": 0}


def test_a_budget_is_recommended_that_holds_the_target(admin: TestClient, shop: Engine) -> None:
    found = admin.post(URL, json=body(target_roas=2)).json()["budget_recommendation"]
    assert found["recommended_budget"] > 0
    assert found["expected_roas"] >= 2 - 1e-6
    assert found["expected_revenue"] == pytest.approx(found["expected_roas"] * found["recommended_budget"], rel=1e-3)
    assert found["confidence"] in {"high", "medium", "low"}
    unreached = admin.post(URL, json=body(target_roas=1000)).json()["budget_recommendation"]
    assert unreached["recommended_budget"] is None
    assert "1000 is not reached" in unreached["reason"]


def test_of_a_campaign_without_history_the_spend_is_told_and_nothing_else(admin: TestClient, shop: Engine) -> None:
    answer = admin.post(URL, json=body(ad_campaign_id="camp_new"))
    assert answer.status_code == 201
    found = answer.json()
    assert found["daily_forecasts"][0]["predicted_spend"] == 1200
    assert found["daily_forecasts"][0]["predicted_revenue"] is None
    assert found["summary"]["total_predicted_revenue"] is None
    assert found["forecast"]["trust"] == "none"
    assert found["forecast"]["notes"]
    assert found["budget_recommendation"]["recommended_budget"] is None


def test_all_together_are_forecast_where_no_campaign_is_named(admin: TestClient, shop: Engine) -> None:
    found = admin.post(URL, json=body(ad_campaign_id=None, daily_budget=None)).json()
    assert found["forecast"]["ad_campaign_id"] is None
    assert found["summary"]["total_predicted_revenue"] > 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"daily_budget": 0}, "daily_budget"),
        ({"daily_budget": -5}, "daily_budget"),
        ({"daily_budget": "much"}, "daily_budget"),
        ({"daily_budget": 10**16}, "daily_budget"),
        ({"daily_budget": 0.001}, "daily_budget"),
        ({"forecast_days": True}, "forecast_days"),
        ({"forecast_days": 0}, "forecast_days"),
        ({"forecast_days": 91}, "forecast_days"),
        ({"target_roas": 0}, "target_roas"),
        ({"events": [{"name": "Sale", "first_on": "2026-12-02", "last_on": "2026-12-01"}]}, "last_on"),
        ({"events": [{"name": "Sale", "first_on": 5, "last_on": "2026-12-01"}]}, "events.0.first_on"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(admin: TestClient, changed: dict[str, Any], named: str) -> None:
    answer = admin.post(URL, json=body(**changed))
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)


@pytest.mark.parametrize("missing", ["ad_campaign_id", "daily_budget"])
def test_a_campaign_and_a_budget_must_be_named(admin: TestClient, missing: str) -> None:
    assert admin.post(URL, json={name: value for name, value in body().items() if name != missing}).status_code == 400


def test_unknown_campaigns_and_forecasts_are_not_found(admin: TestClient) -> None:
    for answer in (admin.post(URL, json=body(ad_campaign_id="camp_x")), admin.get(f"{URL}/fcst_x")):
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def kept_ago(engine: Engine, today: date, days: int, horizon_days: int) -> str:
    """A forecast as it was made so many days ago."""
    usual = {**USUAL, "as_of_on": today - timedelta(days=days + 1)}
    with reading(engine) as session:
        made = forecast_campaign(engine, session, "camp_a", Question(horizon_days), **usual)
    with writing(engine) as session:
        return keep_forecast(session, made, origin="admin", now=datetime.now(UTC)).id


def test_past_forecasts_are_held_against_what_happened(admin: TestClient, shop: Engine, today: date) -> None:
    over, passing = kept_ago(shop, today, 14, 14), kept_ago(shop, today, 3, 30)
    found = admin.get(f"{URL}/accuracy").json()
    assert found["forecasts_analyzed"] == 2
    reports = {report["forecast_id"]: report for report in found["accuracy_reports"]}
    assert {name: report["comparison_count"] for name, report in reports.items()} == {over: 14, passing: 3}
    assert reports[over]["period_end"] == str(today - timedelta(days=1))
    for report in reports.values():
        assert report["campaign_id"] == "camp_a"
        assert report["accuracy"] == pytest.approx(max(0, 100 - report["mape"]))
        assert 0 <= report["coverage"] <= 100
        assert report["mase"] > 0
        assert report["spend"]["comparison_count"] == report["comparison_count"]
    weighted = (14 * reports[over]["accuracy"] + 3 * reports[passing]["accuracy"]) / 17
    assert found["overall_accuracy"] == pytest.approx(weighted)
    assert admin.get(f"{URL}/accuracy", params={"forecast_id": over}).json()["forecasts_analyzed"] == 1
    assert admin.get(f"{URL}/accuracy", params={"ad_campaign_id": "camp_new"}).json() == {
        "accuracy_reports": [], "overall_accuracy": None, "forecasts_analyzed": 0,
    }  # fmt: skip
    by_status = {status: admin.get(URL, params={"status": status}).json()["count"] for status in STATUS}
    assert by_status == {"pending": 0, "active": 1, "completed": 1}
    assert admin.get(URL, params={"status": "over"}).status_code == 400


STATUS = ("pending", "active", "completed")


def test_planned_events_are_added_listed_forgotten_and_forecasts_go_by_them(
    admin: TestClient, shop: Engine, today: date
) -> None:
    before = admin.post(URL, json=body()).json()["summary"]["total_predicted_revenue"]
    sale = {"name": "Sale", "first_on": str(today), "last_on": str(today + timedelta(days=6)), "effect": 1.0}
    event = admin.post(EVENTS, json=sale).json()["event"]
    assert event.items() >= sale.items()
    assert admin.get(EVENTS).json() == {"events": [event], "count": 1, "limit": 50, "offset": 0}
    found = admin.post(URL, json=body()).json()
    assert found["summary"]["total_predicted_revenue"] == pytest.approx(2 * before, rel=1e-3)
    assert [one["name"] for one in found["forecast"]["events"]] == ["Sale"]
    assert admin.delete(f"{EVENTS}/{event['id']}").json() == {"id": event["id"], "deleted": True}
    assert admin.delete(f"{EVENTS}/{event['id']}").status_code == 404
    assert admin.post(EVENTS, json=sale | {"ad_campaign_id": "camp_x"}).status_code == 404
    assert admin.post(EVENTS, json=sale | {"last_on": "2020-01-01"}).status_code == 400


def test_nothing_is_shown_without_a_key(public: TestClient, settings: Settings) -> None:
    assert [public.get(address).status_code for address in (URL, f"{URL}/accuracy", EVENTS)] == [401] * 3
