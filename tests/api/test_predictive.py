"""Predictions over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.scores.customer_model import NotFitted
from adplanning.scores.model_service import keep_model
from adplanning.store.session import writing

URL = "/admin/ad-planning/predictive"


def predict(admin: TestClient, person_id: str = "asha", **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"person_id": person_id, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.json()["person_id"] == person_id
    predictions: dict[str, Any] = answer.json()["predictions"]
    return predictions


def buy(admin: TestClient, person_id: str, value: float) -> None:
    body = {
        "conversion_type": "purchase",
        "conversion_value": value,
        "visitor_id": f"{person_id}'s phone",
        "person_id": person_id,
        "converted_at": "2024-01-01T00:00:00Z",
    }
    assert admin.post("/admin/ad-planning/conversions", json=body).status_code == 201


@pytest.mark.parametrize(
    ("asked", "types"), [("all", {"churn_risk", "clv"}), ("clv", {"clv"}), ("churn_risk", {"churn_risk"})]
)
def test_a_prediction_is_of_the_types_asked_for(admin: TestClient, asked: str, types: set[str]) -> None:
    found = predict(admin, prediction_type=asked)
    assert found.keys() == types
    assert {one["person_id"] for one in found.values()} == {"asha"}


def test_predictions_are_listed_and_summed_up_over_all_pages(admin: TestClient) -> None:
    buy(admin, "asha", 9000)
    for who in ("asha", "ravi"):
        predict(admin, who)
    admin.post("/admin/ad-planning/scores", json={"person_id": "asha", "score_type": "nps", "rating": 9})
    answer = admin.get(URL, params={"limit": 1}).json()
    assert (answer["count"], answer["limit"], len(answer["predictions"])) == (4, 1, 1)
    assert answer["summary"] == {
        # Asha's last purchase is years ago: .35 + .30; Ravi never bought: + .10.
        "churn_risk": {
            "total": 2,
            "avg_score": 70,
            "by_level": {"low": 0, "medium": 0, "high": 1, "critical": 1},
        },
        "clv": {
            "total": 2,
            "currency": "INR",
            "avg_predicted": 18_000,
            "total_predicted": 36_000,
            "by_tier": {"platinum": 0, "gold": 1, "silver": 0, "bronze": 1},
        },
    }
    for params, n in (
        ({"risk_level": "critical"}, 1),
        ({"tier": "gold"}, 1),
        ({"score_type": "clv"}, 2),
        ({"person_id": "asha"}, 2),
        ({"person_id": "nobody"}, 0),
    ):
        assert admin.get(URL, params=params).json()["count"] == n
    assert admin.get(URL, params={"risk_level": "critical"}).json()["predictions"][0]["tier"] == "critical"
    for wrong in ({"score_type": "nps"}, {"risk_level": "gold"}, {"tier": "low"}):
        assert admin.get(URL, params=wrong).status_code == 400


def test_nothing_is_predicted_of_a_person_who_was_erased(admin: TestClient) -> None:
    person_id = admin.post("/admin/persons", json={"email": "asha@example.in"}).json()["person"]["id"]
    assert admin.post(f"/admin/persons/{person_id}/erase").status_code == 200
    answer = admin.post(URL, json={"person_id": person_id})
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "person_id")
    assert admin.get(URL).json()["count"] == 0


def test_nothing_predicted_is_an_empty_list_and_zeros(admin: TestClient) -> None:
    answer = admin.get(URL).json()
    assert (answer["predictions"], answer["count"]) == ([], 0)
    assert answer["summary"]["clv"].items() >= {"total": 0, "avg_predicted": 0, "total_predicted": 0}.items()


def test_customers_at_risk_are_shown_with_reasons_and_advice(admin: TestClient) -> None:
    buy(admin, "asha", 9000)
    for who in ("ravi", "asha"):
        predict(admin, who)
    predict(admin, "meera", prediction_type="churn_risk")
    answer = admin.get(f"{URL}/at-risk").json()
    assert answer["count"] == 3
    assert answer["summary"] == {
        "total_at_risk": 3,
        "critical_count": 2,
        "high_value_at_risk": 1,
        "potential_revenue_at_risk": 27_000,
        "currency": "INR",
    }
    first, second, third = answer["at_risk_customers"]
    assert first.keys() == {"person_id", "person", "churn_risk", "clv", "priority"}
    assert (first["person_id"], first["priority"]) == ("asha", "high_value_at_risk")
    assert first["clv"] == {"currency": "INR", "predicted": 36_000, "remaining": 27_000, "tier": "gold"}
    assert first["churn_risk"].items() >= {"score": 65, "level": "high"}.items()
    assert first["churn_risk"]["contributing_factors"]["activity_risk"] == 100
    assert first["churn_risk"]["recommendations"]
    assert (second["person_id"], second["priority"]) == ("ravi", "critical")
    assert (third["person_id"], third["clv"]) == ("meera", None)
    high = admin.get(f"{URL}/at-risk", params={"min_risk_score": 70, "limit": 1}).json()
    assert (high["count"], high["summary"]["total_at_risk"], len(high["at_risk_customers"])) == (2, 2, 1)


@pytest.mark.parametrize("wrong", [-1, 101, "nan", "much"])
def test_a_risk_beyond_all_is_refused(admin: TestClient, wrong: object) -> None:
    answer = admin.get(f"{URL}/at-risk", params={"min_risk_score": str(wrong)})
    assert answer.status_code == 400
    assert "min_risk_score" in answer.json()["message"]


def test_before_any_fit_the_model_is_the_rules(admin: TestClient) -> None:
    answer = admin.get(f"{URL}/model").json()
    assert (answer["model"], answer["fitted_at"], answer["params"], answer["n_customers"]) == ("rules", None, None, 0)
    assert "score_customers" in answer["reason"]


def test_a_model_that_could_not_be_fitted_says_why(admin: TestClient, engine: Engine) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with writing(engine) as session:
        keep_model(session, NotFitted("too few bought", 7, 1), as_of=now, now=now, currency="INR")
    answer = admin.get(f"{URL}/model").json()
    assert answer.keys() >= {"params", "standard_errors", "log_likelihood", "spend", "holdout", "time_unit"}
    assert (answer["model"], answer["n_customers"], answer["reason"]) == ("rules", 7, "too few bought")
    assert answer["fitted_at"] == "2026-11-20T00:00:00+00:00"


def test_what_cannot_be_predicted_is_refused(admin: TestClient) -> None:
    for body in ({"person_id": "asha", "prediction_type": "luck"}, {"prediction_type": "clv"}):
        assert admin.post(URL, json=body).status_code == 400
