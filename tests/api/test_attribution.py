"""Touchpoints and their credit over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.core.names import name_key
from adplanning.store.session import writing
from adplanning.store.tables.ads import AdAccount, Campaign, DailySpend

URL = "/admin/ad-planning/attribution"
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


@pytest.fixture
def campaigns(engine: Engine) -> None:
    """Two campaigns of a Meta account; the quilts cost ₹200 on 1 March."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with writing(engine) as session:
        session.add(
            AdAccount(
                id="acc_1", platform="meta", platform_account_id="1", name="Shop", currency="INR",
                timezone="Asia/Kolkata", created_at=now,
            )
        )  # fmt: skip
        session.flush()
        for campaign_id, name in (("camp_quilts", "Quilts March"), ("camp_towels", "Towels")):
            session.add(
                Campaign(
                    id=campaign_id, ad_account_id="acc_1", name=name, name_key=name_key(name), status="active",
                    created_at=now, updated_at=now,
                )
            )  # fmt: skip
        session.flush()
        session.add(
            DailySpend(
                object_id="camp_quilts", on=date(2026, 3, 1), level="campaign", campaign_id="camp_quilts",
                spend_minor=20_000, currency="INR", n_impressions=1000, n_clicks=10,
            )
        )  # fmt: skip


def touch(admin: TestClient, day: int, **fields: Any) -> dict[str, Any]:
    body = {"visitor_id": "v", "session_started_at": f"2026-03-{day:02}T10:00:00+05:30", **fields}
    answer = admin.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["attribution"]


def buy(admin: TestClient, day: int, value: float, **fields: Any) -> None:
    at = f"2026-03-{day:02}T12:00:00+05:30"
    body = {"visitor_id": "v", "conversion_type": "purchase", "conversion_value": value, "converted_at": at, **fields}
    assert admin.post("/admin/ad-planning/conversions", json=body).status_code == 201


