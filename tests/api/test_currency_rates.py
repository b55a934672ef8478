"""Currency rates by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.rates.amounts import NOW, sell

ADDRESS = "/admin/ad-planning/currency-rates"
RATE: dict[str, Any] = {"currency": "usd", "in_currency": "INR", "on": "2026-11-03", "rate": 88.5}


def test_a_rate_is_told_corrected_listed_and_deleted(admin: TestClient) -> None:
    first, again = admin.post(ADDRESS, json=RATE), admin.post(ADDRESS, json=RATE | {"rate": 88.75})
    assert (first.status_code, again.status_code) == (201, 200)
    told = again.json()["currency_rate"]
    assert (told["id"], told["currency"], told["rate"]) == ("USD-INR-2026-11-03", "USD", 88.75)
    assert (told["told_by"], told["told_at"] is None) == ("API: admin key", False)
    admin.post(ADDRESS, json=RATE | {"currency": "EUR"})
    listed = admin.get(ADDRESS, params={"currency": "usd"}).json()
    assert ([one["id"] for one in listed["currency_rates"]], listed["count"]) == (["USD-INR-2026-11-03"], 1)
    assert admin.get(ADDRESS).json()["count"] == 2
    assert admin.delete(f"{ADDRESS}/USD-INR-2026-11-03").json() == {"id": "USD-INR-2026-11-03", "deleted": True}
    assert admin.delete(f"{ADDRESS}/USD-INR-2026-11-03").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"rate": 1e300}, "rate"),
        ({"currency": "inr"}, "currency"),
        ({"currency": "rupee"}, "currency"),
        ({"on": "2199-01-01"}, "on"),
        ({"on": "yesterday"}, "on"),
    ],
)
def test_what_can_be_no_rate_is_refused(admin: TestClient, wrong: dict[str, Any], path: str) -> None:
    answer = admin.post(ADDRESS, json=RATE | wrong)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, path)
    assert admin.get(ADDRESS).json()["count"] == 0


def test_coverage_tells_the_days_that_lack_a_rate(admin: TestClient, engine: Engine) -> None:
    sell(engine, "USD", NOW, 3)
    [dollars] = admin.get(f"{ADDRESS}/coverage").json()["currencies"]
    assert (dollars["amounts"], dollars["amounts_without_rate"], dollars["sources"]) == (3, 3, ["conversions"])
    day = NOW.date().isoformat()
    assert dollars["gaps"] == [{"first_on": day, "last_on": day, "days": 1, "amounts": 3}]
    admin.post(ADDRESS, json=RATE | {"on": day})
    [dollars] = admin.get(f"{ADDRESS}/coverage").json()["currencies"]
    assert (dollars["amounts_without_rate"], dollars["gaps"]) == (0, [])


def test_a_rate_makes_the_sums_whole(admin: TestClient, engine: Engine) -> None:
    sell(engine, "USD", NOW, 3)
    stats = "/admin/ad-planning/conversions/stats?from_date=2026-11-01"
    assert admin.get(stats).json()["total_value"] == 0
    admin.post(ADDRESS, json=RATE)
    assert admin.get(stats).json()["total_value"] == 3 * 100 * 88.5
