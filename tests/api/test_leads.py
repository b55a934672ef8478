"""Leads over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.routes import leads as routes
from adplanning.core.settings import Settings
from adplanning.store.session import writing
from adplanning.store.tables.leads import Lead, LeadForm
from tests.leads.arrived import ASHA, NOON, advertise, one, received

URL = "/admin/meta-ads/leads"


@pytest.fixture
def lead_id(engine: Engine) -> str:
    """A lead of a known campaign."""
    advertise(engine)
    received(engine, ASHA)
    return one(engine, Lead).id


def test_a_lead_is_shown_whole_with_its_answers_in_both_forms(admin: TestClient, lead_id: str) -> None:
    shown = admin.get(f"{URL}/{lead_id}").json()["lead"]
    assert (
        shown.items()
        >= {
            "id": lead_id,
            "platform": "meta",
            "platform_lead_id": "71",
            "form_id": "6",
            "ad_campaign_id": "camp_1",
            "ad_id": "ad_1",
            "full_name": "Asha Rao",
            "status": "new",
            "currency": "INR",
            "estimated_value": None,
            "submitted_at": "2026-11-20T09:30:00+00:00",
            "contacted_at": None,
        }.items()
    )
    assert shown["answers"]["q?"] == ["a", "b"]
    assert {"name": "q?", "values": ["a", "b"]} in shown["field_data"]
    assert admin.get(URL).json() == {"leads": [shown], "count": 1, "total": 1, "limit": 50, "offset": 0}


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({"status": "new"}, 1),
        ({"status": "lost"}, 0),
        ({"campaign_id": "camp_1"}, 1),
        ({"campaign_id": "camp_2"}, 0),
        ({"form_id": "6"}, 1),
        ({"form_id": "7"}, 0),
        ({"q": "asha"}, 1),
        ({"q": "nobody"}, 0),
        # 09:30 UTC is 15:00 in the shop.
        ({"since": "2026-11-20", "until": "2026-11-20"}, 1),
        ({"since": "2026-11-20T15:00:01"}, 0),
        ({"until": "2026-11-19"}, 0),
        ({"limit": "0"}, 1),
    ],
)
@pytest.mark.usefixtures("lead_id")
def test_a_list_counts_what_its_filters_let_through(admin: TestClient, query: dict[str, str], n: int) -> None:
    found = admin.get(URL, params=query).json()
    assert (found["count"], found["total"]) == (n, n)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"status": "open"}, "status"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "2026-11-20", "until": "2026-11-01"}, "until"),
        ({"limit": "1001"}, "limit"),
        ({"q": "x" * 201}, "search"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(
    admin: TestClient, query: dict[str, str], named: str
) -> None:
    answer = admin.get(URL, params=query)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)
    assert "_date" not in answer.json()["message"]


@pytest.mark.parametrize("method", ["patch", "put"])
def test_a_lead_is_worked_on_and_its_conversion_follows(admin: TestClient, lead_id: str, method: str) -> None:
    send: Callable[..., Any] = getattr(admin, method)
    answer = send(f"{URL}/{lead_id}", json={"status": "converted", "actual_value": 4999.5, "notes": "ordered"})
    assert answer.status_code == 200
    changed, steps = answer.json()["lead"], answer.json()["steps"]
    assert (changed["status"], changed["actual_value"], changed["notes"]) == ("converted", 4999.5, "ordered")
    assert changed["converted_at"] == steps[0]["at"]
    assert [(step["before"], step["after"]) for step in steps] == [("new", "converted")]
    conversion = admin.get(f"/admin/ad-planning/conversions/{changed['conversion_id']}").json()["conversion"]
    assert (conversion["conversion_value"], conversion["lead_id"]) == (4999.5, lead_id)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"status": "open"}, "status"),
        ({"status": None}, "status"),
        ({"actual_value": -1}, "actual_value"),
        ({"estimated_value": "much"}, "estimated_value"),
        ({"notes": "a\x00b"}, "notes"),
        ({"person_id": "person_x"}, "person_id"),
    ],
)
def test_a_bad_value_is_refused_by_name(admin: TestClient, lead_id: str, body: dict[str, Any], named: str) -> None:
    answer = admin.patch(f"{URL}/{lead_id}", json=body)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)


def test_an_unknown_lead_is_not_found(admin: TestClient) -> None:
    for answer in (admin.get(f"{URL}/lead_x"), admin.patch(f"{URL}/lead_x", json={"notes": "x"})):
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_leads_are_nobodys_without_a_key(public: TestClient, lead_id: str) -> None:
    assert [public.get(address).status_code for address in (URL, f"{URL}/{lead_id}")] == [401, 401]


def test_forms_are_listed(admin: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.add(LeadForm(id="6", page_id="5", name="Festive", status="ACTIVE", n_leads=3, updated_at=NOON))
    found = admin.get("/admin/meta-ads/lead-forms", params={"page_id": "5"}).json()
    assert (found["count"], found["total"]) == (1, 1)
    assert found["lead_forms"][0].items() >= {"id": "6", "name": "Festive", "leads_count": 3}.items()


def test_without_a_token_no_sync_begins_and_the_setting_is_named(admin: TestClient) -> None:
    answer = admin.post(f"{URL}/sync", json={"form_id": "6"})
    assert answer.status_code == 400
    assert "ADPLANNING_META_ACCESS_TOKEN" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (None, {}),
        ({}, {}),
        ({"form_id": "6"}, {"form_id": "6"}),
        # A day begins in the shop's zone.
        ({"since": "2026-11-01", "form_id": None}, {"since": "2026-10-31T18:30:00+00:00"}),
    ],
)
def test_a_sync_begins_a_run_of_the_leads_that_are_asked_for(
    admin: TestClient,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, str] | None,
    parameters: dict[str, str],
) -> None:
    begun: list[Any] = []

    def start(*run: Any, **_: Any) -> str:
        begun.append(run)
        return "run_1"

    monkeypatch.setattr(routes, "start_run", start)
    monkeypatch.setattr(settings, "meta_access_token", "token")
    answer = admin.post(f"{URL}/sync", json=body)
    assert answer.status_code == 202
    assert answer.json().items() >= {"run_id": "run_1", "status": "running"}.items()
    assert begun == [("sync_meta_ads", {"only": "lead_forms,leads", **parameters})]


@pytest.mark.parametrize(("name", "value"), [("form_id", "6/leads"), ("form_id", 6.5), ("since", "yesterday")])
def test_a_sync_of_what_makes_no_sense_is_refused_by_name(admin: TestClient, name: str, value: object) -> None:
    answer = admin.post(f"{URL}/sync", json={name: value})
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, name)
