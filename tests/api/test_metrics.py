"""The numbers of a period over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from adplanning.metrics.definitions import BY_DAY, METRICS
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

URL = "/admin/ad-planning/metrics"
OCTOBER = {"from_date": "2026-10-01", "to_date": "2026-10-31"}
WANTED: dict[str, Any] = {**OCTOBER, "metric": ["revenue", "ad_spend", "roas", "ctr", "cpc"]}


@pytest.fixture
def shop(admin: TestClient, engine: Engine) -> TestClient:
    """Sold for 300 and spent 200.00 in October; sold for 150 in September."""
    campaign = admin.post("/admin/meta-ads/campaigns", json={"name": "Diwali"}).json()["campaign"]["id"]
    with write_transaction(engine) as connection:
        connection.execute(
            insert(TABLES["daily_spend"]).values(
                object_id=campaign, campaign_id=campaign, level="campaign", on=datetime(2026, 10, 2).date(),
                spend_minor=20_000, currency="INR", n_impressions=3000, n_clicks=30,
            )
        )  # fmt: skip
    for day, value in (("2026-10-02", 300), ("2026-09-02", 150)):
        sold = {"visitor_id": "v", "conversion_type": "purchase", "conversion_value": value}
        answer = admin.post("/admin/ad-planning/conversions", json={**sold, "converted_at": f"{day}T12:00:00+05:30"})
        assert answer.status_code == 201, answer.text
    return admin


def test_a_number_comes_with_what_it_means_and_how_it_has_changed(shop: TestClient) -> None:
    answer = shop.get(URL, params=WANTED).json()
    assert answer["period"] == {"from": "2026-09-30T18:30:00+00:00", "to": "2026-10-31T18:29:59.999999+00:00"}
    assert answer["previous"] == {"from": "2026-08-30T18:30:00+00:00", "to": "2026-09-30T18:29:59.999999+00:00"}
    assert (answer["currency"], answer["daily"]) == ("INR", None)
    assert list(answer["metrics"]) == WANTED["metric"]
    assert answer["metrics"]["revenue"] == {
        "title": "Total revenue",
        "value": 300,
        "unit": "money",
        "definition": METRICS["revenue"].help,
        "formula": "Σ value of conversions",
        "previous": 150,
        "change": 100,
        "unknown_because": None,
        "page": "ad-planning/conversions",
    }
    told = {name: (one["value"], one["unit"], one["previous"]) for name, one in answer["metrics"].items()}
    assert told["roas"] == (1.5, "times", None)
    assert told["ctr"] == (1.0, "percent", None)
    assert told["cpc"] == (pytest.approx(200 / 30), "money", None)


def test_all_numbers_are_told_when_none_is_named_and_unknown_ones_say_why(admin: TestClient) -> None:
    found = admin.get(URL).json()["metrics"]
    assert list(found) == list(METRICS)
    assert all((one["value"] is None) == bool(one["unknown_because"]) for one in found.values())


def test_days_are_told_when_they_are_asked_for(shop: TestClient) -> None:
    days = shop.get(URL, params={**WANTED, "to_date": "2026-10-03", "daily": True, "compare": False}).json()["daily"]
    assert days == [
        {"date": "2026-10-01", "metrics": {"revenue": 0, "ad_spend": 0, "roas": None, "ctr": None, "cpc": None}},
        {"date": "2026-10-02", "metrics": {"revenue": 300, "ad_spend": 200, "roas": 1.5, "ctr": 1.0,
                                           "cpc": pytest.approx(200 / 30)}},
        # Of this day no spend has been told yet.
        {"date": "2026-10-03", "metrics": {"revenue": 0, "ad_spend": None, "roas": None, "ctr": None, "cpc": None}},
    ]  # fmt: skip
    assert shop.get(URL, params={**OCTOBER, "compare": False}).json()["previous"] is None


def test_days_to_come_are_not_told(admin: TestClient) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Kolkata")).date()
    week = {"from_date": str(today - timedelta(days=1)), "to_date": str(today + timedelta(days=5))}
    days = admin.get(URL, params={**week, "daily": True}).json()["daily"]
    # A test may run over midnight.
    assert days[0]["date"] == week["from_date"]
    assert len(days) in (2, 3)
    assert list(days[0]["metrics"]) == list(BY_DAY)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"metric": "ROI"}, "metric: unknown value 'ROI'"),
        ({"from_date": "2026-02-30"}, "from_date"),
        ({"daily": True, "from_date": "2026-01-01"}, "daily: needs from_date and to_date"),
        ({"daily": True, "from_date": "2020-01-01", "to_date": "2026-01-01"}, "1000 days at most"),
        ({"compare": "perhaps"}, "compare"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_can(
    admin: TestClient, params: dict[str, Any], words: str
) -> None:
    answer = admin.get(URL, params=params)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_an_open_period_has_none_before_it(shop: TestClient) -> None:
    answer = shop.get(URL, params={"to_date": "2026-10-31", "metric": "revenue"}).json()
    assert answer["previous"] is None
    assert (answer["metrics"]["revenue"]["value"], answer["metrics"]["revenue"]["change"]) == (450, None)


def test_the_numbers_need_a_key(public: TestClient) -> None:
    assert public.get(URL).status_code == 401
