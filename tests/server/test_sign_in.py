from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher

from adplanning.core.vocabulary import Role
from adplanning.server import passwords, sign_in, users
from adplanning.tracking.limits import MinuteLimit
from tests.server.conftest import GOALS, Site

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def account(site: Site) -> Iterator[dict[str, str]]:
    """A user's name and password, and a full minute's attempts for everybody."""
    desk = site.application._dashboards._desk
    # A clock that stands, so that no test runs over the end of a minute.
    desk._by_address = MinuteLimit("one address", sign_in.ATTEMPTS_A_MINUTE, clock=lambda: 5.0)
    desk._by_name = MinuteLimit("one name", sign_in.ATTEMPTS_A_MINUTE, clock=lambda: 5.0)
    yield {"name": "asha", "password": users.add_user(site.engine, "asha", Role.viewer, now=NOW)}
    if any(user.name == "asha" for user in users.list_users(site.engine, now=NOW)):
        users.remove_user(site.engine, "asha")


def cookie(answer: httpx2.Response, name: str) -> str:
    """A Set-Cookie header as it came."""
    (found,) = [text for text in answer.headers.get_list("set-cookie") if text.startswith(f"{name}=")]
    return found


def test_name_and_password_lead_to_the_page_asked_for(stranger: httpx2.Client, account: dict[str, str]) -> None:
    answer = stranger.post("/sign-in", data={**account, "next": f"{GOALS}?status=active"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{GOALS}?status=active")
    assert stranger.get(GOALS).json()["headers"]["x-adplanning-user"] == "asha"
    assert stranger.get("/sign-in?next=/app/social-posts").headers["location"] == "/app/social-posts"


def test_the_name_is_taken_in_any_case_and_with_space_around(stranger: httpx2.Client, account: dict[str, str]) -> None:
    assert stranger.post("/sign-in", data={**account, "name": " ASHA "}).status_code == 303


@pytest.mark.parametrize(
    "page", ["//evil.example", "https://evil.example/app", "/\\evil.example", "/admin", "/app/\nx"]
)
def test_signing_in_leads_nowhere_else(page: str, stranger: httpx2.Client, account: dict[str, str]) -> None:
    form = stranger.get("/sign-in", params={"next": page})
    assert 'name="next" value="/app/ad-planning"' in form.text
    answer = stranger.post("/sign-in", data={**account, "next": page})
    assert answer.headers["location"] == "/app/ad-planning"


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(
    stranger: httpx2.Client, account: dict[str, str]
) -> None:
    answer = stranger.post("/sign-in", data=account)
    found = SimpleCookie(cookie(answer, "adplanning_session"))["adplanning_session"]
    assert (found["httponly"], found["samesite"].lower(), found["path"]) == (True, "lax", "/")
    assert (found["max-age"], found["domain"], found["secure"]) == (str(7 * 86_400), "", "")
    assert len(found.value) == 43


def test_the_cookie_is_secure_when_a_trusted_proxy_says_https(site: Site, account: dict[str, str]) -> None:
    with httpx2.Client(base_url=site.origin, trust_env=False) as client:
        headers = {"Host": "ads.example.com", "Origin": "https://ads.example.com", "X-Forwarded-Proto": "https"}
        answer = client.post("/sign-in", data=account, headers=headers)
        assert "; Secure" in cookie(answer, "adplanning_session")
        insecure_twin = {**headers, "Origin": "http://ads.example.com"}
        assert client.post("/sign-in", data=account, headers=insecure_twin).status_code == 403


def test_nobody_but_a_trusted_proxy_says_https(site: Site, account: dict[str, str]) -> None:
    dashboards = site.application._dashboards
    dashboards._proxies = dashboards._desk._proxies = frozenset()
    try:
        with site.visitor() as client:
            answer = client.post("/sign-in", data=account, headers={"X-Forwarded-Proto": "https"})
    finally:
        dashboards._proxies = dashboards._desk._proxies = frozenset({"127.0.0.1"})
    assert "; Secure" not in cookie(answer, "adplanning_session")


# A8


def test_an_unknown_user_and_a_wrong_password_are_answered_alike(
    stranger: httpx2.Client, account: dict[str, str]
) -> None:
    wrong = stranger.post("/sign-in", data={"name": "asha", "password": "wrong-password"})
    unknown = stranger.post("/sign-in", data={"name": "usha", "password": "wrong-password"})
    assert wrong.status_code == unknown.status_code == 401
    assert "The name or the password is not right" in wrong.text
    assert wrong.text.replace("asha", "usha") == unknown.text
    assert "set-cookie" not in wrong.headers


def test_an_unknown_user_takes_as_long_as_a_wrong_password(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    passwords._nobodys_hash.cache_clear()
    users.add_user(site.engine, "tara", Role.viewer, now=NOW)

    def seconds(name: str) -> float:
        started = time.perf_counter()
        assert users.sign_in(site.engine, name, "wrong-password", now=NOW) is None
        return time.perf_counter() - started

    seconds("usha")
    known, unknown = ([seconds(name) for _ in range(5)] for name in ("tara", "usha"))
    users.remove_user(site.engine, "tara")
    passwords._nobodys_hash.cache_clear()
    assert 0.4 < statistics.median(unknown) / statistics.median(known) < 2.5


def test_after_ten_attempts_in_a_minute_a_name_waits(site: Site, account: dict[str, str]) -> None:
    with site.visitor() as client:
        for number in range(10):
            tried = client.post(
                "/sign-in", data={"name": "asha", "password": "x"}, headers={"X-Forwarded-For": f"203.0.113.{number}"}
            )
            assert tried.status_code == 401
        refused = client.post("/sign-in", data=account, headers={"X-Forwarded-For": "198.51.100.1"})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "Too many attempts" in refused.text
        assert "set-cookie" not in refused.headers


def test_those_who_know_their_password_may_come_from_one_address_however_many(
    site: Site, account: dict[str, str]
) -> None:
    for _ in range(sign_in.ATTEMPTS_A_MINUTE + 2):
        with site.visitor() as client:
            assert client.post("/sign-in", data=account).status_code == 303


def test_after_ten_attempts_in_a_minute_an_address_waits_whatever_the_names(
    stranger: httpx2.Client, account: dict[str, str]
) -> None:
    answers = [stranger.post("/sign-in", data={"name": f"user{n}", "password": "x"}).status_code for n in range(11)]
    assert answers == [401] * 10 + [429]
    assert stranger.post("/sign-in", data=account).status_code == 429


def test_the_form_remembers_the_last_name_and_nothing_worse(stranger: httpx2.Client, account: dict[str, str]) -> None:
    assert 'value="admin"' in stranger.get("/sign-in").text
    stranger.post("/sign-in", data=account)
    stranger.post("/sign-out")
    assert 'value="asha"' in stranger.get("/sign-in").text
    stranger.cookies.clear()
    attack = stranger.get("/sign-in", headers={"Cookie": 'adplanning_name="><script>alert(1)</script>'})
    assert "<script" not in attack.text


def test_what_was_typed_comes_back_as_text(stranger: httpx2.Client, account: dict[str, str]) -> None:
    answer = stranger.post("/sign-in", data={"name": '"><script>alert(1)</script>', "password": "p<b>", "next": "<b>"})
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "p&lt;b&gt;" not in answer.text  # the password does not come back at all


def test_a_form_that_is_broken_or_too_large_is_refused(stranger: httpx2.Client, account: dict[str, str]) -> None:
    assert stranger.post("/sign-in").status_code == 401
    assert stranger.post("/sign-in", content=b"\xff\xfe=&&&=%zz").status_code == 401
    assert stranger.post("/sign-in", data={"name": "a", "password": "x" * 20_000}).status_code == 413
    assert stranger.put("/sign-in").status_code == 404
    assert stranger.get("/sign-out").status_code == 404


def test_signing_out_forgets_the_sign_in_and_the_cookie(site: Site, browser: httpx2.Client) -> None:
    token = browser.cookies["adplanning_session"]
    answer = browser.post("/sign-out")
    assert "Max-Age=0" in cookie(answer, "adplanning_session")
    with site.visitor() as copy:
        copy.cookies.set("adplanning_session", token)
        assert copy.get(GOALS).status_code == 303
        assert copy.post("/sign-out").status_code == 303


def test_no_log_holds_a_password_a_cookie_or_a_token(
    site: Site, stranger: httpx2.Client, account: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger.post("/sign-in", data={**account, "password": "wrong-" + account["password"]})
    stranger.post("/sign-in", data=account)
    told = site.open_page(stranger)
    with site.socket(f"/app/api/kernels/{told['kernel']}/channels?token=secret-parameter", stranger) as websocket:
        websocket.send("a message")
        websocket.recv(5)
    stranger.get("/app/ad-planning/goals/talks")
    written = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    secrets = (account["password"], stranger.cookies["adplanning_session"], told["config"]["token"], "secret-parameter")
    server_side = [line for line in caplog.records if not line.name.startswith(("websockets", "httpx2", "httpcore2"))]
    assert server_side
    for secret in secrets:
        assert secret not in written
    assert "my token is …" in caplog.text


def test_the_store_holds_neither_password_nor_cookie(
    site: Site, stranger: httpx2.Client, account: dict[str, str]
) -> None:
    stranger.post("/sign-in", data=account)
    folder = Path(str(site.engine.url.database)).parent
    for file in folder.rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            assert account["password"].encode() not in held
            assert stranger.cookies["adplanning_session"].encode() not in held
