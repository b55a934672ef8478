"""The invented Graph API as a server: who may ask, what it refuses, what it remembers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx2
import pytest

from adplanning.demo.graph import graph_server
from tests.demo.graph_calls import TODAY, Caller, calling, days


@pytest.fixture
def graph() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


def test_a_path_is_the_same_with_and_without_a_slash_at_its_end(graph: Caller) -> None:
    assert graph.ask("/act_100/").json() == graph.ask("/act_100").json() == {"account_id": "100", "id": "act_100"}


def test_the_token_may_come_as_a_parameter(graph: Caller) -> None:
    token = graph.server.access_token
    proof = hmac.new(graph.server.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    answer = graph.http.get(f"{graph.server.url}/v26.0/me", params={"access_token": token, "appsecret_proof": proof})
    assert answer.json()["name"] == "Demo System User"


def test_no_token_or_an_unknown_one_is_refused(graph: Caller) -> None:
    assert graph.http.get(f"{graph.server.url}/v26.0/me").json()["error"]["code"] == 2500
    assert graph.error("/me", token="stranger") == (190, None)


@pytest.mark.parametrize("proof", [{}, {"appsecret_proof": "0" * 64}])
def test_a_proof_that_is_missing_or_wrong_is_refused(graph: Caller, proof: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {graph.server.access_token}"}
    answer = graph.http.get(f"{graph.server.url}/v26.0/me", params=proof, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_without_an_app_secret_no_proof_is_asked_for() -> None:
    with graph_server(today=lambda: TODAY) as server:
        server.app_secret = ""
        headers = {"Authorization": f"Bearer {server.access_token}"}
        assert httpx2.get(f"{server.url}/v26.0/me", headers=headers).status_code == 200


def test_a_call_without_version_or_with_another_one_is_refused(graph: Caller) -> None:
    for path in ("/me", "/v24.0/me"):
        answer = graph.http.get(f"{graph.server.url}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_unknown_parameters_fields_and_ids_are_refused(graph: Caller) -> None:
    assert graph.error("/act_100/campaigns", fieds="id") == (100, None)
    assert graph.error("/act_100/campaigns", fields="id,nam") == (100, None)
    assert graph.error("/act_100/insights", fields="spent", time_range=days(TODAY, TODAY)) == (100, None)
    assert graph.error("/77") == (100, 33)
    assert graph.error("/act_100/campaigns", limit="0") == (100, None)
    assert graph.error("/act_100/campaigns", after="nonsense") == (100, None)


def test_only_reports_can_be_posted(graph: Caller) -> None:
    assert graph.error("/act_100/campaigns", method="POST") == (100, None)


def test_forms_leads_and_posts_need_the_token_of_their_page_and_ads_that_of_the_user(graph: Caller) -> None:
    page = next(iter(graph.data.pages))
    assert graph.error(f"/{page}/leadgen_forms") == (190, None)
    assert len(graph.rows(f"/{page}/leadgen_forms", token=graph.page_token)) == 2
    assert graph.error("/act_100/campaigns", token=graph.page_token) == (200, None)


def test_the_log_holds_what_was_asked_but_no_token_and_no_proof(graph: Caller) -> None:
    graph.ask("/act_100/campaigns", fields="id")
    graph.ask("/77")
    calls = graph.server.log
    assert [(call.path, dict(call.params), call.status) for call in calls] == [
        ("/v26.0/act_100/campaigns", {"fields": "id"}, 200),
        ("/v26.0/77", {}, 400),
    ]
    assert graph.http.get(f"{graph.server.url}/__log").json()[1]["path"] == "/v26.0/77"


def test_faults_are_armed_from_outside_by_name(graph: Caller) -> None:
    control = f"{graph.server.url}/__control"
    assert graph.http.post(control, json={"name": "Passing", "where": "campaigns"}).status_code == 200
    assert graph.ask("/act_100/campaigns").status_code == 500
    assert graph.http.post(control, json={"name": "Pasing"}).status_code == 400
    graph.http.post(control, json={"name": "Passing", "times": None})
    graph.http.post(control, json={"disarm": True})
    assert graph.ask("/act_100/campaigns").status_code == 200


def test_a_notification_names_the_leads_and_is_signed_with_the_secret_of_the_app(graph: Caller) -> None:
    leads = graph.data.leads()
    body, headers = graph.server.webhook([leads[0], leads[6].id])
    signed = hmac.new(graph.server.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={signed}"
    changes = json.loads(body)["entry"][0]["changes"]
    assert [change["value"]["leadgen_id"] for change in changes] == [leads[0].id, leads[6].id]
    assert [change["value"].get("ad_id") for change in changes] == [leads[0].ad_id, None]
    assert graph.server.webhook(leads, signature="bad")[1]["X-Hub-Signature-256"] != headers["X-Hub-Signature-256"]
    assert "X-Hub-Signature-256" not in graph.server.webhook(leads, signature="missing")[1]
