"""The overview over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

URL = "/admin/ad-planning/dashboard"
NOON = (datetime.now(UTC) - timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)


def convert(admin: TestClient, **told: Any) -> None:
    body = {"visitor_id": "v", "conversion_type": "purchase", "converted_at": NOON.isoformat(), **told}
    answer = admin.post("/admin/ad-planning/conversions", json=body)
    assert answer.status_code == 201, answer.text


def campaign(admin: TestClient, name: str, **told: Any) -> str:
    answer = admin.post("/admin/meta-ads/campaigns", json={"name": name, **told})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["campaign"]["id"])


def spend(engine: Engine, campaign_id: str, minor: int) -> None:
    with write_transaction(engine) as connection:
        connection.execute(
            insert(TABLES["daily_spend"]).values(
                object_id=campaign_id, campaign_id=campaign_id, level="campaign", on=NOON.date(), spend_minor=minor,
                currency="INR", n_impressions=100, n_clicks=10,
            )
        )  # fmt: skip


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


def test_an_empty_shop_is_zeros_and_empty_lists(admin: TestClient) -> None:
    answer = admin.get(URL).json()
    assert answer["conversions"] == {"total": 0, "total_value": 0, "by_type": {}, "by_platform": {}}
    assert answer["attribution"] == {
        "total_sessions": 0, "resolved": 0, "resolution_rate": None, "top_utm_sources": {}, "top_sources": [],
    }  # fmt: skip
    assert answer["segments"] == {"total": 0, "total_customers": 0}
    assert answer["experiments"] == {"active": 0, "list": []}
    assert (answer["campaign_roi"], answer["daily_trend"], answer["unconverted"]) == ([], [], [])
    assert set(answer["period"]) == {"from", "to"}


def test_every_domain_is_counted_side_by_side(admin: TestClient, engine: Engine) -> None:
    good, bad = campaign(admin, "Good"), campaign(admin, "Bad")
    spend(engine, good, 20_000)
    spend(engine, bad, 10_000)
    convert(admin, conversion_value=300, ad_campaign_id=good, utm_source="facebook")
    convert(admin, conversion_value=50, ad_campaign_id=bad, website_id="web_1")
    convert(admin, conversion_type="add_to_cart", conversion_value=10)
    convert(admin, conversion_value=7, currency="USD", ad_campaign_id=bad)
    touched = {"visitor_id": "v", "session_started_at": NOON.isoformat()}
    for source in ("facebook", "facebook", "google"):
        assert admin.post("/admin/ad-planning/attribution", json={"utm_source": source, **touched}).status_code == 201
    experiments = "/admin/ad-planning/experiments"
    running = admin.post(experiments, json={"name": "Runs"}).json()["experiment"]["id"]
    assert admin.post(f"{experiments}/{running}/start").status_code == 200
    admin.post(experiments, json={"name": "A draft"})
    admin.post("/admin/ad-planning/segments", json={"name": "Everybody"})

    answer = admin.get(URL).json()
    stats = admin.get("/admin/ad-planning/conversions/stats").json()
    assert answer["conversions"] == {
        "total": stats["total_conversions"],
        "total_value": stats["total_value"],
        "by_type": {"purchase": {"count": 3, "value": 350}, "add_to_cart": {"count": 1, "value": 10}},
        "by_platform": stats["totals"]["by_platform"],
    }
    assert answer["unconverted"] == [{"currency": "USD", "count": 1, "value": 7}]
    assert answer["attribution"]["total_sessions"] == 3
    assert answer["attribution"]["top_utm_sources"] == {"facebook": 2, "google": 1}
    assert answer["attribution"]["top_sources"][0] == {"source": "facebook", "count": 2}
    assert answer["segments"]["total"] == 1
    assert answer["experiments"]["active"] == 1
    assert [one["name"] for one in answer["experiments"]["list"]] == ["Runs"]
    assert answer["campaign_roi"] == [
        {"campaign_id": good, "campaign_name": "Good", "spend": 200, "conversions": 1, "revenue": 300, "roi": 50},
        # What one of its purchases is worth in rupees nobody knows.
        {"campaign_id": bad, "campaign_name": "Bad", "spend": 100, "conversions": 2, "revenue": None, "roi": None},
    ]
    assert answer["daily_trend"] == [{"date": str(NOON.date()), "conversions": 4, "value": 360, "sessions": 3}]

    of_website = admin.get(URL, params={"website_id": "web_1"}).json()
    assert of_website["conversions"]["total"] == 1
    assert [(row["campaign_name"], row["revenue"]) for row in of_website["campaign_roi"]] == [("Bad", 50), ("Good", 0)]
    assert admin.get(URL, params={"ad_account_id": "none"}).json()["campaign_roi"] == []


def test_what_is_outside_the_period_is_not_counted(admin: TestClient, engine: Engine) -> None:
    name = campaign(admin, "Good")
    spend(engine, name, 100)
    convert(admin, conversion_value=300, ad_campaign_id=name)
    answer = admin.get(URL, params={"to_date": str(NOON.date() - timedelta(days=1))}).json()
    assert (answer["conversions"]["total"], answer["campaign_roi"], answer["daily_trend"]) == (0, [], [])
    assert admin.get(URL, params={"from_date": "yesterday"}).status_code == 400


def test_the_overview_needs_a_key(public: TestClient) -> None:
    assert public.get(URL).status_code == 401
