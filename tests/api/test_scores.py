"""Scores over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/admin/ad-planning/scores"


def post(admin: TestClient, score_type: str, person_id: str = "asha", **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"person_id": person_id, "score_type": score_type, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.json()["score_type"] == score_type
    result: dict[str, Any] = answer.json()["result"]
    return result


def buy(admin: TestClient, value: float, at: str, person_id: str = "asha") -> None:
    body = {
        "conversion_type": "purchase",
        "conversion_value": value,
        "visitor_id": f"{person_id}'s phone",
        "person_id": person_id,
        "converted_at": at,
    }
    assert admin.post("/admin/ad-planning/conversions", json=body).status_code == 201


def test_a_rating_is_answered_as_agreed(admin: TestClient) -> None:
    first = post(admin, "nps", rating=9, scale="10", source_type="survey", source_id="1")
    assert (
        first.items()
        >= {
            "person_id": "asha",
            "nps_value": 9,
            "category": "promoter",
            "average_score": 9,
            "is_new": True,
        }.items()
    )
    second = post(admin, "nps", rating=3, scale="5")
    assert (second["nps_value"], second["category"], second["average_score"]) == (5, "detractor", 7)
    assert second["is_new"] is False


def test_scores_over_no_events_are_answered_as_agreed(admin: TestClient) -> None:
    assert post(admin, "engagement") == {
        "person_id": "asha",
        "engagement_score": 0,
        "level": "inactive",
        "breakdown": {},
        "total_activities": 0,
        "is_new": True,
        "previous_score": None,
    }
    clv = post(admin, "clv")
    assert (
        clv.items()
        >= {
            "predicted_clv": 0,
            "remaining_clv": 0,
            "realized_clv": 0,
            "tier": "bronze",
            "confidence": "low",
            "is_new": True,
        }.items()
    )
    assert clv["metrics"].keys() >= {"average_order_value", "monthly_frequency", "purchase_count"}
    churn = post(admin, "churn_risk")
    assert churn.items() >= {"churn_risk_score": 75, "risk_level": "critical", "is_new": True}.items()
    assert churn["contributing_factors"] == {
        "activity_risk": 100,
        "purchase_risk": 100,
        "engagement_risk": 0,
        "sentiment_risk": 0,
    }
    assert churn["recommendations"]
    assert churn["previous_score"] is None


def test_a_buyers_value_follows_the_rules(admin: TestClient) -> None:
    buy(admin, 1000, "2026-01-01T00:00:00Z")
    found = post(admin, "clv")
    assert (found["predicted_clv"], found["realized_clv"], found["remaining_clv"]) == (4000, 1000, 3000)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"person_id": "asha", "score_type": "nps"}, "rating"),
        ({"person_id": "asha", "score_type": "nps", "rating": 11}, "rating"),
        ({"person_id": "asha", "score_type": "nps", "rating": 0, "scale": "5"}, "rating"),
        ({"person_id": "asha", "score_type": "nps", "rating": True}, "rating"),
        ({"person_id": "asha", "score_type": "nps", "rating": 9, "scale": "100"}, "scale"),
        ({"person_id": "asha", "score_type": "luck"}, "score_type"),
        ({"score_type": "clv"}, "person_id"),
        ({"person_id": " ", "score_type": "clv"}, "person_id"),
    ],
)
def test_what_cannot_be_scored_is_refused_naming_the_field(admin: TestClient, body: dict[str, Any], named: str) -> None:
    answer = admin.post(URL, json=body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "invalid_data"
    assert named in answer.json()["message"]
    assert admin.get(URL).json()["count"] == 0


@pytest.mark.parametrize(("rating", "scale"), [(9, "10"), ("9", 10), (9.0, "10")])
def test_a_rating_and_its_scale_may_come_as_numbers_or_texts(admin: TestClient, rating: object, scale: object) -> None:
    assert post(admin, "nps", rating=rating, scale=scale)["nps_value"] == 9


@pytest.mark.parametrize("body", [{"score_type": "engagement"}, {"score_type": "nps", "rating": 9}])
def test_nothing_is_scored_of_a_person_who_was_erased(admin: TestClient, body: dict[str, Any]) -> None:
    person_id = admin.post("/admin/persons", json={"email": "asha@example.in"}).json()["person"]["id"]
    assert admin.post(f"/admin/persons/{person_id}/erase").status_code == 200
    answer = admin.post(URL, json={"person_id": person_id, **body})
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == "person_id"
    assert admin.get("/admin/ad-planning/nps").json()["nps"]["total"] == admin.get(URL).json()["count"] == 0


def test_a_list_has_its_rows_and_aggregates_over_all_pages(admin: TestClient) -> None:
    person = admin.post("/admin/persons", json={"first_name": "Asha", "email": "asha@example.in"}).json()["person"]
    for who, rating in ((person["id"], 9), ("ravi", 4)):
        post(admin, "nps", who, rating=rating)
    post(admin, "nps", person["id"], rating=10)
    answer = admin.get(URL, params={"score_type": "nps", "limit": 1}).json()
    assert (answer["count"], answer["limit"], answer["offset"]) == (2, 1, 0)
    assert answer["aggregates"] == {"nps": {"count": 2, "avg": 7, "min": 4, "max": 10}}
    [row] = answer["scores"]
    assert row["id"].startswith("score_")
    assert (
        row.items()
        >= {
            "person_id": person["id"],
            "score_type": "nps",
            "score_value": 10,
            "previous_score": 9,
            "score_change": 1,
            "trend_direction": "up",
            "tier": "promoter",
            "percentile": 100,
            "display_name": "Asha",
            "confidence": "medium",
        }.items()
    )
    assert row["person"]["email"] == "asha@example.in"
    assert [entry["value"] for entry in row["metadata"]["history"]] == [9, 10]
    [other] = admin.get(URL, params={"person_id": "ravi"}).json()["scores"]
    assert (other["person"], other["display_name"], other["percentile"]) == (None, "ravi", 50)
    assert (other["previous_score"], other["score_change"], other["trend_direction"]) == (None, None, "stable")


def test_filters_narrow_the_list_and_unknown_ones_are_refused(admin: TestClient) -> None:
    post(admin, "churn_risk")
    post(admin, "engagement")
    assert admin.get(URL, params={"tier": "critical"}).json()["count"] == 1
    assert admin.get(URL, params={"score_type": "clv"}).json() == {
        "scores": [],
        "currency": "INR",
        "aggregates": {},
        "count": 0,
        "limit": 50,
        "offset": 0,
    }
    for wrong in ({"score_type": "luck"}, {"tier": "diamond"}, {"limit": 1001}, {"offset": -1}):
        answer = admin.get(URL, params=wrong)
        assert (answer.status_code, answer.json()["type"]) == (400, "invalid_data")


def test_tiers_are_counted_with_their_share(admin: TestClient) -> None:
    buy(admin, 9000, "2026-01-01T00:00:00Z")
    for who in ("asha", "ravi", "meera"):
        post(admin, "clv", who)
    answer = admin.get(f"{URL}/tier-distribution").json()
    assert (answer["score_type"], answer["total"], answer["average"]) == ("clv", 3, 12_000)
    assert answer["distribution"] == {
        "platinum": {"count": 0, "share": 0, "average": None},
        "gold": {"count": 1, "share": 33.33, "average": 36_000},
        "silver": {"count": 0, "share": 0, "average": None},
        "bronze": {"count": 2, "share": 66.67, "average": 0},
    }
    assert admin.get(f"{URL}/tier-distribution", params={"score_type": "nps"}).json()["total"] == 0


def test_an_event_refreshes_the_scores_that_its_person_has(admin: TestClient) -> None:
    post(admin, "engagement")
    event = {"person_id": "asha", "event_type": "feedback"}
    assert admin.post("/admin/ad-planning/journeys", json=event).status_code == 201
    buy(admin, 99, "2026-01-01T00:00:00Z", person_id="ravi")
    rows = {row["score_type"]: row for row in admin.get(URL).json()["scores"]}
    assert rows["engagement"]["score_value"] == 4
    assert {row["person_id"] for row in rows.values()} == {"asha"}


def test_a_refund_refreshes_them_too(admin: TestClient) -> None:
    body = {"conversion_type": "purchase", "conversion_value": 1000, "visitor_id": "phone", "person_id": "asha"}
    stored = admin.post("/admin/ad-planning/conversions", json=body).json()["conversion"]
    assert post(admin, "clv")["realized_clv"] == 1000
    address = f"/admin/ad-planning/conversions/{stored['id']}"
    assert admin.put(address, json={"refunded_value": 400}).status_code == 200
    [row] = admin.get(URL, params={"score_type": "clv"}).json()["scores"]
    assert row["metadata"]["details"]["realized_clv"] == 600
    assert admin.delete(address).status_code == 200
    [row] = admin.get(URL, params={"score_type": "clv"}).json()["scores"]
    assert row["score_value"] == 0


def test_nobody_without_a_key_reads_scores(public: TestClient) -> None:
    for address in (URL, f"{URL}/tier-distribution", "/admin/ad-planning/nps", "/admin/ad-planning/predictive"):
        assert public.get(address).status_code == 401
