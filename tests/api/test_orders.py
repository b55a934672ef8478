"""Orders through the API."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

ORDER: dict[str, Any] = {
    "order_id": "7",
    "email": "Asha@Example.in",
    "total": 1234.5,
    "currency": "INR",
    "placed_at": "2026-11-22T17:30:00",
    "customer": {"first_name": "Asha", "phone": "098765 43210"},
}


def test_an_order_is_answered_with_its_purchase_and_person(admin: TestClient) -> None:
    answer = admin.post("/admin/orders", json=ORDER)
    assert answer.status_code == 201
    told = answer.json()
    assert told["order"] | {"confirmed_at": "", "visitor_id": ""} == {
        "order_id": "7",
        "email": "Asha@Example.in",
        "total": 1234.5,
        "currency": "INR",
        "placed_at": "2026-11-22T12:00:00+00:00",
        "confirmed_at": "",
        "visitor_id": "",
        "session_id": None,
    }
    assert (told["conversion"]["conversion_type"], told["conversion"]["conversion_value"]) == ("purchase", 1234.5)
    assert told["conversion"]["person_id"] == told["person"]["id"]
    assert (told["person"]["first_name"], told["attribution"]) == ("Asha", None)
    again = admin.post("/admin/orders", json=ORDER)
    assert (again.status_code, again.json()) == (200, told)


def test_an_order_confirms_what_a_browser_claimed_and_knows_its_touchpoint(admin: TestClient) -> None:
    website = admin.post("/admin/websites", json={"domain": "shop.example.com"}).json()["website"]["id"]
    came = {"website_id": website, "visitor_id": "v1", "session_id": "s1", "event_type": "page_view"}
    seen = admin.post(
        "/web/ad-planning/track-journey", json=came | {"utm_source": "facebook", "utm_campaign": "Diwali"}
    )
    assert seen.status_code == 200
    claim = {
        "website_id": website, "pathname": "/thanks", "visitor_id": "v1", "session_id": "s1", "order_id": "7",
        "conversion_type": "purchase", "conversion_value": 1, "currency": "USD",
    }  # fmt: skip
    claimed = admin.post("/web/ad-planning/track-conversion", json=claim).json()["conversion_id"]
    told = admin.post("/admin/orders", json=ORDER).json()
    assert (told["conversion"]["id"], told["conversion"]["conversion_value"]) == (claimed, 1234.5)
    assert (told["attribution"]["analytics_session_id"], told["attribution"]["utm_campaign"]) == ("s1", "Diwali")


@pytest.mark.parametrize("field", ["order_id", "email", "total", "currency", "placed_at"])
def test_a_field_that_is_missing_is_named(admin: TestClient, field: str) -> None:
    answer = admin.post("/admin/orders", json={name: value for name, value in ORDER.items() if name != field})
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "asha"), ("total", -1), ("currency", "RUPEES"), ("placed_at", "soon"), ("order_id", " ")],
)
def test_a_field_that_makes_no_sense_is_named(admin: TestClient, field: str, value: Any) -> None:
    answer = admin.post("/admin/orders", json=ORDER | {field: value})
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == field
