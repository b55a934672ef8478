"""A small shop told through the API alone: for each filter of the guide a row that it lets through, and another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

PLANNING = "/admin/ad-planning"
NOW = datetime.now(UTC).replace(microsecond=0)
LAST_WEEK, LAST_MONTH = NOW - timedelta(days=7), NOW - timedelta(days=28)


def made(admin: TestClient, address: str, **body: Any) -> dict[str, Any]:
    """What a POST has made; the answer must be 201."""
    answer = admin.post(address, json=body)
    assert answer.status_code == 201, (address, answer.text)
    return dict(answer.json())


def tell(admin: TestClient) -> dict[str, str]:
    """Fill an empty store; answer the ids of what a test may ask for by name."""
    asha, bela = (
        made(admin, "/admin/persons", first_name=name, email=f"{name}@example.in")["person"]["id"]
        for name in ("asha", "bela")
    )
    campaign = made(
        admin,
        "/admin/meta-ads/campaigns",
        name="Summer Sale",
        spend=1000,
        impressions=20_000,
        clicks=400,
        starts_at=LAST_MONTH.isoformat(),
    )["campaign"]["id"]
    goal = made(admin, f"{PLANNING}/goals", name="Big order", goal_type="purchase", conditions={"min_value": 500})
    _tell_conversions(admin, campaign, asha)
    _tell_journeys(admin, asha)
    touch = made(
        admin,
        f"{PLANNING}/attribution",
        analytics_session_id="s1",
        visitor_id="vis_asha",
        utm_source="facebook",
        utm_campaign="summer_sale",
        session_started_at=(LAST_WEEK - timedelta(days=1)).isoformat(),
    )["attribution"]["id"]
    resolved = made(
        admin,
        f"{PLANNING}/attribution",
        analytics_session_id="s2",
        visitor_id="vis_asha",
        utm_source="google",
        ad_campaign_id=campaign,
        session_started_at=LAST_WEEK.isoformat(),
    )["attribution"]["id"]
    for person, rating in ((asha, 10), (bela, 4)):
        made(admin, f"{PLANNING}/scores", person_id=person, score_type="nps", rating=rating, scale="10")
        made(admin, f"{PLANNING}/predictive", person_id=person, prediction_type="all")
    draft, ready, running = (
        made(admin, f"{PLANNING}/experiments", name=name)["experiment"]["id"] for name in ("Banner", "Button", "Title")
    )
    assert admin.post(f"{PLANNING}/experiments/{running}/start").status_code == 200
    buyers = made(
        admin,
        f"{PLANNING}/segments",
        name="Buyers",
        segment_type="value-based",
        criteria={"rules": [{"field": "total_orders", "operator": "greater_than", "value": "0"}]},
    )["segment"]["id"]
    made(admin, f"{PLANNING}/segments", name="Everybody", segment_type="custom", is_active=False)
    made(
        admin,
        f"{PLANNING}/sentiment",
        text="I love it, the fabric is wonderful",
        source_type="review",
        source_id="r1",
        person_id=asha,
    )
    made(admin, f"{PLANNING}/forecasts", ad_campaign_id=campaign, daily_budget=100, forecast_days=7)
    return {
        "person": asha,
        "campaign": campaign,
        "goal": goal["goal"]["id"],
        "touch": touch,
        "resolved": resolved,
        "draft": draft,
        "ready": ready,
        "running": running,
        "segment": buyers,
    }


def _tell_conversions(admin: TestClient, campaign: str, person: str) -> None:
    address = f"{PLANNING}/conversions"
    made(
        admin,
        address,
        visitor_id="vis_asha",
        person_id=person,
        conversion_type="purchase",
        conversion_value=750,
        utm_source="facebook",
        ad_campaign_id=campaign,
        order_id="o1",
        converted_at=LAST_WEEK.isoformat(),
    )
    made(
        admin,
        address,
        visitor_id="vis_bela",
        conversion_type="add_to_cart",
        utm_source="google",
        converted_at=LAST_MONTH.isoformat(),
    )


def _tell_journeys(admin: TestClient, person: str) -> None:
    address, at = f"{PLANNING}/journeys", LAST_WEEK.isoformat()
    made(admin, address, person_id=person, visitor_id="vis_asha", event_type="page_view", occurred_at=at)
    made(admin, address, visitor_id="vis_bela", event_type="form_submit", occurred_at=at)
