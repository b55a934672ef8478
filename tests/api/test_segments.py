"""Segments over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.segments import service
from tests.segments import customers
from tests.segments.customers import device, order, person, shop, store

URL = "/admin/ad-planning/segments"
LOYAL = {
    "logic": "AND",
    "rules": [
        {"field": "total_orders", "operator": "greater_than", "value": "5"},
        {"field": "last_order_date", "operator": "within_days", "value": "30"},
    ],
}


@pytest.fixture
def anywhere(any_engine: Engine, settings: Settings, admin_key: str) -> Iterator[TestClient]:
    """A caller with the admin key; the test runs once on each database."""
    with TestClient(create_app(settings, any_engine), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {admin_key}"
        yield client


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's orders are told from the real now, which the API takes for today."""
    monkeypatch.setattr(customers, "NOON", datetime.now(UTC) - timedelta(minutes=1))


def made(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"name": "Any", **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def members_of(admin: TestClient, segment_id: str) -> set[str]:
    return {member["person_id"] for member in admin.get(f"{URL}/{segment_id}/members").json()["members"]}


@pytest.mark.usefixtures("_today")
def test_more_than_5_orders_and_the_last_within_30_days_are_exactly_the_right_people(
    anywhere: TestClient, any_engine: Engine
) -> None:
    store(
        any_engine,
        *(person(name) for name in ("six", "five", "old", "edge", "two_devices", "cancelled", "nobody")),
        *(device(f"of_{name}", name) for name in ("six", "five", "old", "edge", "cancelled")),
        device("phone", "two_devices"),
        device("laptop", "two_devices"),
        *(order("of_six", days_ago=days) for days in (1, 2, 3, 100, 200, 300)),
        *(order("of_five", days_ago=days) for days in (1, 2, 3, 100, 200)),
        *(order("of_old", days_ago=days) for days in (31, 32, 33, 34, 35, 36)),
        *(order("of_edge", days_ago=days) for days in (30, 60, 70, 80, 90, 95)),
        *(order("phone", days_ago=days) for days in (10, 20, 30)),
        *(order("laptop", days_ago=days) for days in (11, 21, 31)),
        *(order("of_cancelled", days_ago=days, cancelled_at=customers.NOON) for days in range(1, 8)),
    )
    answer = made(anywhere, name="Loyal", segment_type="behavioral", criteria=LOYAL)
    segment_id = answer["segment"]["id"]
    assert answer["build_result"] == {
        "segment_id": segment_id,
        "total_evaluated": 7,
        "matching_count": 3,
        "members_added": 3,
        "members_removed": 0,
    }
    assert members_of(anywhere, segment_id) == {"six", "edge", "two_devices"}
    assert answer["segment"]["criteria"] == LOYAL
    assert (answer["segment"]["customer_count"], answer["segment"]["member_count"]) == (3, 3)
    seen = anywhere.post(f"{URL}/preview", json={"criteria": LOYAL}).json()
    assert (seen["count"], seen["total"], seen["warnings"]) == (3, 7, [])
    assert {one["person_id"]: one["total_orders"] for one in seen["sample"]} == {"six": 6, "edge": 6, "two_devices": 6}


@pytest.mark.usefixtures("_today")
def test_a_segment_is_made_read_changed_rebuilt_and_deleted(anywhere: TestClient, any_engine: Engine) -> None:
    shop(any_engine)
    mumbai = {"rules": [{"field": "city", "operator": "==", "value": "MUMBAI"}]}
    answer = made(anywhere, name="Mumbai", criteria=mumbai, color="#ff8800", metadata={"team": "west"})
    segment = answer["segment"]
    assert segment.items() >= {
        "name": "Mumbai", "description": None, "segment_type": "custom", "is_active": True, "auto_update": True,
        "color": "#ff8800", "metadata": {"team": "west"}, "customer_count": 2,
    }.items()  # fmt: skip
    url = f"{URL}/{segment['id']}"
    assert anywhere.get(url).json() == {"segment": segment, "warnings": []}
    assert anywhere.get(URL).json() == {"segments": [segment], "count": 1, "limit": 50, "offset": 0}
    renamed = anywhere.put(url, json={"name": "Bombay"}).json()
    assert "build_result" not in renamed
    assert renamed["segment"]["name"] == "Bombay"
    moved = anywhere.put(url, json={"criteria": {"rules": [{"field": "city", "operator": "in", "value": "Pune, Goa"}]}})
    assert moved.json()["build_result"]["members_removed"] == 2
    assert members_of(anywhere, segment["id"]) == {"ravi"}
    store(any_engine, person("new", city="Goa"))
    for rebuilt in (anywhere.put(url, json={"rebuild": True}).json(), anywhere.post(f"{url}/build").json()):
        assert rebuilt["message"].startswith("Segment rebuilt: 2 of 5 customers match")
        assert rebuilt["segment"]["customer_count"] == 2
    sizes = anywhere.get(f"{url}/sizes").json()["sizes"]
    assert [(size["members"], size["added"], size["removed"]) for size in sizes] == [
        (2, 2, 0), (1, 1, 2), (2, 1, 0), (2, 0, 0),
    ]  # fmt: skip
    assert anywhere.delete(url).json() == {"id": segment["id"], "deleted": True}
    assert anywhere.get(url).status_code == 404


def test_a_static_segment_is_built_only_on_request(admin: TestClient, engine: Engine) -> None:
    store(engine, person("asha"))
    answer = made(admin, auto_update=False)
    assert "build_result" not in answer
    url = f"{URL}/{answer['segment']['id']}"
    assert "build_result" not in admin.put(url, json={"criteria": {}}).json()
    assert admin.get(url).json()["segment"]["last_calculated_at"] is None
    assert admin.post(f"{url}/build").json()["build_result"]["members_added"] == 1


def test_members_by_hand_stay_and_are_shown_with_their_person(admin: TestClient, engine: Engine) -> None:
    store(engine, person("asha", phone="+91 1"), person("ravi", city="Pune"))
    pune = {"rules": [{"field": "city", "operator": "==", "value": "Pune"}]}
    segment_id = made(admin, criteria=pune)["segment"]["id"]
    url = f"{URL}/{segment_id}"
    added = admin.post(f"{url}/members", json={"person_id": "asha"})
    assert added.status_code == 201
    assert added.json()["member"]["added_reason"] == "manual"
    assert admin.post(f"{url}/build").json()["build_result"]["members_removed"] == 0
    answer = admin.get(f"{url}/members").json()
    assert answer["segment"] == {"id": segment_id, "name": "Any", "customer_count": 2}
    assert {one["person_id"]: one["added_reason"] for one in answer["members"]} == {
        "asha": "manual",
        "ravi": "rule_match",
    }
    assert {one["person_id"]: one["person"] for one in answer["members"]}["asha"] == {
        "id": "asha", "email": "asha@example.in", "first_name": "Asha", "last_name": None, "phone": "+91 1",
    }  # fmt: skip
    assert admin.get(f"{url}/members", params={"q": "ASHA@"}).json()["count"] == 1
    assert admin.delete(f"{url}/members/asha").json() == {"id": "asha", "deleted": True}
    assert admin.delete(f"{url}/members/asha").status_code == 404
    assert admin.post(f"{url}/members", json={"person_id": "nobody"}).status_code == 404
    assert members_of(admin, segment_id) == {"ravi"}


def test_all_members_come_as_csv_that_no_spreadsheet_takes_for_formulas(
    anywhere: TestClient, any_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MEMBERS_A_PART", 2)
    named = {"asha": "=1+1", "dev": "Dutt", "meera": "Mehta"}
    store(any_engine, *(person(name, last_name=last) for name, last in named.items()))
    segment = made(anywhere, criteria={}, auto_update=True)["segment"]
    url = f"{URL}/{segment['id']}/members"
    whole = anywhere.get(url, params={"format": "csv", "limit": 1})
    assert whole.headers["content-type"] == "text/csv; charset=utf-8"
    assert whole.headers["content-disposition"] == 'attachment; filename="segment-members.csv"'
    rows = list(csv.DictReader(io.StringIO(whole.text)))
    assert [(row["person_id"], row["last_name"], row["added_reason"]) for row in rows] == [
        ("asha", "'=1+1", "rule_match"),
        ("dev", "Dutt", "rule_match"),
        ("meera", "Mehta", "rule_match"),
    ]
    assert rows[0]["added_at"] == anywhere.get(url).json()["members"][0]["added_at"]
    found = anywhere.get(url, params={"format": "csv", "q": "MEHTA"}).text.splitlines()
    assert [line.split(",")[0] for line in found] == ["person_id", "meera"]
    assert len(anywhere.get(url, params={"format": "csv", "q": "nobody"}).text.splitlines()) == 1
    assert anywhere.get(f"{URL}/none/members", params={"format": "csv"}).status_code == 404
    assert anywhere.get(url, params={"format": "xlsx"}).status_code == 400


def test_two_segments_overlap(admin: TestClient, engine: Engine) -> None:
    store(engine, person("asha", city="Pune"), person("ravi", city="Pune"), person("dev"))
    everyone = made(admin)["segment"]["id"]
    pune = made(admin, criteria={"rules": [{"field": "city", "operator": "==", "value": "Pune"}]})["segment"]["id"]
    found = admin.get(f"{URL}/{everyone}/overlap", params={"with": pune}).json()
    assert found == {"first": 3, "second": 2, "both": 2, "share": pytest.approx(2 / 3)}
    assert admin.get(f"{URL}/{everyone}/overlap", params={"with": "seg_x"}).status_code == 404


def test_a_field_that_no_person_has_is_named_and_matches_only_what_is_asked_not_to_be(
    admin: TestClient, engine: Engine
) -> None:
    store(engine, person("asha"))
    rules = [{"field": "total_order", "operator": ">", "value": 5}]
    answer = made(admin, criteria={"rules": rules})
    assert answer["warnings"] == ["total_order: no person has this field. Did you mean 'total_orders'?"]
    assert answer["build_result"]["matching_count"] == 0
    static = made(admin, criteria={"rules": rules}, auto_update=False)
    assert static["warnings"] == answer["warnings"]
    rules[0]["operator"] = "!="
    assert admin.post(f"{URL}/preview", json={"criteria": {"rules": rules}}).json()["count"] == 1


def test_contradictions_are_said(admin: TestClient) -> None:
    rules = [{"field": "age", "operator": ">", "value": 60}, {"field": "age", "operator": "<", "value": 18}]
    said = admin.post(f"{URL}/preview", json={"criteria": {"rules": rules}}).json()["warnings"]
    assert said == ["Nobody can meet both: Age is more than 60 years; Age is less than 18 years."]


AGE = {"field": "age", "operator": ">"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"segment_type": "vip"}, "segment_type"),
        ({"color": "url(x)"}, "color"),
        ({"criteria": {"rules": [{**AGE, "operator": "~"}]}}, "criteria.rules[0].operator"),
        ({"criteria": {"groups": [{"rules": [AGE]}]}}, "criteria.groups[0].rules[0].value"),
        ({"criteria": {"rule": []}}, "criteria"),
        ({"criteria": []}, "criteria"),
        ({"criteria": {"rules": [{**AGE, "field": "shoe\x00"}]}}, "criteria.rules[0].field"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(admin: TestClient, fields: dict[str, Any], path: str) -> None:
    answer = admin.post(URL, json={"name": "Any", **fields})
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, path)
    assert admin.get(URL).json()["count"] == 0


def test_a_value_based_segment_may_be_written_with_an_underscore(admin: TestClient) -> None:
    made(admin, segment_type="value_based")
    made(admin, segment_type="custom", is_active=False)
    for query in ({"segment_type": "value_based"}, {"segment_type": "value-based"}, {"is_active": "true"}):
        [found] = admin.get(URL, params=query).json()["segments"]
        assert found["segment_type"] == "value-based"
    assert admin.get(URL, params={"segment_type": "vip"}).status_code == 400


def test_fields_and_suggestions_are_told(admin: TestClient, engine: Engine) -> None:
    store(engine, person("asha", attributes={"size": 42}))
    fields = {one["name"]: one for one in admin.get(f"{URL}/fields").json()["fields"]}
    assert fields["total_orders"]["aliases"] == ["total_purchases"]
    assert (fields["size"]["kind"], fields["size"]["is_own"]) == ("number", True)
    suggestions = admin.get(f"{URL}/suggestions").json()["suggestions"]
    assert [one["key"] for one in suggestions] == ["champions", "at_risk", "new", "lapsed"]
    for one in suggestions:
        made(admin, **{name: one[name] for name in ("name", "description", "segment_type", "color", "criteria")})
