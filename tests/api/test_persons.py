"""Persons over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

URL = "/admin/persons"
ASHA = {
    "first_name": "Asha",
    "last_name": "Rao",
    "email": "Asha@example.in",
    "phone": "+91 98860 00000",
    "date_of_birth": "1990-02-28",
    "country": "IN",
    "state": "Karnataka",
    "city": "Bengaluru",
    "tags": ["vip"],
    "attributes": {"size": "king"},
}


def test_a_person_is_stored_and_read_back(admin: TestClient) -> None:
    made = admin.post(URL, json=ASHA)
    assert made.status_code == 201, made.text
    person = made.json()["person"]
    assert person.items() >= ASHA.items()
    assert person["id"].startswith("person_")
    assert admin.get(f"{URL}/{person['id']}").json()["person"] == person


def test_an_e_mail_belongs_to_one_person_in_whatever_case(admin: TestClient) -> None:
    admin.post(URL, json=ASHA)
    again = admin.post(URL, json={"email": "ASHA@EXAMPLE.IN"})
    assert (again.status_code, again.json()["type"]) == (409, "conflict")
    other = admin.post(URL, json={"email": "ravi@example.in"}).json()["person"]
    assert admin.put(f"{URL}/{other['id']}", json={"email": "asha@example.in"}).status_code == 409
    assert admin.put(f"{URL}/{other['id']}", json={"email": "RAVI@example.in"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"emial": "a@b.in"}, "emial"),
        ({"id": "person_1"}, "id"),
        ({"email": "nobody"}, "email"),
        ({"date_of_birth": "1990-02-30"}, "date_of_birth"),
        ({"tags": "vip"}, "tags"),
        ({"first_name": "a\x00"}, "first_name"),
    ],
)
def test_a_bad_or_unknown_field_is_refused_by_name(admin: TestClient, body: dict[str, object], named: str) -> None:
    answer = admin.post(URL, json=body)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == named
    assert admin.get(URL).json()["count"] == 0


def test_a_change_keeps_what_it_does_not_name(admin: TestClient) -> None:
    person = admin.post(URL, json=ASHA).json()["person"]
    changed = admin.put(f"{URL}/{person['id']}", json={"city": "Mysuru", "phone": None}).json()["person"]
    assert {**person, "city": "Mysuru", "phone": None} | {"updated_at": changed["updated_at"]} == changed


def test_a_deleted_person_leaves_their_conversions_without_a_name(admin: TestClient) -> None:
    person = admin.post(URL, json=ASHA).json()["person"]
    body = {"visitor_id": "v", "conversion_type": "purchase", "person_id": person["id"], "conversion_value": 10}
    bought = admin.post("/admin/ad-planning/conversions", json=body).json()["conversion"]
    assert admin.delete(f"{URL}/{person['id']}").json() == {"id": person["id"], "deleted": True}
    left = admin.get(f"/admin/ad-planning/conversions/{bought['id']}").json()["conversion"]
    assert left == {**bought, "person_id": None}


def test_a_missing_person_is_not_found(admin: TestClient) -> None:
    for call in (admin.get, admin.delete):
        assert call(f"{URL}/person_0").status_code == 404
    assert admin.put(f"{URL}/person_0", json={"city": "x"}).status_code == 404


def test_a_visitor_is_taken_from_a_person_and_given_back(admin: TestClient) -> None:
    person_id = admin.post(URL, json=ASHA).json()["person"]["id"]
    body = {
        "visitor_id": "phone/1",
        "event_type": "page_view",
        "person_id": person_id,
        "occurred_at": "2026-03-02T12:00Z",
    }
    assert admin.post("/admin/ad-planning/journeys", json=body).status_code == 201
    [visitor] = admin.get(f"{URL}/{person_id}/visitors").json()["visitors"]
    assert visitor == {
        "visitor_id": "phone/1",
        "sources": ["sign_in"],
        "first_seen_at": "2026-03-02T12:00:00+00:00",
        "last_seen_at": "2026-03-02T12:00:00+00:00",
        "is_undone": False,
        "undone_at": None,
        "undone_by": None,
    }
    undone = admin.delete(f"{URL}/{person_id}/visitors/phone/1").json()["visitor"]
    assert undone == visitor | {"is_undone": True, "undone_at": undone["undone_at"]}
    assert admin.delete(f"{URL}/{person_id}/visitors/phone/1").json()["visitor"] == undone
    listed = admin.get(f"{URL}/{person_id}/visitors").json()
    assert listed == {"visitors": [undone], "count": 1, "limit": 50, "offset": 0}
    assert admin.put(f"{URL}/{person_id}/visitors/phone/1").json()["visitor"] == visitor


def test_a_visitor_who_was_never_the_persons_is_not_found(admin: TestClient) -> None:
    person_id = admin.post(URL, json=ASHA).json()["person"]["id"]
    for call in (admin.delete, admin.put):
        answer = call(f"{URL}/{person_id}/visitors/phone/1")
        assert answer.status_code == 404
        assert "was never taken for a visitor of person" in answer.json()["error"]
    assert admin.get(f"{URL}/person_0/visitors").status_code == 404
