"""The webhook of lead forms over HTTP: behaviour of Meta, and of those who are not Meta."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.demo.graph import GraphServer
from adplanning.demo.graph_pages import Lead as GraphLead
from adplanning.store.tables.leads import AnnouncedLead, Lead
from tests.leads.arrived import one, rows
from tests.leads.graph_page import PAGE, TODAY, lead_server, settings_of

URL = "/webhooks/meta"
HANDSHAKE = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with lead_server() as server:
        yield server


def served(engine: Engine, settings: Settings) -> TestClient:
    return TestClient(create_app(settings, engine), raise_server_exceptions=False)


@pytest.fixture
def deaf(engine: Engine, graph: GraphServer, tmp_path: Path) -> Iterator[TestClient]:
    """Meta's own caller of a shop that has no access token: nothing is fetched afterwards."""
    connected = settings_of(graph, home=tmp_path)
    with served(engine, connected.model_copy(update={"meta_access_token": None})) as client:
        yield client


def many(n: int) -> list[GraphLead]:
    return [GraphLead(str(n), "6", PAGE, TODAY, {}) for n in range(n)]


def signed(graph: GraphServer, body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={hmac.new(graph.app_secret.encode(), body, hashlib.sha256).hexdigest()}"}


def test_the_handshake_gives_the_challenge_back_as_plain_text(deaf: TestClient, graph: GraphServer) -> None:
    answer = deaf.get(URL, params=HANDSHAKE | {"hub.verify_token": graph.verify_token})
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("word", [{"hub.verify_token": "other"}, {"hub.verify_token": ""}, {}])
def test_whoever_does_not_know_the_word_is_sent_away(deaf: TestClient, word: dict[str, str]) -> None:
    assert deaf.get(URL, params=HANDSHAKE | word).status_code == 403


@pytest.mark.parametrize("word", [{"hub.verify_token": ""}, {"hub.verify_token": "None"}, {}])
def test_while_no_word_is_set_nobody_knows_it(public: TestClient, word: dict[str, str]) -> None:
    assert public.get(URL, params=HANDSHAKE | word).status_code == 403


def test_a_notification_is_written_down_before_it_is_answered(
    deaf: TestClient, graph: GraphServer, engine: Engine
) -> None:
    lead = graph.data.leads()[0]
    body, headers = graph.webhook([lead])
    for _ in range(3):
        answer = deaf.post(URL, content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"success": True, "announced": 1})
    announced = one(engine, AnnouncedLead)
    assert (announced.platform_lead_id, announced.page_id, announced.form_id) == (lead.id, PAGE, lead.form_id)
    assert (announced.n_tries, announced.fetched_at, announced.fault) == (0, None, None)


@pytest.mark.parametrize("signature", ["bad", "missing"])
def test_a_notification_that_is_not_metas_is_refused_and_nothing_is_kept(
    deaf: TestClient, graph: GraphServer, engine: Engine, signature: str
) -> None:
    body, headers = graph.webhook(graph.data.leads()[:1], signature=signature)  # type: ignore[arg-type]
    answer = deaf.post(URL, content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "unauthorized")
    assert rows(engine, AnnouncedLead) == []


def test_a_signature_is_checked_before_the_body_is_looked_at(deaf: TestClient) -> None:
    assert deaf.post(URL, content=b"{", headers={"X-Hub-Signature-256": "sha256=00"}).status_code == 401


def test_without_an_app_secret_nothing_is_taken(public: TestClient, graph: GraphServer) -> None:
    graph.app_secret = ""
    body, headers = graph.webhook(graph.data.leads()[:1])
    assert public.post(URL, content=body, headers=headers).status_code == 401


def test_what_is_signed_but_no_json_is_refused(deaf: TestClient, graph: GraphServer) -> None:
    for body in (b"{", b"[]", b""):
        assert deaf.post(URL, content=body, headers=signed(graph, body)).status_code == 400


def test_notifications_of_other_things_are_acknowledged(deaf: TestClient, graph: GraphServer, engine: Engine) -> None:
    for body in (b'{"object": "user", "entry": [{"id": "1"}]}', b'{"object": "page", "entry": [{"changes": []}]}'):
        answer = deaf.post(URL, content=body, headers=signed(graph, body))
        assert (answer.status_code, answer.json()["announced"]) == (200, 0)
    assert rows(engine, AnnouncedLead) == []


def test_a_thousand_changes_are_a_thousand_leads_however_often_they_come(
    deaf: TestClient, graph: GraphServer, engine: Engine
) -> None:
    body, headers = graph.webhook(many(1000))
    for _ in range(2):
        assert deaf.post(URL, content=body, headers=headers).json()["announced"] == 1000
    assert len(rows(engine, AnnouncedLead)) == 1000
    more, headers = graph.webhook(many(1001))
    assert deaf.post(URL, content=more, headers=headers).status_code == 400


def test_a_body_beyond_the_bound_is_refused(engine: Engine, graph: GraphServer, tmp_path: Path) -> None:
    body, headers = graph.webhook(many(100))
    with served(engine, settings_of(graph, home=tmp_path, max_body_bytes=1000)) as client:
        assert client.post(URL, content=body, headers=headers).status_code == 413


def test_with_a_token_the_lead_is_fetched_after_the_answer_and_nothing_personal_is_logged(
    engine: Engine, graph: GraphServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = graph.data.leads()[0]
    body, headers = graph.webhook([told])
    with served(engine, settings_of(graph, home=tmp_path)) as client:
        assert client.post(URL, content=body, headers=headers).status_code == 200
    lead = one(engine, Lead)
    assert (lead.platform_lead_id, lead.answers) == (told.id, dict(told.answers))
    assert one(engine, AnnouncedLead).fetched_at is not None
    personal = [value for values in told.answers.values() for value in values]
    assert not [word for word in (*personal, graph.access_token, graph.app_secret) if word in caplog.text]


def test_a_fault_afterwards_loses_nothing(engine: Engine, graph: GraphServer, tmp_path: Path) -> None:
    body, headers = graph.webhook(graph.data.leads()[:1])
    gone = settings_of(graph, home=tmp_path).model_copy(update={"meta_api_version": "v1.0"})
    with served(engine, gone) as client:
        assert client.post(URL, content=body, headers=headers).status_code == 200
    assert one(engine, AnnouncedLead).fetched_at is None
