"""Export and erasure of persons through the API."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.access import key_hash
from adplanning.core.settings import Settings
from adplanning.store.session import writing
from adplanning.store.tables.operations import ApiKey
from tests.people.held import EMAIL, NOON, fill


@pytest.fixture
def asha(engine: Engine, settings: Settings) -> str:
    return fill(engine, settings.runs_folder)[0]


def test_an_admin_reads_all_that_is_held_on_a_person(admin: TestClient, asha: str) -> None:
    answer = admin.get(f"/admin/persons/{asha}/export")
    assert answer.status_code == 200
    held = answer.json()
    assert held["person"]["email"] == EMAIL
    assert {row["order_id"] for row in held["conversions"]} >= {"order_3"}
    assert held["conversions"][0]["currency"] == "INR"


def test_an_admin_erases_a_person_once(admin: TestClient, asha: str) -> None:
    answer = admin.post(f"/admin/persons/{asha}/erase")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["person_id"], told["files"], told["is_scrubbed"]) == (asha, ["run_1.ipynb"], True)
    assert told["rows"]["persons"] == 1
    assert admin.post(f"/admin/persons/{asha}/erase").status_code == 404
    assert admin.get(f"/admin/persons/{asha}").status_code == 404
    refused = admin.post("/admin/persons", json={"email": EMAIL})
    assert refused.status_code == 409
    assert "adplanning person allow" in refused.json()["message"]


def test_an_event_that_names_an_erased_person_is_nobodys(admin: TestClient, asha: str) -> None:
    admin.post(f"/admin/persons/{asha}/erase")
    event = {"visitor_id": "v1", "person_id": asha, "event_type": "page_view"}
    assert admin.post("/admin/ad-planning/journeys", json=event).json()["journey"]["person_id"] is None


@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_only_an_admin_may_export_or_erase(public: TestClient, engine: Engine, asha: str, role: str) -> None:
    with writing(engine) as session:
        session.add(ApiKey(id="key_1", name="x", role=role, key_hash=key_hash("a-key"), created_at=NOON))
    public.headers["Authorization"] = "Bearer a-key"
    assert public.get(f"/admin/persons/{asha}/export").status_code == 403
    assert public.post(f"/admin/persons/{asha}/erase").status_code == 403
    assert public.get(f"/admin/persons/{asha}").status_code == 200
