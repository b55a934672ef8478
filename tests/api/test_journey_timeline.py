"""One person's way over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/admin/ad-planning/journeys"


@pytest.fixture
def asha(admin: TestClient) -> str:
    """A person who looked on her phone, signed in, and bought twice: for rupees, and for euros without a rate."""
    person = admin.post("/admin/persons", json={"first_name": "Asha", "email": "asha@example.in"}).json()["person"]
    id_ = str(person["id"])
    for day, fields in enumerate(
        ({"event_type": "page_view"}, {"event_type": "email_click", "person_id": id_}), start=1
    ):
        body = fields | {"visitor_id": "phone", "occurred_at": f"2026-10-0{day}T10:00:00+00:00"}
        assert admin.post(URL, json=body).status_code == 201
    for number, currency in ((1001, "INR"), (1002, "EUR")):
        body = {
            "conversion_type": "purchase", "visitor_id": "phone", "order_id": str(number), "currency": currency,
            "conversion_value": 499.5, "converted_at": f"2026-10-03T1{number % 10}:00:00+00:00",
        }  # fmt: skip
        assert admin.post("/admin/ad-planning/conversions", json=body).status_code == 201
    return id_


def test_a_timeline_is_that_of_the_contract(admin: TestClient, asha: str) -> None:
    found = admin.get(f"{URL}/{asha}").json()
    assert found["person"].items() >= {"id": asha, "first_name": "Asha", "email": "asha@example.in"}.items()
    assert [
        {name: row[name] for name in ("timestamp", "type", "stage", "description")} for row in found["timeline"]
    ] == [
        entry("2026-10-01T10", "journey_event", "awareness", "Viewed a page"),
        entry("2026-10-02T10", "journey_event", "intent", "Clicked in a letter"),
        entry("2026-10-03T11", "conversion", "conversion", "Bought for 499.50 INR: order 1001"),
        entry("2026-10-03T12", "conversion", "conversion", "Bought for 499.50 EUR: order 1002"),
    ]
    assert found["summary"] == {
        "total_events": 4,
        "stages_reached": ["awareness", "intent", "conversion"],
        "current_stage": "conversion",
        "first_interaction": "2026-10-01T10:00:00+00:00",
        "latest_interaction": "2026-10-03T12:00:00+00:00",
        "time_to_conversion": {"ms": 49 * 3_600_000, "days": 2.04},
        "total_conversions": 2,
        "total_purchase_value": 499.5,
        "unconverted": [{"currency": "EUR", "count": 1, "value": 499.5}],
    }
    assert found["scores"] == {"nps": None, "engagement": None, "clv": None, "churn_risk": None}
    assert (found["currency"], found["count"], found["limit"], found["offset"]) == ("INR", 4, 1000, 0)


def entry(hour: str, kind: str, stage: str, words: str) -> dict[str, Any]:
    return {"timestamp": f"{hour}:00:00+00:00", "type": kind, "stage": stage, "description": words}


def test_an_unknown_person_is_answered_with_nulls(admin: TestClient) -> None:
    answer = admin.get(f"{URL}/nobody")
    assert answer.status_code == 200
    assert answer.json() == {
        "currency": "INR",
        "person": None,
        "timeline": [],
        "summary": {
            "total_events": 0,
            "stages_reached": [],
            "current_stage": None,
            "first_interaction": None,
            "latest_interaction": None,
            "time_to_conversion": None,
            "total_conversions": 0,
            "total_purchase_value": 0.0,
            "unconverted": [],
        },
        "scores": {"nps": None, "engagement": None, "clv": None, "churn_risk": None},
        "count": 0,
        "limit": 1000,
        "offset": 0,
    }


def test_a_visitors_id_leads_to_its_person(admin: TestClient, asha: str) -> None:
    assert admin.get(f"{URL}/phone").json() == admin.get(f"{URL}/{asha}").json()


def test_a_timeline_is_read_in_pages(admin: TestClient, asha: str) -> None:
    page = admin.get(f"{URL}/{asha}", params={"limit": 2, "offset": 1}).json()
    assert [row["stage"] for row in page["timeline"]] == ["intent", "conversion"]
    assert (page["count"], page["summary"]["total_events"]) == (4, 4)
    assert admin.get(f"{URL}/{asha}", params={"limit": 1001}).status_code == 400


def test_texts_of_strangers_come_back_as_they_are(admin: TestClient) -> None:
    hostile = "<script>alert(1)</script>"
    admin.post(
        URL, json={"visitor_id": "v", "event_type": "custom", "event_name": hostile, "event_data": {"a": hostile}}
    )
    [row] = admin.get(f"{URL}/v").json()["timeline"]
    assert row["description"].endswith(hostile)
    assert row["data"]["event_data"] == {"a": hostile}


def test_a_lead_is_a_journey_event_at_the_stage_of_intent(admin: TestClient) -> None:
    lead = {"conversion_type": "lead_form_submission", "visitor_id": "v", "lead_id": "lead_1"}
    assert admin.post("/admin/ad-planning/conversions", json=lead).status_code == 201
    [row] = admin.get(f"{URL}/v").json()["timeline"]
    assert (row["type"], row["stage"]) == ("journey_event", "intent")


def test_a_timeline_needs_a_key(public: TestClient) -> None:
    assert public.get(f"{URL}/anybody").status_code == 401
