"""How far customers come, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/admin/ad-planning/journeys"
STAGES = ["awareness", "interest", "consideration", "intent", "conversion", "retention", "advocacy"]
ANALYSES = ("funnel", "conversion-time", "retention", "paths")


def did(admin: TestClient, event_type: str, at: str = "2026-10-01", **whose: str) -> None:
    body = {"event_type": event_type, "occurred_at": f"{at}T10:00:00+00:00"} | whose
    assert admin.post(URL, json=body).status_code == 201


def bought(admin: TestClient, at: str, **fields: Any) -> None:
    body = {"conversion_type": "purchase", "converted_at": f"{at}T10:00:00+00:00"} | fields
    assert admin.post("/admin/ad-planning/conversions", json=body).status_code == 201


@pytest.fixture
def shop(admin: TestClient) -> TestClient:
    """Asha looks on her phone, signs in and buys on her laptop; two others only look, one of them on the blog."""
    did(admin, "page_view", "2026-10-01", visitor_id="phone", utm_source="fb", website_id="shop")
    did(admin, "email_click", "2026-10-02", visitor_id="phone", person_id="asha", website_id="shop")
    bought(admin, "2026-10-04", visitor_id="laptop", person_id="asha", website_id="shop")
    bought(admin, "2026-11-04", visitor_id="laptop", person_id="asha", website_id="shop")
    did(admin, "page_view", "2026-10-03", visitor_id="kiosk", website_id="shop")
    did(admin, "social_engage", "2026-10-05", visitor_id="reader", website_id="blog")
    return admin


def test_a_funnel_is_that_of_the_contract(shop: TestClient) -> None:
    assert shop.get(f"{URL}/funnel").json() == {
        "funnel": [
            {"stage": "awareness", "count": 3, "percentage": 100.0, "dropoff_rate": 0.0},
            {"stage": "interest", "count": 2, "percentage": 66.67, "dropoff_rate": 33.33},
            {"stage": "consideration", "count": 1, "percentage": 33.33, "dropoff_rate": 50.0},
            {"stage": "intent", "count": 1, "percentage": 33.33, "dropoff_rate": 0.0},
            {"stage": "conversion", "count": 1, "percentage": 33.33, "dropoff_rate": 0.0},
            {"stage": "retention", "count": 0, "percentage": 0.0, "dropoff_rate": 100.0},
            {"stage": "advocacy", "count": 0, "percentage": 0.0, "dropoff_rate": 0.0},
        ],
        "summary": {
            "total_customers": 3,
            "identified_customers": 1,
            "anonymous_visitors": 2,
            "awareness_to_conversion_rate": 33.33,
            "biggest_dropoff": {"stage": "conversion → retention", "rate": 100.0},
            "avg_stages_per_customer": 1.67,
        },
        "stage_events": {
            "awareness": {"page_view": 2},
            "interest": {"social_engage": 1},
            "consideration": {},
            "intent": {"email_click": 1},
            "conversion": {"purchase": 2},
            "retention": {},
            "advocacy": {},
        },
    }


def test_an_empty_store_has_a_funnel_of_zeros(admin: TestClient) -> None:
    found = admin.get(f"{URL}/funnel").json()
    assert [row["stage"] for row in found["funnel"]] == STAGES
    assert {(row["count"], row["percentage"], row["dropoff_rate"]) for row in found["funnel"]} == {(0, 0.0, 0.0)}
    assert found["summary"] == {
        "total_customers": 0,
        "identified_customers": 0,
        "anonymous_visitors": 0,
        "awareness_to_conversion_rate": 0.0,
        "biggest_dropoff": None,
        "avg_stages_per_customer": 0.0,
    }


@pytest.mark.parametrize(
    ("asked", "customers"),
    [
        ({"website_id": "shop"}, 2),
        ({"website_id": "blog"}, 1),
        ({"utm_source": "FB"}, 1),
        ({"from_date": "2026-10-04", "to_date": "2026-10-05"}, 2),
        ({"to_date": "2026-09-30"}, 0),
        ({"website_id": "", "segment_id": "", "utm_source": ""}, 3),
    ],
)
def test_a_funnel_is_of_the_customers_asked_for(shop: TestClient, asked: dict[str, str], customers: int) -> None:
    assert shop.get(f"{URL}/funnel", params=asked).json()["summary"]["total_customers"] == customers


def test_the_time_to_the_first_purchase_is_told_in_days(shop: TestClient) -> None:
    found = shop.get(f"{URL}/conversion-time").json()
    assert (found["customers"], found["unknown"], found["median_days"], found["mean_days"]) == (1, 0, 3.0, 3.0)
    [filled] = [row for row in found["histogram"] if row["customers"]]
    assert filled == {"label": "2–3 days", "from_days": 2, "to_days": 4, "customers": 1}
    nobody = shop.get(f"{URL}/conversion-time", params={"website_id": "blog"}).json()
    assert (nobody["customers"], nobody["median_days"]) == (0, None)


def test_buyers_are_followed_month_by_month_to_the_end_of_the_period(shop: TestClient) -> None:
    found = shop.get(f"{URL}/retention", params={"to_date": "2026-11-15"}).json()
    assert found == {
        "cohorts": [
            {
                "cohort": "2026-10-01",
                "customers": 1,
                "retention": [
                    {"months": 0, "customers": 1, "percentage": 100.0},
                    {"months": 1, "customers": 1, "percentage": 100.0},
                ],
            }
        ]
    }


def test_months_that_have_not_come_are_not_answered(shop: TestClient) -> None:
    open_end = shop.get(f"{URL}/retention").json()
    assert shop.get(f"{URL}/retention", params={"to_date": "2190-01-01"}).json() == open_end


def test_the_ways_most_taken_come_first(shop: TestClient) -> None:
    found = shop.get(f"{URL}/paths").json()["paths"]
    assert found[-1] == {"path": ["social_engage"], "customers": 1, "converted": 0, "conversion_rate": 0.0}
    assert {"path": ["page_view", "email_click"], "customers": 1, "converted": 1, "conversion_rate": 100.0} in found
    assert len(shop.get(f"{URL}/paths", params={"limit": 1}).json()["paths"]) == 1


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x"])
def test_a_number_of_ways_out_of_range_is_refused(admin: TestClient, limit: str) -> None:
    answer = admin.get(f"{URL}/paths", params={"limit": limit})
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "limit")


@pytest.mark.parametrize("analysis", ANALYSES)
def test_an_unknown_segment_is_not_found_and_a_bad_date_refused(admin: TestClient, analysis: str) -> None:
    answer = admin.get(f"{URL}/{analysis}", params={"segment_id": "seg_9"})
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
    assert admin.get(f"{URL}/{analysis}", params={"from_date": "2026-02-30"}).status_code == 400


@pytest.mark.parametrize("analysis", ANALYSES)
def test_analyses_need_a_key(public: TestClient, analysis: str) -> None:
    assert public.get(f"{URL}/{analysis}").status_code == 401
