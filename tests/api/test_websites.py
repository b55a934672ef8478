"""Websites over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

URL = "/admin/websites"


def test_a_website_lives_its_life(admin: TestClient) -> None:
    made = admin.post(URL, json={"domain": "https://Shop.Example.in/", "name": "Shop"})
    assert made.status_code == 201, made.text
    website = made.json()["website"]
    assert (website["domain"], website["name"], website["status"]) == ("shop.example.in", "Shop", "active")
    assert website["id"].startswith("web_")
    assert admin.get(URL).json() == {"websites": [website], "count": 1, "limit": 50, "offset": 0}
    changed = admin.put(f"{URL}/{website['id']}", json={"status": "inactive"}).json()["website"]
    assert (changed["status"], changed["domain"]) == ("inactive", "shop.example.in")
    assert admin.delete(f"{URL}/{website['id']}").json() == {"id": website["id"], "deleted": True}
    assert admin.get(f"{URL}/{website['id']}").status_code == 404


def test_a_domain_is_one_website(admin: TestClient) -> None:
    admin.post(URL, json={"domain": "shop.example.in"})
    assert admin.post(URL, json={"domain": "SHOP.example.in"}).status_code == 409


@pytest.mark.parametrize("body", [{}, {"domain": "not a domain"}, {"domain": ""}, {"domain": "a.in", "status": "gone"}])
def test_a_bad_website_is_refused(admin: TestClient, body: dict[str, str]) -> None:
    assert admin.post(URL, json=body).status_code == 400
