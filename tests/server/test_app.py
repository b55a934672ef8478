from __future__ import annotations

from datetime import UTC, datetime

import httpx2

from adplanning.core.vocabulary import Role
from tests.server.conftest import ADMIN_KEY, Site


def test_the_api_answers_as_it_does_alone(site: Site, stranger: httpx2.Client) -> None:
    health = stranger.get("/health")
    assert health.status_code == 200
    refused = stranger.get("/admin/persons")
    assert refused.status_code == 401
    assert refused.json()["type"] == "unauthorized"
    key = {"Authorization": f"Bearer {ADMIN_KEY}"}
    assert stranger.get("/admin/persons", headers=key).status_code == 200
    assert stranger.get("/docs").status_code == 401
    assert stranger.get("/openapi.json", headers=key).json()["info"]["title"] == "adplanning"
    nowhere = stranger.get("/application")
    assert (nowhere.status_code, nowhere.json()["type"]) == (404, "not_found")


def test_a_page_is_found_without_app_before_its_path(site: Site, stranger: httpx2.Client) -> None:
    for asked, page in {
        "/ad-planning": "/app/ad-planning",
        "/ad-planning/goals?status=active&q=a%20b": "/app/ad-planning/goals?status=active&q=a%20b",
        "/meta-ads/": "/app/meta-ads/campaigns",
    }.items():
        answer = stranger.get(asked)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    for elsewhere in ("/ad-planning/nowhere", "/ad-planning/goals/../../x", "/voila/static/x.js"):
        assert stranger.get(elsewhere).status_code == 404
    assert stranger.post("/ad-planning").status_code == 404


def test_a_storefronts_event_is_stored_under_any_host(site: Site, stranger: httpx2.Client) -> None:
    key = {"Authorization": f"Bearer {ADMIN_KEY}"}
    made = stranger.post(
        "/admin/websites", headers=key, json={"domain": "shop.example.com", "organization_id": "org_1"}
    )
    assert made.status_code in (200, 201), made.text
    foreign = {"Host": "ads.shop.example.com", "Origin": "https://shop.example.com"}
    preflight = stranger.options("/web/ad-planning/track-conversion", headers=foreign)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example.com"
    stored = stranger.post(
        "/web/ad-planning/track-conversion",
        headers=foreign,
        json={
            "website_id": made.json()["website"]["id"],
            "visitor_id": "visitor-1",
            "conversion_type": "purchase",
            "conversion_value": 10,
            "occurred_at": datetime.now(UTC).isoformat(),
        },
    )
    assert stored.status_code == 200, stored.text


# A15


def test_the_cookie_opens_no_address_of_the_api(site: Site) -> None:
    with site.signed_in(Role.admin) as browser:
        assert browser.get("/app/ad-planning").status_code == 200
        for path in ("/admin/persons", "/admin/ad-planning/goals", "/openapi.json", "/docs"):
            assert browser.get(path).status_code == 401
        assert browser.post("/admin/persons", json={"email": "a@example.com"}).status_code == 401