def report(admin: TestClient, **params: Any) -> dict[str, Any]:
    answer = admin.get(f"{URL}/report", params={**MARCH, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_touchpoint_made_by_hand_is_manual(admin: TestClient) -> None:
    made = touch(admin, 1, ad_campaign_id="camp_1", utm_source="FB", analytics_session_id="s-1", session_pageviews=3)
    assert made["id"].startswith("attr_")
    assert (made["platform"], made["is_resolved"], made["resolution_method"]) == ("meta", True, "manual")
    assert made["session_started_at"] == "2026-03-01T04:30:00+00:00"


def test_a_session_is_one_touchpoint(admin: TestClient) -> None:
    touch(admin, 1, analytics_session_id="s-1")
    again = admin.post(URL, json={"visitor_id": "w", "analytics_session_id": "s-1"})
    assert (again.status_code, again.json()["type"]) == (409, "conflict")


@pytest.mark.usefixtures("campaigns")
def test_the_way_of_one_number(admin: TestClient) -> None:
    # Quilts on the 1st and 8th, towels on the 15th, one order of ₹1,000 on the 15th; half-life 7 days.
    touch(admin, 1, ad_campaign_id="camp_quilts")
    touch(admin, 8, ad_campaign_id="camp_quilts")
    touch(admin, 15, ad_campaign_id="camp_towels")
    buy(admin, 15, 1000)
    buy(admin, 20, 500, visitor_id="nobody-touched")
    found = report(admin, attribution_model="all")
    assert (found["by"], found["lookback_days"], found["half_life_days"], found["currency"]) == (
        "campaign",
        30,
        7,
        "INR",
    )
    credited = {
        model["model"]: {row["key"]: (row["credited_conversions"], row["credited_value"]) for row in model["rows"]}
        for model in found["models"]
    }
    assert credited == {
        "last_click": {"camp_towels": (1, 1000), "camp_quilts": (0, 0)},
        "first_click": {"camp_quilts": (1, 1000), "camp_towels": (0, 0)},
        "linear": {"camp_quilts": (pytest.approx(2 / 3), 666.67), "camp_towels": (pytest.approx(1 / 3), 333.33)},
        # Weights 1/4, 1/2 and 1, that is 1/7, 2/7 and 4/7.
        "time_decay": {"camp_quilts": (pytest.approx(3 / 7), 428.57), "camp_towels": (pytest.approx(4 / 7), 571.43)},
        "position_based": {"camp_quilts": (pytest.approx(0.6), 600), "camp_towels": (pytest.approx(0.4), 400)},
        # All touchpoints came through one channel, which thus weighs alike everywhere.
        "markov": {"camp_quilts": (pytest.approx(2 / 3), 666.67), "camp_towels": (pytest.approx(1 / 3), 333.33)},
        "shapley": {"camp_quilts": (pytest.approx(2 / 3), 666.67), "camp_towels": (pytest.approx(1 / 3), 333.33)},
    }
    for model in found["models"]:
        assert model["unattributed"] == {"conversions": 1, "value": 500}
        assert model["totals"] == {"conversions": 2, "value": 1500, "spend": 200}
        values = sum(row["credited_value"] for row in model["rows"]) + model["unattributed"]["value"]
        assert values == pytest.approx(1500)
    quilts = next(row for row in found["models"][0]["rows"] if row["key"] == "camp_quilts")
    assert quilts["name"] == "Quilts March"
    assert (quilts["spend"], quilts["roas"], quilts["cost_per_conversion"], quilts["share"]) == (200, 0, None, 0)
    linear = next(model for model in found["models"] if model["model"] == "linear")
    quilts = next(row for row in linear["rows"] if row["key"] == "camp_quilts")
    assert quilts["roas"] == pytest.approx(666.67 / 200)
    assert quilts["cost_per_conversion"] == pytest.approx(300)
    assert quilts["share"] == pytest.approx(1 / 3)


@pytest.mark.usefixtures("campaigns")
def test_devices_of_a_person_are_one_path(admin: TestClient) -> None:
    touch(admin, 1, visitor_id="phone", ad_campaign_id="camp_quilts")
    touch(admin, 2, visitor_id="laptop", ad_campaign_id="camp_towels")
    person = admin.post("/admin/persons", json={"email": "asha@example.in"}).json()["person"]["id"]
    for visitor in ("phone", "laptop"):
        admin.post(
            "/admin/ad-planning/journeys", json={"visitor_id": visitor, "person_id": person, "event_type": "page_view"}
        )
    buy(admin, 3, 100, visitor_id="laptop", person_id=person)
    [model] = report(admin, attribution_model="linear")["models"]
    assert {row["key"]: row["credited_value"] for row in model["rows"]} == {"camp_quilts": 50, "camp_towels": 50}


def test_a_touchpoint_older_than_the_lookback_earns_nothing(admin: TestClient) -> None:
    touch(admin, 1, ad_campaign_id="camp_1")
    buy(admin, 9, 100)
    [near] = report(admin, lookback_days=8)["models"]
    [far] = report(admin, lookback_days=9)["models"]
    assert near["unattributed"]["conversions"] == 1
    assert far["unattributed"]["conversions"] == 0


@pytest.mark.parametrize(
    ("by", "keys"),
    [("source", {"fb"}), ("medium", {"cpc"}), ("day", {"2026-03-09"}), ("channel", {"paid social"})],
)
def test_a_report_is_broken_down_by_what_is_asked(admin: TestClient, by: str, keys: set[str]) -> None:
    touch(admin, 1, utm_source="FB", utm_medium="cpc")
    buy(admin, 9, 100)
    [model] = report(admin, by=by)["models"]
    assert {row["key"] for row in model["rows"]} == keys


@pytest.mark.usefixtures("campaigns")
def test_a_list_row_tells_what_the_touchpoint_earned(admin: TestClient) -> None:
    first = touch(admin, 1, ad_campaign_id="camp_quilts")
    last = touch(admin, 2, utm_source="newsletter")
    buy(admin, 3, 100)
    idle = touch(admin, 20)
    found = admin.get(URL, params={"attribution_model": "position_based"}).json()
    assert [row["id"] for row in found["attributions"]] == [idle["id"], last["id"], first["id"]]
    assert (found["count"], found["limit"], found["offset"]) == (3, 50, 0)
    shown = {row["id"]: row for row in found["attributions"]}
    assert shown[first["id"]].items() >= {
        "campaign_name": "Quilts March", "model": "position_based", "touch_type": "first", "converted": True,
        "conversion_value": 50, "ad_spend": 200, "date": first["session_started_at"],
    }.items()  # fmt: skip
    assert shown[last["id"]]["touch_type"] == "last"
    assert (shown[idle["id"]]["converted"], shown[idle["id"]]["conversion_value"]) == (False, 0)
    resolved = admin.get(URL, params={"is_resolved": "true"}).json()
    assert [row["id"] for row in resolved["attributions"]] == [first["id"]]


def test_a_credited_value_without_a_rate_is_unknown_in_the_list_not_nothing(admin: TestClient) -> None:
    touch(admin, 1)
    buy(admin, 2, 100, currency="USD")
    [row] = admin.get(URL).json()["attributions"]
    assert (row["converted"], row["conversion_value"]) == (True, None)


def test_statistics_count_sessions_by_what_they_came_from(admin: TestClient) -> None:
    touch(admin, 1, ad_campaign_id="camp_1", utm_source="fb", session_pageviews=4)
    touch(admin, 2, ad_campaign_id="camp_1", utm_source="fb", session_pageviews=1)
    touch(admin, 3, utm_source="google")
    found = admin.get(f"{URL}/stats", params=MARCH).json()
    assert found["totals"] == {
        "total_sessions": 3,
        "resolved_sessions": 2,
        "unresolved_sessions": 1,
        "resolution_rate": pytest.approx(200 / 3),
    }
    assert found["by_platform"] == {"meta": 2, "google": 1}
    assert found["by_campaign"] == [
        {"campaign_id": "camp_1", "sessions": 2, "pageviews": 5},
        {"campaign_id": "unattributed", "sessions": 1, "pageviews": 0},
    ]
    assert found["by_utm_source"][0] == {"source": "fb", "count": 2}
    assert admin.get(f"{URL}/stats", params={"to_date": "2020-01-01"}).json()["totals"]["total_sessions"] == 0


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"attribution_model": "last-click"}, "attribution_model"),
        ({"by": "planet"}, "by"),
        ({"lookback_days": 0}, "lookback_days"),
        ({"half_life_days": 0}, "half_life_days"),
        ({"half_life_days": "nan"}, "half_life_days"),
        ({"attribution_model": "markov", "markov_order": 4}, "markov_order"),
        ({"attribution_model": "shapley", "shapley_by": "chance"}, "shapley_by"),
        ({"first_weight": 0.7, "last_weight": 0.4}, "first_weight"),
        ({"conversion_type": "sale"}, "conversion_type"),
    ],
)
def test_a_bad_report_is_refused_by_name(admin: TestClient, params: dict[str, Any], words: str) -> None:
    answer = admin.get(f"{URL}/report", params=params)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def recent(admin: TestClient, **params: Any) -> dict[str, Any]:
    """The report of all time, so of what was just told."""
    return admin.get(f"{URL}/report", params=params).json()


