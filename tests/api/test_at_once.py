"""The same thing made by several callers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

N = 6
PLANNING = "/admin/ad-planning"


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


@pytest.mark.parametrize(
    ("address", "body", "plural"),
    [
        ("/admin/persons", {"email": "asha@example.in"}, "persons"),
        ("/admin/websites", {"domain": "shop.example", "name": "Shop"}, "websites"),
        ("/admin/meta-ads/campaigns", {"name": "Diwali", "ad_account_id": "42"}, "campaigns"),
        (
            f"{PLANNING}/conversions",
            {"visitor_id": "v", "conversion_type": "purchase", "order_id": "o1"},
            "conversions",
        ),
        (f"{PLANNING}/attribution", {"visitor_id": "v", "analytics_session_id": "s1"}, "attributions"),
    ],
)
def test_one_of_them_makes_it_and_the_others_are_told_that_it_is_there(
    admin: TestClient, address: str, body: dict[str, Any], plural: str
) -> None:
    with ThreadPoolExecutor(N) as callers:
        answers = list(callers.map(lambda _: admin.post(address, json=body), range(N)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (N - 1), answers[-1].text
    assert admin.get(address).json()["count"] == 1
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"conflict"}


def test_several_campaigns_of_a_new_account_share_it(admin: TestClient) -> None:
    bodies = [{"name": f"Campaign {number}", "ad_account_id": "42"} for number in range(N)]
    with ThreadPoolExecutor(N) as callers:
        answers = list(callers.map(lambda body: admin.post("/admin/meta-ads/campaigns", json=body), bodies))
    assert {answer.status_code for answer in answers} == {201}
    assert admin.get("/admin/meta-ads/accounts").json()["count"] == 1
