"""Conversions over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/admin/ad-planning/conversions"


def sell(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(URL, json={"visitor_id": "vis_1", "conversion_type": "purchase", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["conversion"]


def test_the_example_of_the_guide_is_stored_and_read_back(admin: TestClient) -> None:
    body = {
        "visitor_id": "vis_abc123",
        "conversion_type": "purchase",
        "conversion_value": 4999,
        "currency": "INR",
        "order_id": "order_xyz",
        "utm_source": "facebook",
        "utm_campaign": "summer_sale",
    }
    made = sell(admin, **body)
    assert made.items() >= body.items()
    assert made["id"].startswith("conv_")
    assert made["platform"] == "meta"
    assert (made["attribution_model"], made["attribution_weight"], made["goal_ids"]) == ("last_click", 1.0, [])
    assert admin.get(f"{URL}/{made['id']}").json()["conversion"] == made


def test_an_order_is_one_purchase_and_the_second_is_a_conflict(admin: TestClient) -> None:
    first = sell(admin, order_id="o-1")
    again = admin.post(URL, json={"visitor_id": "other", "conversion_type": "purchase", "order_id": "o-1"})
    assert again.status_code == 409
    assert again.json()["type"] == "conflict"
    assert first["id"] in again.json()["message"]
    assert again.json()["error"] == again.json()["message"]
    cart = admin.post(URL, json={"visitor_id": "v", "conversion_type": "add_to_cart", "order_id": "o-1"})
    assert cart.status_code == 201, "only purchases are one an order"


def test_money_is_exact_to_the_minor_unit(admin: TestClient) -> None:
    sell(admin, conversion_value=0.1)
    sell(admin, conversion_value="0.2")
    sell(admin, conversion_value=19.995)
    assert admin.get(f"{URL}/stats").json()["total_value"] == 20.30


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"conversion_type": "refund"}, "conversion_type"),
        ({"visitor_id": None}, "visitor_id"),
        ({"visitor_id": "  "}, "visitor_id"),
        ({"visitor_id": 12}, "visitor_id"),
        ({"conversion_value": -1}, "conversion_value"),
        ({"conversion_value": "many"}, "conversion_value"),
        ({"conversion_value": True}, "conversion_value"),
        ({"conversion_value": 1e300}, "conversion_value"),
        ({"currency": "RUPEES"}, "currency"),
        ({"converted_at": "2026-02-30T10:00:00Z"}, "converted_at"),
        ({"converted_at": "0001-01-01T00:00:00+14:00"}, "converted_at"),
        ({"converted_at": 1700000000}, "converted_at"),
        ({"attribution_weight": 2}, "attribution_weight"),
        ({"attribution_model": "guess"}, "attribution_model"),
        ({"platform": "tiktok"}, "platform"),
        ({"metadata": ["a"]}, "metadata"),
        ({"metadata": {"a": "b\x00"}}, "metadata"),
        ({"utm_campaign": "a\x00b"}, "utm_campaign"),
        ({"utm_campaign": "x" * 2001}, "utm_campaign"),
        ({"utm_campaign": "\ud800"}, "utm_campaign"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_stored(
    admin: TestClient, fields: dict[str, Any], named: str
) -> None:
    body = {"visitor_id": "v", "conversion_type": "purchase", **fields}
    answer = admin.post(URL, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    refusal = answer.json()
    assert refusal["type"] == "invalid_data"
    assert refusal["issues"][0]["path"].startswith(named)
    assert named in refusal["message"]
    assert admin.get(URL).json()["count"] == 0


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', '{"conversion_value": NaN}', "[" * 100_000])
def test_a_body_that_is_no_object_is_refused(admin: TestClient, body: str) -> None:
    answer = admin.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "invalid_data"


def test_nan_and_infinity_are_no_money(admin: TestClient) -> None:
    for number in ("NaN", "Infinity", "-Infinity", "1e400"):
        body = f'{{"visitor_id": "v", "conversion_type": "purchase", "conversion_value": {number}}}'
        answer = admin.post(URL, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, number
        assert "conversion_value" in answer.json()["message"]


def test_a_list_is_newest_first_and_counts_all_matches(admin: TestClient) -> None:
    for day in (3, 1, 2):
        sell(admin, converted_at=f"2026-10-0{day}T12:00:00+05:30", utm_source="google")
    sell(admin, converted_at="2026-10-04T12:00:00+05:30")
    found = admin.get(URL, params={"limit": 2, "platform": "google"}).json()
    assert [row["converted_at"][:10] for row in found["conversions"]] == ["2026-10-03", "2026-10-02"]
    assert (found["count"], found["limit"], found["offset"]) == (3, 2, 0)
    rest = admin.get(URL, params={"limit": 2, "offset": 2, "platform": "google"}).json()
    assert [row["converted_at"][:10] for row in rest["conversions"]] == ["2026-10-01"]


def test_a_bare_date_means_that_whole_day_of_the_reporting_zone(admin: TestClient) -> None:
    sell(admin, converted_at="2026-10-01T00:00:00+05:30")
    sell(admin, converted_at="2026-10-01T23:59:59.999999+05:30")
    sell(admin, converted_at="2026-10-02T00:00:00+05:30")
    found = admin.get(URL, params={"from_date": "2026-10-01", "to_date": "2026-10-01"}).json()
    assert found["count"] == 2


def test_bounds_given_as_instants_are_inclusive(admin: TestClient) -> None:
    sell(admin, converted_at="2026-10-01T10:00:00Z")
    at = "2026-10-01T10:00:00Z"
    assert admin.get(URL, params={"from_date": at, "to_date": at}).json()["count"] == 1


@pytest.mark.parametrize(
    "params",
    [
        {"limit": -1},
        {"limit": 1001},
        {"limit": "ten"},
        {"offset": -1},
        {"offset": 10**30},
        {"platform": "tiktok"},
        {"conversion_type": "x"},
        {"from_date": "2026-02-30"},
        {"from_date": "2026-10-02", "to_date": "2026-10-01"},
        {"utm_source": "a\x00"},
    ],
)
def test_a_bad_filter_is_refused(admin: TestClient, params: dict[str, Any]) -> None:
    answer = admin.get(URL, params=params)
    assert answer.status_code == 400
    assert next(iter(params)) in answer.json()["message"] or "to_date" in answer.json()["message"]


def test_an_unknown_parameter_is_ignored(admin: TestClient) -> None:
    assert admin.get(URL, params={"colour": "red"}).status_code == 200


def test_statistics_cover_all_rows_of_the_last_30_days(admin: TestClient) -> None:
    sell(admin, visitor_id="a", conversion_value=100, utm_source="fb", order_id="1")
    sell(admin, visitor_id="a", conversion_value=50, utm_source="google", order_id="2")
    sell(admin, visitor_id="b", conversion_type="add_to_cart", conversion_value=10)
    sell(admin, visitor_id="c", conversion_value=999, converted_at="2020-01-01T00:00:00Z", order_id="3")
    admin.post("/admin/ad-planning/journeys", json={"visitor_id": "d", "event_type": "page_view"})
    found = admin.get(f"{URL}/stats").json()
    assert found["totals"] == {
        "total_conversions": 3,
        "total_value": 160.0,
        "conversion_rate": pytest.approx(100 * 2 / 3),
        "by_type": {"add_to_cart": 1, "purchase": 2},
        "by_platform": {"direct": 1, "google": 1, "meta": 1},
    }
    assert {key: found[key] for key in ("total_conversions", "total_value", "by_type")} == {
        key: found["totals"][key] for key in ("total_conversions", "total_value", "by_type")
    }
    assert sum(row["count"] for row in found["time_series"]) == 3
    assert found["unconverted"] == []


def test_without_visitors_the_rate_is_unknown_not_zero(admin: TestClient) -> None:
    assert admin.get(f"{URL}/stats").json()["conversion_rate"] is None


def test_a_value_in_a_currency_without_a_rate_is_listed_apart(admin: TestClient) -> None:
    sell(admin, conversion_value=100)
    sell(admin, conversion_value=20, currency="USD")
    found = admin.get(f"{URL}/stats").json()
    assert found["total_value"] == 100
    assert found["total_conversions"] == 2
    assert found["unconverted"] == [{"currency": "USD", "count": 1, "value": 20.0}]


@pytest.mark.parametrize(
    ("group_by", "series"),
    [
        ("day", [("date", "2026-09-30", 1), ("date", "2026-10-01", 2)]),
        ("week", [("date", "2026-09-28", 3)]),
        ("month", [("date", "2026-09-01", 1), ("date", "2026-10-01", 2)]),
        ("conversion_type", [("type", "add_to_cart", 1), ("type", "purchase", 2)]),
        ("platform", [("platform", "direct", 2), ("platform", "meta", 1)]),
        ("campaign", [("campaign_id", "camp_1", 1), ("campaign_id", None, 2)]),
    ],
)
def test_a_series_is_grouped_by_days_of_the_reporting_zone(
    admin: TestClient, group_by: str, series: list[tuple[str, str | None, int]]
) -> None:
    # 30 September 18:29 UTC is still the 30th in Kolkata, 18:30 is the 1st of October.
    sell(admin, converted_at="2026-09-30T18:29:00Z", conversion_type="add_to_cart")
    sell(admin, converted_at="2026-09-30T18:30:00Z", ad_campaign_id="camp_1")
    sell(admin, converted_at="2026-10-01T10:00:00Z", utm_source="ig")
    params = {"from_date": "2026-09-01", "to_date": "2026-10-31", "group_by": group_by}
    found = admin.get(f"{URL}/stats", params=params).json()
    assert [
        (key, row[key], row["count"]) for row in found["time_series"] for key in row if key not in ("count", "value")
    ] == series


def test_a_change_touches_only_what_may_change(admin: TestClient) -> None:
    made = sell(admin, conversion_value=10, order_id="o")
    changed = admin.put(
        f"{URL}/{made['id']}", json={**made, "conversion_value": 12.5, "metadata": {"note": "corrected"}}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["conversion"] == {**made, "conversion_value": 12.5, "metadata": {"note": "corrected"}}
    refused = admin.put(f"{URL}/{made['id']}", json={"order_id": "another"})
    assert refused.status_code == 400
    assert "order_id" in refused.json()["message"]
    assert admin.put(f"{URL}/{made['id']}", json={"platform": None}).status_code == 400


def test_what_is_deleted_is_gone(admin: TestClient) -> None:
    made = sell(admin)
    assert admin.delete(f"{URL}/{made['id']}").json() == {"id": made["id"], "deleted": True}
    for call in (admin.get, admin.delete):
        answer = call(f"{URL}/{made['id']}")
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_what_is_refunded_is_taken_out_of_the_value_once(admin: TestClient) -> None:
    made = sell(admin, conversion_value=1000, order_id="o-9")
    for _ in range(2):
        changed = admin.put(f"{URL}/{made['id']}", json={"refunded_value": 300}).json()["conversion"]
        assert (changed["conversion_value"], changed["refunded_value"]) == (700, 300)
    assert admin.get(f"{URL}/stats").json()["total_value"] == 700
    refused = admin.put(f"{URL}/{made['id']}", json={"refunded_value": 1001})
    assert refused.status_code == 400
    assert "refunded_value: 1001.0 INR is more than the 1000.0 that were paid" in refused.json()["message"]


def test_a_cancelled_order_is_in_no_number_until_it_is_restored(admin: TestClient) -> None:
    goal = admin.post("/admin/ad-planning/goals", json={"name": "Sale", "goal_type": "purchase"}).json()["goal"]
    made = sell(admin, conversion_value=1000)
    cancelled = admin.put(f"{URL}/{made['id']}", json={"cancelled": True}).json()["conversion"]
    assert cancelled["cancelled_at"] is not None
    assert cancelled["goal_ids"] == []
    assert admin.get(f"{URL}/stats").json()["total_conversions"] == 0
    report = admin.get("/admin/ad-planning/attribution/report").json()["models"][0]
    assert (report["totals"]["conversions"], report["unattributed"]["value"]) == (0, 0)
    restored = admin.put(f"{URL}/{made['id']}", json={"cancelled": False}).json()["conversion"]
    assert (restored["cancelled_at"], restored["goal_ids"]) == (None, [goal["id"]])
    assert admin.get(f"{URL}/stats").json()["total_value"] == 1000
