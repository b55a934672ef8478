"""Who may call what."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.access import READING_POSTS, key_hash
from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.store.session import writing
from adplanning.store.tables.operations import ApiKey


def every_protected_route(client: TestClient) -> list[tuple[str, str]]:
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    found = [(method.upper(), path.replace("{", "").replace("}", "")) for path in paths for method in paths[path]]
    return [route for route in found if route[1].startswith("/admin")]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Digest KEY", "Basic !!", "Bearer KEY x", "Bearer \xff"],
)
def test_no_admin_route_answers_without_a_known_key(
    public: TestClient, admin_key: str, authorization: str | None
) -> None:
    routes = every_protected_route(public)
    assert len(routes) > 20
    headers = (
        {} if authorization is None else {"Authorization": authorization.replace("KEY", admin_key).encode("latin-1")}
    )
    for method, path in [*routes, ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/admin/nothing")]:
        answer = public.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (401, "unauthorized"), (method, path)
        assert admin_key not in answer.text


def test_a_key_may_come_as_the_user_name_of_basic_authentication(public: TestClient, admin_key: str) -> None:
    user = base64.b64encode(f"{admin_key}:".encode()).decode()
    assert public.get("/admin/persons", headers={"Authorization": f"Basic {user}"}).status_code == 200


def add_viewer(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(
            ApiKey(id="key_1", name="v", role="viewer", key_hash=key_hash("a-key"), created_at=datetime.now(UTC))
        )


def test_a_viewer_reads_and_changes_nothing(public: TestClient, engine: Engine) -> None:
    add_viewer(engine)
    public.headers["Authorization"] = "Bearer a-key"
    assert public.get("/admin/persons").status_code == 200
    for method, path in every_protected_route(public):
        if method != "GET" and path not in READING_POSTS:
            answer = public.request(method, path, json={})
            assert (answer.status_code, answer.json()["type"]) == (403, "forbidden"), (method, path)


@pytest.mark.parametrize("path", sorted(READING_POSTS))
def test_a_viewer_may_ask_what_would_be_with_a_body_too(public: TestClient, engine: Engine, path: str) -> None:
    add_viewer(engine)
    public.headers["Authorization"] = "Bearer a-key"
    assert public.post(path, json={"criteria": {}}).status_code in {200, 400}
    assert public.put(path, json={}).status_code == 403


def test_without_any_key_nothing_is_open(engine: Engine, tmp_path: object) -> None:
    with TestClient(create_app(Settings(_env_file=None), engine)) as client:
        assert client.get("/admin/persons", headers={"Authorization": "Bearer "}).status_code == 401


def test_a_body_beyond_the_bound_is_refused_however_it_is_sent(admin: TestClient) -> None:
    big = b'{"first_name": "' + b"a" * 10_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    declared = admin.post("/admin/persons", content=big, headers=headers)
    chunked = admin.post("/admin/persons", content=iter([big[:6_000_000], big[6_000_000:]]), headers=headers)
    for answer in (declared, chunked):
        assert (answer.status_code, answer.json()["type"]) == (413, "too_large")
    assert admin.get("/admin/persons").json()["count"] == 0


@pytest.mark.parametrize("stated", [None, "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_is_json_whatever_curl_states_but_not_a_form_of_a_page(admin: TestClient, stated: str | None) -> None:
    headers = {} if stated is None else {"Content-Type": stated}
    body = '{"first_name": "Asha"}'
    assert admin.post("/admin/persons", content=body, headers=headers).status_code == 201
    from_page = admin.post("/admin/persons", content=body, headers={**headers, "Origin": "https://evil.example"})
    assert (from_page.status_code, from_page.json()["type"]) == (400, "invalid_data")
    assert admin.get("/admin/persons").json()["count"] == 1


def test_what_is_not_there_is_not_found_and_a_wrong_method_is_said(admin: TestClient) -> None:
    assert admin.get("/admin/nothing").json()["type"] == "not_found"
    wrong = admin.patch("/admin/persons")
    assert wrong.status_code == 405
    assert set(wrong.json()) == {"type", "message", "error"}
