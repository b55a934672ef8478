"""Rules and alerts over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.alerts.checking_service import Checked
from adplanning.alerts.findings import Finding
from adplanning.alerts.keeping_service import keep_findings
from adplanning.alerts.service import find_rule, watched
from adplanning.core.settings import Settings
from adplanning.store.session import writing
from adplanning.workspace import Workspace

RULES, ALERTS = "/admin/ad-planning/alert-rules", "/admin/ad-planning/alerts"
FELL: dict[str, Any] = {"name": "Fewer", "kind": "fell", "metric": "conversions", "threshold": 30, "window_days": 3}
HARM = "<img src=x onerror=alert(1)> '; DROP TABLE alert_rules; --"


def made(admin: TestClient, **fields: Any) -> dict[str, Any]:
    answer = admin.post(RULES, json=FELL | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["alert_rule"]


def test_a_rule_is_made_read_changed_and_deleted(admin: TestClient) -> None:
    rule = made(admin)
    assert (rule["threshold"], rule["currency"], rule["is_active"]) == (30, "INR", True)
    assert rule["created_by"]
    assert rule["words"].startswith("You will be told when Total conversions over 3 full days are 30% or more below")
    address = f"{RULES}/{rule['id']}"
    assert admin.get(address).json()["alert_rule"] == rule
    changed = admin.patch(address, json={"threshold": 45.5, "is_active": False}).json()["alert_rule"]
    assert changed == rule | {"threshold": 45.5, "is_active": False, "words": changed["words"]}
    assert "45.5% or more" in changed["words"]
    assert admin.delete(address).json() == {"id": rule["id"], "deleted": True}
    assert admin.get(address).status_code == 404


def test_a_list_is_counted_over_all_its_pages(admin: TestClient) -> None:
    for n in range(3):
        made(admin, name=f"Rule {n}", is_active=n > 0)
    page = admin.get(RULES, params={"limit": 1, "is_active": True}).json()
    assert (len(page["alert_rules"]), page["count"], page["limit"], page["offset"]) == (1, 2, 1, 0)
    assert admin.get(RULES, params={"kind": "below"}).json()["count"] == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"metric": "roas"}, "metric"),
        ({"kind": "nothing"}, "kind"),
        ({"threshold": "much"}, "threshold"),
        ({"window_days": 99}, "window_days"),
        ({"kind": "below", "metric": "clicks", "ad_campaign_id": "camp_none"}, "ad_campaign_id"),
        ({"name": ""}, "name"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    admin: TestClient, wrong: dict[str, Any], field: str
) -> None:
    answer = admin.post(RULES, json=FELL | wrong)
    assert answer.status_code == 400, answer.text
    assert field in answer.text
    assert admin.get(RULES).json()["count"] == 0


def test_a_change_with_an_unknown_field_is_refused(admin: TestClient) -> None:
    assert admin.patch(f"{RULES}/{made(admin)['id']}", json={"treshold": 3}).status_code == 400


def test_a_hostile_name_is_kept_and_answered_as_it_is(admin: TestClient) -> None:
    assert made(admin, name=HARM)["name"] == HARM
    assert admin.get(RULES).json()["count"] == 1


def test_alerts_are_listed_open_ones_apart_from_ended_ones(admin: TestClient, engine: Engine) -> None:
    rule = made(admin)
    told = Finding("", fires=True, value=58.0, words="Total conversions fell by 42%.")
    with writing(engine) as session:
        kept = watched(find_rule(session, rule["id"]))
        keep_findings(session, rule["id"], kept, Checked((told,)), now=datetime(2026, 11, 28, tzinfo=UTC))
    [alert] = admin.get(ALERTS, params={"is_open": True, "rule_id": rule["id"]}).json()["alerts"]
    assert (alert["words"], alert["value"], alert["is_open"], alert["ad_campaign_id"]) == (told.words, 58, True, None)
    admin.patch(f"{RULES}/{rule['id']}", json={"is_active": False})
    assert admin.get(ALERTS, params={"is_open": True}).json()["count"] == 0
    assert admin.get(ALERTS).json()["alerts"][0]["is_open"] is False
    assert admin.get(ALERTS, params={"rule_id": "other"}).json()["count"] == 0


def test_a_share_is_told_in_percent_as_its_threshold_is(admin: TestClient, engine: Engine) -> None:
    rule = made(admin, kind="below", metric="ctr", threshold=2)
    told = Finding("", fires=True, value=0.0123, words="CTR was 1.23%.")
    with writing(engine) as session:
        kept = watched(find_rule(session, rule["id"]))
        keep_findings(session, rule["id"], kept, Checked((told,)), now=datetime(2026, 11, 28, tzinfo=UTC))
    assert (rule["threshold"], admin.get(ALERTS).json()["alerts"][0]["value"]) == (2, 1.23)
    assert Workspace(engine, Settings(_env_file=None)).alerts()["value"].to_list() == [pytest.approx(1.23)]


def test_without_a_key_nothing_is_told(public: TestClient) -> None:
    assert [public.get(address).status_code for address in (RULES, ALERTS)] == [401, 401]
