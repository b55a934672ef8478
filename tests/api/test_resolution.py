"""Which campaigns touchpoints mean, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.access import key_hash
from adplanning.core.names import name_key
from adplanning.core.vocabulary import Role
from adplanning.store.session import writing
from adplanning.store.tables.ads import AdAccount, Campaign
from adplanning.store.tables.operations import ApiKey

URL = "/admin/ad-planning/attribution"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def shop(engine: Engine, admin: TestClient) -> TestClient:
    """Two campaigns of one account."""
    with writing(engine) as session:
        session.add(
            AdAccount(
                id="acc", platform="meta", platform_account_id="1", name="Shop", currency="INR", timezone="UTC",
                created_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        for campaign_id, name in (("c1", "Cotton Quilts"), ("c2", "Bath Towels")):
            session.add(
                Campaign(
                    id=campaign_id, ad_account_id="acc", name=name, name_key=name_key(name), status="active",
                    created_at=NOW, updated_at=NOW,
                )
            )  # fmt: skip
    return admin


def touch(admin: TestClient, session_id: str, **fields: Any) -> str:
    body = {"visitor_id": "v", "analytics_session_id": session_id, "resolution_method": "unresolved", **fields}
    answer = admin.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["attribution"]["id"]


def send(admin: TestClient, method: str, path: str, expected: int = 200, **given: Any) -> dict[str, Any]:
    answer = admin.request(method, f"{URL}/{path}", **given)
    assert answer.status_code == expected, answer.text
    return answer.json()


def test_one_session_is_resolved(shop: TestClient) -> None:
    touch(shop, "s1", utm_campaign="cotton_quilts")
    found = send(shop, "POST", "resolve", json={"session_id": "s1"})
    assert (found["success"], found["resolved"], found["reason"], found["candidates"]) == (True, True, None, [])
    assert (found["attribution"]["ad_campaign_id"], found["attribution"]["resolution_method"]) == (
        "c1",
        "exact_utm_match",
    )


def test_a_session_that_stays_unresolved_says_why(shop: TestClient) -> None:
    touch(shop, "s1", utm_campaign="cotton_quilts_q1")
    found = send(shop, "POST", "resolve", json={"session_id": "s1"})
    assert (found["success"], found["resolved"], found["reason"]) == (True, False, "no campaign is called like it")
    assert found["candidates"] == [
        {
            "campaign_id": "c1",
            "name": "Cotton Quilts",
            "likeness": 0.8966,
            "why_not": "the number differs: q1 against none",
        }
    ]
    assert found["attribution"]["is_resolved"] is False


def test_an_unknown_session_is_not_found_and_none_is_refused(shop: TestClient) -> None:
    assert send(shop, "POST", "resolve", 404, json={"session_id": "nobody"})["type"] == "not_found"
    assert "session_id: is missing" in send(shop, "POST", "resolve", 400, json={})["message"]


@pytest.mark.parametrize(
    ("path", "body"), [("bulk-resolve", {}), ("resolve", {"bulk": True}), ("resolve", {"days_back": 30})]
)
def test_many_sessions_are_resolved_and_twice_changes_nothing_more(
    shop: TestClient, path: str, body: dict[str, Any]
) -> None:
    touch(shop, "s1", utm_campaign="cotton_quilts")
    touch(shop, "s2", utm_campaign="coton_quilts")
    touch(shop, "s3", utm_campaign="letter")
    counts = {"success": True, "processed": 3, "resolved": 2, "failed": 1, "errors": []}
    assert send(shop, "POST", path, json=body) == counts
    assert send(shop, "POST", path, json=body) == counts | {"processed": 1, "resolved": 0}


def test_only_so_many_of_one_website_in_some_days_are_resolved(shop: TestClient) -> None:
    touch(shop, "s1", utm_campaign="cotton_quilts", website_id="w", session_started_at="2020-01-01")
    touch(shop, "s2", utm_campaign="cotton_quilts", website_id="w")
    touch(shop, "s3", utm_campaign="cotton_quilts")
    scope = {"website_id": "w", "days_back": 7}
    assert send(shop, "POST", "bulk-resolve", json=scope)["processed"] == 1
    assert send(shop, "POST", "bulk-resolve", json={"limit": 1})["processed"] == 1
    for wrong in ({"limit": 0}, {"days_back": 0}, {"days_back": "often"}):
        assert send(shop, "POST", "bulk-resolve", 400, json=wrong)["type"] == "invalid_data"


def test_what_waits_is_decided_by_people(shop: TestClient) -> None:
    touch(shop, "s1", utm_campaign="winter_letter")
    touch(shop, "s2", utm_campaign="Winter Letter")
    listed = send(shop, "GET", "unresolved")
    assert listed["count"] == 1
    waiting = listed["unresolved"][0]
    assert (waiting["name_key"], waiting["spellings"], waiting["sessions"]) == ("winter-letter", 2, 2)
    assert send(shop, "GET", "unresolved", params={"search": "summer"})["count"] == 0

    said = {"name": "winter letter", "campaign_id": "c2"}
    assert send(shop, "POST", "aliases", 201, json=said) == {"name_key": "winter-letter", "linked": 2}
    assert send(shop, "GET", "unresolved")["count"] == 0
    [alias] = send(shop, "GET", "aliases", params={"decision": "accepted"})["aliases"]
    assert (alias["name_key"], alias["campaign_name"], alias["decision"]) == (
        "winter-letter",
        "Bath Towels",
        "accepted",
    )

    assert send(shop, "POST", "aliases/refuse", 201, json=said) == {"name_key": "winter-letter", "linked": 0}
    assert send(shop, "GET", "aliases", params={"decision": "accepted"})["count"] == 0
    assert send(shop, "DELETE", "aliases/winter-letter") == {"name_key": "winter-letter", "linked": 0}
    assert send(shop, "DELETE", "aliases/winter-letter", 404)["type"] == "not_found"


def test_a_touchpoint_is_linked_and_unlinked_by_hand(shop: TestClient) -> None:
    touchpoint_id = touch(shop, "s1", utm_campaign="cotton_quilts")
    linked = send(shop, "PUT", f"{touchpoint_id}/campaign", json={"ad_campaign_id": "c2"})["attribution"]
    assert (linked["ad_campaign_id"], linked["resolution_method"]) == ("c2", "manual")
    assert send(shop, "POST", "bulk-resolve", json={})["processed"] == 0
    undone = send(shop, "PUT", f"{touchpoint_id}/campaign", json={"ad_campaign_id": None})["attribution"]
    assert (undone["ad_campaign_id"], undone["is_resolved"]) == (None, False)
    assert send(shop, "PUT", f"{touchpoint_id}/campaign", 400, json={"ad_campaign_id": None, "ad_id": "a"})
    assert send(shop, "PUT", f"{touchpoint_id}/campaign", 400, json={})
    assert send(shop, "PUT", f"{touchpoint_id}/campaign", 404, json={"ad_campaign_id": "c9"})
    assert send(shop, "PUT", "nobody/campaign", 404, json={"ad_campaign_id": "c1"})


def test_who_may_only_read_decides_nothing(shop: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.add(ApiKey(id="k", name="board", key_hash=key_hash("viewer"), role=Role.viewer, created_at=NOW))
    shop.headers["Authorization"] = "Bearer viewer"
    assert send(shop, "GET", "unresolved")["count"] == 0
    for method, path in (
        ("POST", "resolve"),
        ("POST", "bulk-resolve"),
        ("POST", "aliases"),
        ("POST", "aliases/refuse"),
        ("DELETE", "aliases/a"),
        ("PUT", "t1/campaign"),
    ):
        assert send(shop, method, path, 403, json={})["type"] == "forbidden"
