"""Feedback over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/admin/feedback"
SENTIMENT = "/admin/ad-planning/sentiment"
GOOD = "The quilt is lovely and the delivery was quick."


def given(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
def person_id(admin: TestClient) -> str:
    return str(admin.post("/admin/persons", json={"email": "asha@example.in"}).json()["person"]["id"])


def test_feedback_is_kept_with_its_sentiment_and_its_nps(admin: TestClient, person_id: str) -> None:
    answer = given(admin, person_id=person_id, content=GOOD, rating=9, website_id="web_1")
    assert answer["feedback"]["content"] == GOOD
    assert (answer["feedback"]["rating"], answer["feedback"]["scale"]) == (9, "10")
    assert answer["sentiment"]["sentiment_label"] == "positive"
    assert answer["sentiment"]["source_type"] == "feedback"
    assert answer["sentiment"]["source_id"] == answer["feedback"]["id"]
    assert answer["nps"].items() >= {"person_id": person_id, "nps_value": 9.0, "category": "promoter"}.items()
    assert admin.get(URL).json() == {"feedback": [answer["feedback"]], "count": 1, "limit": 50, "offset": 0}
    assert admin.get(SENTIMENT).json()["sentiments"] == [answer["sentiment"]]


def test_feedback_of_a_person_is_one_step_of_their_way_without_its_text(admin: TestClient, person_id: str) -> None:
    answer = given(admin, person_id=person_id, content=GOOD, rating=4, scale=5)
    [step] = admin.get("/admin/ad-planning/journeys", params={"person_id": person_id}).json()["journeys"]
    assert step.items() >= {
        "event_type": "feedback", "stage": "retention", "source_type": "feedback",
        "source_id": answer["feedback"]["id"], "event_data": {"rating": 4, "scale": "5"},
    }.items()  # fmt: skip


def test_feedback_refreshes_the_scores_of_its_person_alone(admin: TestClient, person_id: str) -> None:
    given(admin, person_id=person_id, content=GOOD, rating=10)
    scores = admin.get("/admin/ad-planning/scores").json()["scores"]
    assert {score["person_id"] for score in scores} == {person_id}
    assert {score["score_type"] for score in scores} == {"nps", "engagement", "clv", "churn_risk"}


def test_feedback_that_nobody_signs_is_kept_without_a_step(admin: TestClient) -> None:
    answer = given(admin, content=GOOD, rating=7)
    assert (answer["feedback"]["person_id"], answer["nps"]["category"]) == (None, "passive")
    assert admin.get("/admin/ad-planning/journeys").json()["count"] == 0
    assert admin.get("/admin/ad-planning/scores").json()["count"] == 0


def test_the_same_source_again_is_the_first_feedback_and_counts_nothing_twice(
    admin: TestClient, person_id: str
) -> None:
    first = given(admin, person_id=person_id, content=GOOD, rating=9, source_id="form-7")
    again = admin.post(URL, json={"person_id": person_id, "content": "Bad!", "rating": 0, "source_id": "form-7"})
    assert again.status_code == 200
    assert (again.json()["feedback"], again.json()["sentiment"]) == (first["feedback"], first["sentiment"])
    assert again.json()["nps"].items() >= {"nps_value": 9.0, "category": "promoter", "is_new": False}.items()
    assert admin.get(URL).json()["count"] == 1
    assert admin.get("/admin/ad-planning/journeys").json()["count"] == 1
    assert admin.get("/admin/ad-planning/nps").json()["nps"]["total"] == 1


def test_words_alone_have_no_nps_and_a_rating_alone_no_sentiment(admin: TestClient) -> None:
    assert given(admin, content=GOOD)["nps"] is None
    assert given(admin, rating=3, scale="5")["sentiment"] is None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "content"),
        ({"content": "  "}, "content"),
        ({"content": "x" * 10_001}, "content"),
        ({"content": "a\u0000b"}, "content"),
        ({"content": 5}, "content"),
        ({"rating": 11}, "rating"),
        ({"rating": 10**17}, "rating"),
        ({"rating": 0, "scale": "5"}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": 4, "scale": "7"}, "scale"),
    ],
)
def test_a_body_that_says_nothing_is_refused_by_name_and_keeps_nothing(
    admin: TestClient, body: dict[str, Any], named: str
) -> None:
    answer = admin.post(URL, json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_data")
    assert named in {issue["path"] for issue in answer.json()["issues"]}
    assert admin.get(URL).json()["count"] == 0


def test_a_person_who_was_erased_does_not_come_back_by_feedback(admin: TestClient, person_id: str) -> None:
    given(admin, person_id=person_id, content=GOOD)
    assert admin.post(f"/admin/persons/{person_id}/erase").status_code == 200
    refused = admin.post(URL, json={"person_id": person_id, "content": GOOD})
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, "person_id")


def test_feedback_is_listed_by_person_and_days(admin: TestClient, person_id: str) -> None:
    given(admin, person_id=person_id, rating=9)
    given(admin, content="Fine")
    assert admin.get(URL, params={"person_id": person_id}).json()["count"] == 1
    assert admin.get(URL, params={"to_date": "2020-01-01"}).json()["count"] == 0
    assert admin.get(URL, params={"limit": -1}).status_code == 400


def test_feedback_needs_a_key(public: TestClient) -> None:
    assert public.post(URL, json={"content": GOOD}).status_code == 401
