"""Campaigns, their parts and their figures over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

META = "/admin/meta-ads"
URL = f"{META}/campaigns"
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


def make(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"name": "Diwali Sale", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["campaign"]


def get(admin: TestClient, address: str, **params: Any) -> dict[str, Any]:
    answer = admin.get(address, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def synced(engine: Engine) -> None:
    """Campaign a, told by itself and by its ads; b, told by its ads, in dollars."""
    account = {"platform": "meta", "timezone": "UTC", "created_at": NOW}
    campaign = {"status": "ACTIVE", "created_at": NOW, "updated_at": NOW, "remote_state": "present"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("ad_accounts", {"id": "inr", "platform_account_id": "1", "name": "Shop", "currency": "INR"} | account),
        ("ad_accounts", {"id": "usd", "platform_account_id": "2", "name": "Export", "currency": "USD"} | account),
        ("campaigns", {"id": "a", "ad_account_id": "inr", "name": "A", "name_key": "a"} | campaign),
        ("campaigns", {"id": "b", "ad_account_id": "usd", "name": "B", "name_key": "b"} | campaign),
        ("ad_sets", {"id": "as", "campaign_id": "a", "name": "Set", "daily_budget_minor": 500, "created_at": NOW}),
        ("ads", {"id": "ax", "ad_set_id": "as", "name": "Ad", "status": "PAUSED", "created_at": NOW}),
        ("daily_spend", day("a", FIRST, 60_000, n_impressions=3000, n_clicks=12, n_leads=3, n_reach=900)),
        ("daily_spend", day("a", SECOND, 20_000, n_impressions=1000, n_clicks=8, n_leads=1, n_reach=500)),
        ("daily_spend", day("ax", FIRST, 50_000, level="ad", campaign_id="a", ad_set_id="as", ad_id="ax")),
        ("daily_spend", day("b", SECOND, 700, currency="USD", n_purchases=1, purchase_value_minor=900)),
    ]
    with write_transaction(engine) as connection:
        for table, row in rows:
            connection.execute(TABLES[table].insert().values(**row))


def day(object_id: str, on: date, spend_minor: int, **more: Any) -> dict[str, Any]:
    plain = {"level": "campaign", "campaign_id": object_id, "currency": "INR", "n_impressions": 0, "n_clicks": 0}
    return plain | {"object_id": object_id, "on": on, "spend_minor": spend_minor} | more


def test_a_campaign_by_hand_is_stored_and_read_back(admin: TestClient) -> None:
    body = {
        "name": "Diwali Sale",
        "platform": "meta",
        "ad_account_id": "act_42",
        "meta_campaign_id": "2385",
        "status": "ACTIVE",
        "daily_budget": 1500.5,
        "spend": 800.0,
        "impressions": 4000,
        "clicks": 20,
        "leads": 4,
        "starts_at": "2026-03-01",
        "stops_at": "2026-03-09",
    }
    made = make(admin, **body)
    assert made["id"].startswith("camp_")
    assert (made["meta_campaign_id"], made["status"], made["daily_budget"]) == ("2385", "ACTIVE", 1500.5)
    assert (made["spend"], made["impressions"], made["clicks"], made["leads"]) == (800.0, 4000, 20, 4)
    assert (made["ctr"], made["cpc"], made["cpm"], made["cpl"]) == (0.5, 40.0, 200.0, 200.0)
    assert (made["conversions"], made["cpa"], made["roas"]) == (None, None, None)
    # The day begins in Kolkata.
    assert made["starts_at"] == "2026-02-28T18:30:00+00:00"
    whole = get(admin, f"{URL}/{made['id']}")["campaign"]
    assert whole == made | {"ad_sets": [], "ads": [], "insights": []}
    listed = get(admin, URL)
    assert listed == {
        "campaigns": [made], "count": 1, "total": 1, "limit": 50, "offset": 0, "currency": "INR",
    }  # fmt: skip
    account = get(admin, f"{META}/accounts")["accounts"][0]
    assert (account["meta_account_id"], account["currency"], account["timezone"]) == ("42", "INR", "Asia/Kolkata")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 401}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"platform": "tiktok"}, "platform"),
        ({"status": "SLEEPING"}, "status"),
        ({"spend": -1}, "spend"),
        ({"spend": True}, "spend"),
        ({"spend": "many"}, "spend"),
        ({"daily_budget": 1e300}, "daily_budget"),
        ({"clicks": 1.5}, "clicks"),
        ({"leads": -1}, "leads"),
        ({"currency": "RUPEES"}, "currency"),
        ({"starts_at": "2026-02-30"}, "starts_at"),
        ({"clicks": 5}, "spend"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_its_name(
    admin: TestClient, fields: dict[str, Any], named: str
) -> None:
    answer = admin.post(URL, json={"name": "Diwali", **fields})
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "invalid_data"
    assert [issue["path"] for issue in answer.json()["issues"]] == [named]
    assert get(admin, URL)["count"] == 0


def test_a_campaign_by_hand_is_changed_and_removed(admin: TestClient) -> None:
    made = make(admin, spend=80)
    address = f"{URL}/{made['id']}"
    changed = admin.put(address, json={"name": "Holi", "spend": 100}).json()["campaign"]
    assert (changed["name"], changed["spend"], changed["status"]) == ("Holi", 100.0, "UNKNOWN")
    assert admin.put(address, json={"name": None}).status_code == 400
    assert admin.post(URL, json={"name": "holi"}).status_code == 409
    assert admin.delete(address).json() == {"id": made["id"], "deleted": True}
    for answer in (admin.get(address), admin.delete(address), admin.put(address, json={})):
        assert answer.status_code == 404
        assert made["id"] in answer.json()["message"]


@pytest.mark.usefixtures("synced")
def test_a_campaign_of_the_platform_is_changed_there(admin: TestClient) -> None:
    assert admin.put(f"{URL}/a", json={"name": "Z"}).status_code == 409
    assert admin.delete(f"{URL}/a").status_code == 409


@pytest.mark.usefixtures("synced")
def test_totals_have_the_names_of_the_contract_and_ratios_of_sums(admin: TestClient) -> None:
    answer = get(admin, f"{URL}/totals", ad_account_id="inr")
    assert answer["totals"].items() >= {
        "spend": 800.0, "impressions": 4000, "clicks": 20, "link_clicks": 0, "leads": 4.0, "reach": None,
        "conversions": 0, "ctr": 0.5, "cpc": 40.0, "cpm": 200.0, "cpl": 200.0, "cpa": 0, "campaign_count": 1,
    }.items()  # fmt: skip
    assert (answer["currency"], answer["unconverted"]) == ("INR", [])
    one_day = get(admin, f"{URL}/totals", ad_account_id="inr", from_date="2026-03-01", to_date="2026-03-01")
    assert (one_day["totals"]["spend"], one_day["totals"]["reach"]) == (600.0, 900)


@pytest.mark.usefixtures("synced")
def test_totals_name_what_has_no_rate_and_leave_its_ratios_open(admin: TestClient) -> None:
    answer = get(admin, f"{URL}/totals")
    assert answer["unconverted"] == [{"currency": "USD", "count": 1, "value": 7.0}]
    assert answer["totals"]["spend"] == 800.0
    assert (answer["totals"]["cpc"], answer["totals"]["roas"]) == (None, None)


def test_totals_of_nothing_are_zero_where_there_is_nothing_to_divide(admin: TestClient) -> None:
    totals = get(admin, f"{URL}/totals")["totals"]
    assert (totals["spend"], totals["clicks"], totals["campaign_count"]) == (0.0, 0, 0)
    assert (totals["ctr"], totals["cpc"], totals["cpm"]) == (0, 0, 0)
    assert (totals["leads"], totals["cpl"], totals["cpa"], totals["roas"], totals["reach"]) == (0, 0, 0, 0, 0)


@pytest.mark.usefixtures("synced")
def test_the_list_is_filtered_searched_and_sorted(admin: TestClient) -> None:
    def found(**params: Any) -> list[str]:
        return [row["id"] for row in get(admin, URL, **params)["campaigns"]]

    assert found() == ["a", "b"]
    assert found(sort="name") == ["b", "a"]
    assert found(sort="name", descending=False, limit=1) == ["a"]
    assert found(ad_account_id="usd") == ["b"]
    assert found(status="active", platform="google") == []
    assert found(q="b") == ["b"]
    assert get(admin, URL, limit=0)["count"] == 2
    days = get(admin, URL, from_date="2026-03-02", to_date="2026-03-02", ad_account_id="inr")["campaigns"]
    assert days[0]["spend"] == 200.0


@pytest.mark.parametrize(
    "params",
    [{"platform": "tiktok"}, {"sort": "colour"}, {"limit": 1001}, {"offset": -1}, {"from_date": "x"}, {"q": "\x00"}],
)
def test_a_list_that_cannot_be_is_refused(admin: TestClient, params: dict[str, Any]) -> None:
    answer = admin.get(URL, params=params)
    assert answer.status_code == 400
    assert next(iter(params)) in answer.json()["message"]


@pytest.mark.usefixtures("synced")
def test_one_campaign_comes_with_its_parts_and_days(admin: TestClient) -> None:
    campaign = get(admin, f"{URL}/a")["campaign"]
    assert (campaign["spend"], campaign["ad_account_name"], campaign["account_currency"]) == (800.0, "Shop", "INR")
    assert [(row["id"], row["spend"], row["daily_budget"]) for row in campaign["ad_sets"]] == [("as", 500.0, 5.0)]
    assert [(row["id"], row["spend"], row["status"]) for row in campaign["ads"]] == [("ax", 500.0, "PAUSED")]
    assert [(row["date"], row["spend"], row["cpl"]) for row in campaign["insights"]] == [
        ("2026-03-01", 600.0, 200.0),
        ("2026-03-02", 200.0, 200.0),
    ]
    part = get(admin, f"{URL}/a", from_date="2026-03-02")["campaign"]
    assert (part["spend"], part["ads"][0]["spend"], len(part["insights"])) == (200.0, 0.0, 1)


@pytest.mark.usefixtures("synced")
def test_what_accounts_hold_is_listed(admin: TestClient) -> None:
    assert [row["name"] for row in get(admin, f"{META}/accounts", platform="meta")["accounts"]] == ["Export", "Shop"]
    sets = get(admin, f"{META}/adsets", campaign_id="a")
    assert ([row["id"] for row in sets["adsets"]], sets["count"]) == (["as"], 1)
    ads = get(admin, f"{META}/ads", ad_set_id="as", status="paused")
    assert ([row["id"] for row in ads["ads"]], ads["count"]) == (["ax"], 1)
    days = get(admin, f"{META}/insights", level="campaign", limit=1)
    assert days["count"] == 3
    assert days["insights"][0].items() >= {"date": "2026-03-02", "spend": 200.0, "reach": 500}.items()
    dollars = get(admin, f"{META}/insights", ad_account_id="usd")["insights"]
    assert [(row["currency"], row["spend"], row["conversion_value"]) for row in dollars] == [("USD", 7.0, 9.0)]
    assert admin.get(f"{META}/insights", params={"level": "account"}).status_code == 400


def test_campaigns_are_for_those_with_a_key(public: TestClient) -> None:
    for address in (URL, f"{URL}/totals", f"{URL}/a", f"{META}/sync"):
        assert public.get(address).status_code == 401