def test_what_stands_behind_a_number_adds_up_to_it(admin: TestClient) -> None:
    for n, (campaign, days) in enumerate((("a", 6), ("b", 4), ("a", 2))):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        touch = {"visitor_id": "v", "utm_source": campaign, "session_started_at": at, "analytics_session_id": f"s{n}"}
        assert admin.post(URL, json=touch).status_code == 201
    sold = {"visitor_id": "v", "conversion_type": "purchase", "conversion_value": 100}
    for _ in range(2):
        assert admin.post("/admin/ad-planning/conversions", json=sold).status_code == 201
    for model in ("last_click", "linear", "position_based", "shapley"):
        asked = {"attribution_model": model, "by": "source"}
        rows = recent(admin, **asked)["models"][0]["rows"]
        assert {row["key"] for row in rows} == {"a", "b"}
        for row in rows:
            behind = admin.get(f"{URL}/report/touchpoints", params={**asked, "key": row["key"], "limit": 1}).json()
            assert behind["credited_conversions"] == pytest.approx(row["credited_conversions"])
            assert behind["credited_value"] == row["credited_value"]
            assert behind["count"] == (4 if row["key"] == "a" else 2)
            assert len(behind["touchpoints"]) == 1


def test_the_ways_to_conversions_are_told_with_those_that_had_none(admin: TestClient) -> None:
    at = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    admin.post(URL, json={"visitor_id": "v", "utm_source": "news", "utm_medium": "email", "session_started_at": at})
    for visitor in ("v", "v", "w"):
        sold = {"visitor_id": visitor, "conversion_type": "purchase", "conversion_value": 100}
        admin.post("/admin/ad-planning/conversions", json=sold)
    paths = admin.get(f"{URL}/report/paths").json()
    assert (paths["conversions"], paths["without_touchpoint"]) == (3, 1)
    assert [(row["sequence"], row["conversions"], row["value"]) for row in paths["top_paths"]] == [("email", 2, 200)]
    assert [(row["days"], row["conversions"]) for row in paths["time_lags"]] == [(3, 2)]
    assert {row["is_new"]: row["n_conversions"] for row in paths["new_and_returning"]} == {True: 2, False: 1}


def test_too_few_persons_have_no_interval_and_the_reason_is_told(admin: TestClient) -> None:
    admin.post(URL, json={"visitor_id": "v", "utm_source": "news", "utm_medium": "email"})
    admin.post("/admin/ad-planning/conversions", json={"visitor_id": "v", "conversion_type": "purchase"})
    [channel] = admin.get(f"{URL}/report/intervals", params={"attribution_model": "markov"}).json()["channels"]
    assert (channel["channel"], channel["credited_conversions"], channel["share_low"]) == ("email", 1, None)
    assert "an interval needs" in channel["reason"]


def test_a_goals_own_window_is_used_and_told_and_may_be_overruled(admin: TestClient) -> None:
    made = admin.post(
        "/admin/ad-planning/goals",
        json={"name": "Big", "goal_type": "purchase", "lookback_days": 2, "default_value": 7},
    )
    goal_id = made.json()["goal"]["id"]
    at = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    admin.post(URL, json={"visitor_id": "v", "utm_source": "news", "session_started_at": at})
    admin.post("/admin/ad-planning/conversions", json={"visitor_id": "v", "conversion_type": "purchase"})
    admin.post("/admin/ad-planning/conversions", json={"visitor_id": "v", "conversion_type": "add_to_cart"})
    own, longer = recent(admin, goal_id=goal_id), recent(admin, goal_id=goal_id, lookback_days=9)
    assert (own["lookback_days"], longer["lookback_days"]) == (2, 9)
    assert own["models"][0]["unattributed"] == {"conversions": 1, "value": 7}
    assert longer["models"][0]["unattributed"] == {"conversions": 0, "value": 0}
    assert admin.get(f"{URL}/report", params={"goal_id": "goal_none"}).status_code == 404
