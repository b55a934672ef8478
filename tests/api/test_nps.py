"""The net promoter score over HTTP."""

from __future__ import annotations

from fastapi.testclient import TestClient

URL = "/admin/ad-planning/nps"


def test_nobody_rated_is_zeros_and_an_empty_trend(admin: TestClient) -> None:
    zeros = ("score", "promoters", "passives", "detractors", "total")
    percentages = ("promoter_percentage", "passive_percentage", "detractor_percentage")
    assert admin.get(URL).json() == {"nps": dict.fromkeys((*zeros, *percentages), 0), "trend": []}


def test_each_person_counts_once(admin: TestClient) -> None:
    for who, rating in (("asha", 2), ("asha", 10), ("ravi", 9), ("meera", 1)):
        body = {"person_id": who, "score_type": "nps", "rating": rating}
        assert admin.post("/admin/ad-planning/scores", json=body).status_code == 201
    answer = admin.get(URL).json()
    assert answer["nps"].items() >= {"score": 33.33, "promoters": 2, "detractors": 1, "total": 3}.items()
    [month] = answer["trend"]
    assert (month["score"], month["total"]) == (33.33, 3)
    assert admin.get(URL, params={"to_date": "2020-01-01"}).json()["nps"]["total"] == 0


def test_a_segment_that_is_not_there_is_not_found(admin: TestClient) -> None:
    answer = admin.get(URL, params={"segment_id": "seg_1"})
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
    assert "segment_id" in answer.json()["message"]


def test_a_period_that_ends_before_it_begins_is_refused(admin: TestClient) -> None:
    assert admin.get(URL, params={"from_date": "2026-02-02", "to_date": "2026-02-01"}).status_code == 400
