"""Goals over HTTP: every event is held against the active ones."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from adplanning.conversions.fields import GoalFields
from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated

URL = "/admin/ad-planning/goals"


def make(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"name": "Big order", "goal_type": "purchase", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["goal"]


def buy(admin: TestClient, value: float | None, **fields: Any) -> dict[str, Any]:
    body = {"visitor_id": "v", "conversion_type": "purchase", "conversion_value": value, **fields}
    return admin.post("/admin/ad-planning/conversions", json=body).json()["conversion"]


def test_a_purchase_over_the_least_value_completes_the_goal(admin: TestClient) -> None:
    goal = make(admin, conditions={"min_value": 500})
    assert goal["completions"] == {"count": 0, "value": 0.0, "unconverted": 0, "last_at": None}
    big = buy(admin, 500)
    small = buy(admin, 499.99)
    assert (big["goal_ids"], small["goal_ids"]) == ([goal["id"]], [])
    found = admin.get(f"{URL}/{goal['id']}").json()["goal"]["completions"]
    assert found == {"count": 1, "value": 500.0, "unconverted": 0, "last_at": big["converted_at"]}
    listed = admin.get("/admin/ad-planning/conversions", params={"goal_id": goal["id"]}).json()
    assert [row["id"] for row in listed["conversions"]] == [big["id"]]


def test_an_event_without_a_value_is_worth_the_default(admin: TestClient) -> None:
    goal = make(admin, default_value=75)
    buy(admin, None)
    assert admin.get(f"{URL}/{goal['id']}").json()["goal"]["completions"]["value"] == 75


def test_a_value_without_a_rate_is_told_apart_not_taken_for_nothing(admin: TestClient) -> None:
    goal = make(admin)
    buy(admin, 10)
    buy(admin, 20, currency="USD")
    found = admin.get(f"{URL}/{goal['id']}").json()["goal"]["completions"]
    assert (found["count"], found["value"], found["unconverted"]) == (2, 10, 1)


def test_a_corrected_value_is_held_against_the_goal_anew(admin: TestClient) -> None:
    goal = make(admin, conditions={"min_value": 500})
    bought = buy(admin, 600)
    admin.put(f"/admin/ad-planning/conversions/{bought['id']}", json={"conversion_value": 100})
    assert admin.get(f"{URL}/{goal['id']}").json()["goal"]["completions"]["count"] == 0


def test_an_inactive_goal_takes_nothing(admin: TestClient) -> None:
    goal = make(admin, is_active=False)
    assert buy(admin, 10)["goal_ids"] == []
    assert admin.get(URL, params={"is_active": "true"}).json()["count"] == 0
    admin.put(f"{URL}/{goal['id']}", json={"is_active": True})
    assert buy(admin, 10)["goal_ids"] == [goal["id"]]


def test_a_page_view_goal_listens_to_the_path(admin: TestClient) -> None:
    goal = make(admin, goal_type="page_view", conditions={"pathname_pattern": "/quilts/*"}, default_value=1)
    for page in ("https://shop.in/quilts/indigo?x=1", "https://shop.in/towels"):
        body = {"visitor_id": "v", "event_type": "page_view", "page_url": page}
        assert admin.post("/admin/ad-planning/journeys", json=body).status_code == 201
    assert admin.get(f"{URL}/{goal['id']}").json()["goal"]["completions"]["count"] == 1


def test_goals_of_higher_priority_come_first(admin: TestClient) -> None:
    make(admin, name="low", priority=1)
    make(admin, name="high", priority=5, goal_type="lead_form")
    found = admin.get(URL).json()
    assert [goal["name"] for goal in found["goals"]] == ["high", "low"]
    assert (found["count"], found["limit"], found["offset"]) == (2, 50, 0)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": " "}, "name"),
        ({"goal_type": "win"}, "goal_type"),
        ({"conditions": {"min_valeu": 3}}, "conditions.min_valeu"),
        ({"conditions": {"min_value": -3}}, "conditions.min_value"),
        ({"conditions": {"min_scroll_percent": 101}}, "conditions.min_scroll_percent"),
        ({"default_value": "x"}, "default_value"),
        ({"priority": 1.5}, "priority"),
    ],
)
def test_a_bad_goal_is_refused_by_name_and_in_the_words_that_a_page_says(
    admin: TestClient, fields: dict[str, Any], named: str
) -> None:
    sent = {"name": "g", "goal_type": "purchase", **fields}
    answer = admin.post(URL, json=sent)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == named
    assert admin.get(URL).json()["count"] == 0
    with pytest.raises(InvalidData) as on_a_page:
        validated(GoalFields, sent)
    assert answer.json()["message"] == on_a_page.value.message
    assert answer.json()["issues"] == [{"path": path, "message": text} for path, text in on_a_page.value.issues]


def test_a_deleted_goal_takes_its_completions_along(admin: TestClient) -> None:
    goal = make(admin)
    bought = buy(admin, 10)
    assert admin.delete(f"{URL}/{goal['id']}").json() == {"id": goal["id"], "deleted": True}
    assert admin.get(f"{URL}/{goal['id']}").status_code == 404
    assert admin.get(f"/admin/ad-planning/conversions/{bought['id']}").json()["conversion"]["goal_ids"] == []


def test_how_completions_are_credited_is_kept_with_the_goal(admin: TestClient) -> None:
    goal = make(admin, lookback_days=60, half_life_days=14, first_weight=0.3, last_weight=0.5)
    assert (goal["lookback_days"], goal["half_life_days"], goal["first_weight"], goal["last_weight"]) == (
        60,
        14,
        0.3,
        0.5,
    )
    changed = admin.put(f"/admin/ad-planning/goals/{goal['id']}", json={"lookback_days": None}).json()["goal"]
    assert (changed["lookback_days"], changed["half_life_days"]) == (None, 14)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (
            {"first_weight": 0.6, "last_weight": 0.5},
            "first_weight: and last_weight add up to 1.1; together they are at",
        ),
        ({"first_weight": 0.6}, "first_weight: needs last_weight beside it; give both or neither"),
    ],
)
def test_weights_beyond_one_or_half_given_are_refused(
    admin: TestClient, weights: dict[str, float], sentence: str
) -> None:
    body = {"name": "Sale", "goal_type": "purchase", **weights}
    answer = admin.post("/admin/ad-planning/goals", json=body)
    assert answer.status_code == 400
    assert sentence in answer.json()["message"]
