"""Journey events over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

URL = "/admin/ad-planning/journeys"


@pytest.mark.parametrize(
    ("event_type", "stage"),
    [
        ("page_view", "awareness"),
        ("ad_click", "awareness"),
        ("social_engage", "interest"),
        ("form_submit", "consideration"),
        ("email_open", "consideration"),
        ("email_click", "intent"),
        ("lead_capture", "intent"),
        ("purchase", "conversion"),
        ("feedback", "retention"),
        ("support_ticket", "retention"),
        ("custom", "awareness"),
    ],
)
def test_a_stage_that_is_not_named_follows_the_type(admin: TestClient, event_type: str, stage: str) -> None:
    answer = admin.post(URL, json={"visitor_id": "v", "event_type": event_type})
    assert answer.status_code == 201, answer.text
    assert answer.json()["journey"]["stage"] == stage


def test_a_named_stage_is_kept(admin: TestClient) -> None:
    body = {"person_id": "person_1", "event_type": "custom", "stage": "advocacy", "channel": "in_person"}
    journey = admin.post(URL, json=body).json()["journey"]
    assert journey.items() >= body.items()
    assert journey["id"].startswith("jour_")


def test_a_list_is_newest_first_with_100_a_page(admin: TestClient) -> None:
    for hour in (10, 12, 11):
        at = f"2026-10-01T{hour}:00:00+00:00"
        admin.post(URL, json={"visitor_id": "v", "event_type": "page_view", "occurred_at": at})
    admin.post(URL, json={"visitor_id": "w", "event_type": "ad_click"})
    found = admin.get(URL, params={"visitor_id": "v"}).json()
    assert [row["occurred_at"][11:13] for row in found["journeys"]] == ["12", "11", "10"]
    assert (found["count"], found["limit"], found["offset"]) == (3, 100, 0)
    assert admin.get(URL, params={"event_type": "ad_click"}).json()["count"] == 1
    assert admin.get(URL, params={"stage": "advocacy"}).json()["count"] == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"event_type": "page_view"}, "visitor_id"),
        ({"visitor_id": "v"}, "event_type"),
        ({"visitor_id": "v", "event_type": "x"}, "event_type"),
        ({"visitor_id": "v", "event_type": "page_view", "stage": "x"}, "stage"),
        ({"visitor_id": "v", "event_type": "page_view", "channel": "fax"}, "channel"),
        ({"visitor_id": "v", "event_type": "page_view", "occurred_at": "yesterday"}, "occurred_at"),
    ],
)
def test_a_bad_event_is_refused_by_name(admin: TestClient, body: dict[str, str], named: str) -> None:
    answer = admin.post(URL, json=body)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == named


def test_of_a_referrer_no_query_is_kept_and_an_empty_one_is(admin: TestClient) -> None:
    told = {"visitor_id": "v", "event_type": "page_view"}
    for given, kept in (("https://a.example/b?c=d", "https://a.example/b"), ("", ""), (None, None)):
        assert admin.post(URL, json=told | {"referrer": given}).json()["journey"]["referrer"] == kept
    assert admin.post(URL, json=told | {"referrer": "https://a.example/" + "b" * 2000}).status_code == 400


def test_a_recorded_click_that_names_its_campaign_is_a_touchpoint(admin: TestClient) -> None:
    clicked = {"visitor_id": "v", "event_type": "ad_click", "ad_campaign_id": "camp_1"}
    admin.post(URL, json=clicked)
    admin.post(URL, json=clicked | {"ad_campaign_id": None})
    [touchpoint] = admin.get("/admin/ad-planning/attribution").json()["attributions"]
    assert (touchpoint["ad_campaign_id"], touchpoint["resolution_method"]) == ("camp_1", "manual")
