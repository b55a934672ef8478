"""Changing the reporting currency and time zone by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.access import key_hash
from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.session import writing
from adplanning.store.tables.operations import ApiKey
from tests.rates.amounts import NOW

ADDRESS = "/admin/ad-planning/settings"


def test_a_change_holds_in_every_worker_at_once_until_the_environments_is_taken_again(
    admin: TestClient, engine: Engine, settings: Settings
) -> None:
    with TestClient(create_app(settings, engine), headers=admin.headers) as other_worker:
        told = admin.put(ADDRESS, json={"currency": "usd"}).json()
        assert told["currency"] == {
            "value": "USD",
            "environment": "INR",
            "changed_by": "API: admin key",
            "changed_at": told["currency"]["changed_at"],
        }
        assert told["timezone"]["value"] == "Asia/Kolkata"
        assert other_worker.get("/admin/ad-planning/conversions/stats").json()["currency"] == "USD"
        assert admin.put(ADDRESS, json={"currency": None}).json()["currency"]["value"] == "INR"
        assert other_worker.get(ADDRESS).json()["currency"]["changed_by"] == "API: admin key"
        assert other_worker.get("/admin/ad-planning/conversions/stats").json()["currency"] == "INR"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"currency": "RUPEE"}, "currency"),
        ({"timezone": "India"}, "timezone"),
        ({"timezone": "a" * 100}, "timezone"),
        ({"currency": 5}, "currency"),
        ({"zone": "UTC"}, "zone"),
        ({"currency": "USD", "timezone": "India"}, "timezone"),
    ],
)
def test_what_is_none_is_refused_and_nothing_changes(admin: TestClient, wrong: dict[str, Any], path: str) -> None:
    answer = admin.put(ADDRESS, json=wrong)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, path)
    assert admin.get(ADDRESS).json()["currency"]["changed_by"] is None


def test_a_viewer_looks_only(public: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.add(ApiKey(id="k", name="looker", role=Role.viewer, key_hash=key_hash("look"), created_at=NOW))
    public.headers["Authorization"] = "Bearer look"
    assert public.get(ADDRESS).status_code == 200
    assert public.put(ADDRESS, json={"currency": "USD"}).status_code == 403


def test_what_comes_from_outside_without_a_currency_or_a_zone_means_what_it_meant_before(
    admin: TestClient, public: TestClient
) -> None:
    website = admin.post("/admin/websites", json={"domain": "shop.example.in"}).json()["website"]["id"]
    admin.put(ADDRESS, json={"currency": "USD", "timezone": "America/New_York"})
    sold = {"conversion_type": "purchase", "conversion_value": 499, "website_id": website, "visitor_id": "v1"}
    told = admin.post("/admin/ad-planning/conversions", json=sold | {"converted_at": "2026-11-20T10:00:00"})
    assert told.json()["conversion"]["currency"] == "INR"
    assert told.json()["conversion"]["converted_at"] == "2026-11-20T04:30:00+00:00"
    assert public.post("/web/ad-planning/track-conversion", json=sold).status_code in (200, 201, 202)
    listed = admin.get("/admin/ad-planning/conversions").json()["conversions"]
    assert [row["currency"] for row in listed] == ["INR", "INR"]
    # What says its currency is taken at its word.
    told = admin.post("/admin/ad-planning/conversions", json=sold | {"currency": "USD"})
    assert told.json()["conversion"]["currency"] == "USD"
