"""Response curves, splits and plans over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.forecasts.curve_service import fit_curves, keep_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.response import NotFitted, ResponseFit
from adplanning.store.session import writing
from tests.forecasts.told import KOLKATA, USUAL, advertised, lived

URL = "/admin/ad-planning/budgets"
# The shop is the same in each test, and so are its curves.
FITTED: dict[date, dict[Outcome, dict[str, ResponseFit | NotFitted]]] = {}


@pytest.fixture
def today() -> date:
    return datetime.now(KOLKATA).date()


@pytest.fixture
def shop(engine: Engine, today: date) -> Engine:
    """Two campaigns with response curves up to yesterday, and one that never spent."""
    yesterday = today - timedelta(days=1)
    advertised(engine, "camp_a", "camp_bb", "camp_new")
    for campaign_id in ("camp_a", "camp_bb"):
        lived(engine, campaign_id, days=60, until=yesterday)
    if yesterday not in FITTED:
        histories = campaign_histories(engine, **{**USUAL, "as_of_on": yesterday})
        FITTED[yesterday] = {outcome: fit_curves(histories, outcome) for outcome in Outcome}
    with writing(engine) as session:
        for outcome, fits in FITTED[yesterday].items():
            keep_curves(session, fits, outcome, as_of_on=yesterday, currency="INR", now=datetime.now(UTC))
    return engine


def body(today: date, **changed: Any) -> dict[str, Any]:
    """A total that is 2000.00 a day for ten days."""
    days = {"first_on": str(today - timedelta(days=5)), "last_on": str(today + timedelta(days=4))}
    return {"total": 20_000, **days, **changed}


def test_curves_are_shown_in_major_units(admin: TestClient, shop: Engine) -> None:
    found = admin.get(f"{URL}/curves").json()
    assert (found["count"], [curve["campaign_id"] for curve in found["curves"]]) == (2, ["camp_a", "camp_bb"])
    curve = found["curves"][0]
    assert 500 < curve["usual_spend"] < 2000
    assert curve["params"]["usual_spend"] == pytest.approx(curve["usual_spend"], abs=0.01)
    assert admin.get(f"{URL}/curves", params={"outcome": "clicks"}).status_code == 400


def test_the_best_split_adds_up_and_its_last_units_of_money_bring_alike(
    admin: TestClient, shop: Engine, today: date
) -> None:
    split = admin.post(f"{URL}/split", json=body(today)).json()["split"]
    rows = split["campaigns"]
    assert (split["outcome"], split["currency"], split["total"]) == ("revenue", "INR", 2000)
    assert sum(row["spend"] for row in rows) == pytest.approx(2000, abs=0.02)
    assert split["expected"] == pytest.approx(sum(row["result"] for row in rows), abs=0.02)
    assert split["expected_lower"] <= split["expected"] <= split["expected_upper"]
    free = [row["marginal"] for row in rows if row["least"] < row["spend"] < row["most"]]
    assert max(free) == pytest.approx(min(free), rel=1e-3)


def test_conversions_are_told_by_the_unit_of_money_that_is_shown(admin: TestClient, shop: Engine, today: date) -> None:
    split = admin.post(f"{URL}/split", json=body(today, target="cpa", target_value=500)).json()["split"]
    assert split["outcome"] == "conversions"
    for row in split["campaigns"]:
        assert row["return_on_spend"] == pytest.approx(row["result"] / row["spend"], rel=1e-3)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"total": 0}, "total"),
        ({"total": 10**9}, "total"),
        ({"last_on": "2020-01-01"}, "last_on"),
        ({"last_on": "2036-01-01"}, "last_on"),
        ({"campaign_ids": ["camp_new"]}, "campaign_ids"),
        ({"campaign_ids": []}, "campaign_ids"),
        ({"campaign_ids": ["camp_a", "camp_a"]}, "campaign_ids"),
        ({"bounds": [{"campaign_id": "camp_x", "most": 5}]}, "bounds"),
        ({"bounds": [{"campaign_id": "camp_a", "least": 6, "most": 5}]}, "bounds"),
        ({"target": "roas"}, "target_value"),
        ({"target": "profit", "target_value": 2}, "target"),
        ({"target": "roas", "target_value": 1000}, "target"),
        ({"target": "roas", "target_value": 2, "outcome": "conversions"}, "outcome"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused_by_name(
    admin: TestClient, shop: Engine, today: date, changed: dict[str, Any], named: str
) -> None:
    answer = admin.post(f"{URL}/split", json=body(today, **changed))
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)


def test_without_curves_the_notebook_that_fits_them_is_named(admin: TestClient, today: date) -> None:
    answer = admin.post(f"{URL}/split", json=body(today))
    assert answer.status_code == 400
    assert "forecast_budget" in answer.json()["message"]


def test_scenarios_stand_side_by_side_with_reasons_where_one_cannot_be(
    admin: TestClient, shop: Engine, today: date
) -> None:
    own = [{"name": "half", "allocations": [{"campaign_id": "camp_a", "daily_budget": 500}]}]
    found = admin.post(f"{URL}/scenarios", json=body(today, totals=[10**6], own=own)).json()["scenarios"]
    by_name = {one["name"]: one for one in found}
    assert {"today", "best", "half"} < by_name.keys()
    assert by_name["today"]["split"]["gain"] == 0 <= by_name["best"]["split"]["gain"]
    assert next(one["reason"] for one in found if one["split"] is None).startswith("total: ")


def test_the_best_split_is_kept_as_a_plan_and_held_against_what_was_spent(
    admin: TestClient, shop: Engine, today: date
) -> None:
    answer = admin.post(f"{URL}/plans", json=body(today, name="=December"))
    assert answer.status_code == 201, answer.json()
    plan = answer.json()["plan"]
    assert (plan["total"], plan["name"]) == (20_000, "=December")
    assert sum(one["daily_budget"] for one in answer.json()["allocations"]) == pytest.approx(2000, abs=0.02)
    assert admin.get(f"{URL}/plans/{plan['id']}").json() == answer.json()
    assert admin.get(f"{URL}/plans").json() == {"plans": [plan], "count": 1, "limit": 50, "offset": 0}
    progress = admin.get(f"{URL}/plans/{plan['id']}/progress").json()
    days = progress["days"]
    assert [day["spent"] is not None for day in days] == [True] * 5 + [False] * 5
    assert progress["pace"]["days_left"] == 5
    assert progress["pace"]["spent_so_far"] == pytest.approx(sum(day["spent"] for day in days[:5]), abs=0.02)
    assert sum(one["spent_so_far"] for one in progress["campaigns"]) == pytest.approx(
        progress["pace"]["spent_so_far"], abs=0.02
    )
    export = admin.get(f"{URL}/plans/{plan['id']}/export")
    assert export.headers["content-type"].startswith("text/csv")
    assert export.text.splitlines()[0].startswith("campaign_id,campaign_name,daily_budget")
    assert len(export.text.splitlines()) == 3
    assert admin.delete(f"{URL}/plans/{plan['id']}").json()["deleted"] is True
    assert admin.get(f"{URL}/plans/{plan['id']}/progress").status_code == 404


def test_a_split_of_ones_own_is_kept_as_it_is_given(admin: TestClient, shop: Engine, today: date) -> None:
    own = [{"campaign_id": "camp_a", "daily_budget": 700.5}, {"campaign_id": "camp_bb", "daily_budget": 0}]
    kept = admin.post(f"{URL}/plans", json=body(today, name="Mine", total=7005, allocations=own)).json()["allocations"]
    assert [(one["campaign_id"], one["daily_budget"]) for one in kept] == [("camp_a", 700.5), ("camp_bb", 0)]


def test_nothing_is_shown_without_a_key(public: TestClient) -> None:
    assert [public.get(f"{URL}/{address}").status_code for address in ("curves", "plans")] == [401, 401]
