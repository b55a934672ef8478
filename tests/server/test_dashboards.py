from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from adplanning.core.vocabulary import Role
from adplanning.server import users
from tests.server.conftest import GOALS, Site, eventually, served

SCRIPT = "/app/voila/static/voila.js"
NOTEBOOK = "/app/ad-planning/batch-runs/run_1/notebook"


# J1


def test_without_a_sign_in_a_page_leads_to_the_form_and_back(stranger: httpx2.Client) -> None:
    for path in ("/app", "/app/", "/app/ad-planning", "/app/nowhere", "/app/tree", "/app/.env", NOTEBOOK):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    answer = stranger.get(f"{GOALS}?status=active&q=a%26b")
    form = stranger.get(answer.headers["location"])
    assert f'name="next" value="{GOALS}?status=active&amp;q=a%26b"' in form.text


def test_without_a_sign_in_nothing_else_is_answered(site: Site, stranger: httpx2.Client) -> None:
    with site.signed_in() as owner:
        kernel = site.open_page(owner)["kernel"]
    paths = (SCRIPT, "/app/voila/files/x.png", "/app/voila/tree", "/app/voila/render/any_page.ipynb",
             "/app/api/kernels", "/app/api/contents", f"/app/api/kernels/{kernel}", f"/app/alive/{kernel}",
             "/app/static/vega.js", "/app/voila/api/contents")  # fmt: skip
    for path in paths:
        assert stranger.get(path).status_code == 401, path
        assert stranger.get(f"{path}?token=x").status_code == 401, path
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        for path in (GOALS, SCRIPT, f"/app/api/kernels/{kernel}", f"/app/voila/api/shutdown/{kernel}"):
            assert stranger.request(method, path).status_code == 401, (method, path)
    for cookie in ("", "x", "0" * 43, "ü", "' OR 1=1"):
        headers = {"Cookie": f"adplanning_session={cookie}".encode()}
        assert stranger.get(SCRIPT, headers=headers).status_code == 401
    assert kernel in site.living_kernels()


def test_without_a_sign_in_no_websocket_is_opened(site: Site) -> None:
    with site.signed_in() as owner:
        kernel = site.open_page(owner)["kernel"]
    for path in (f"/app/api/kernels/{kernel}/channels", f"/app/voila/query/{kernel}", GOALS, "/sign-in"):
        for headers in ({}, {"Cookie": "adplanning_session=x"}, {"Authorization": "token x"}):
            with pytest.raises(InvalidStatus) as refusal:
                site.socket(path, headers=dict(headers))
            assert refusal.value.response.status_code == 401


def test_what_is_not_listed_is_not_found_and_not_passed_on(site: Site, browser: httpx2.Client) -> None:
    for path in ("/app/tree", "/app/lab", "/app/voila/files/x.png", "/app/api/contents", "/app/api/kernels",
                 "/app/.env", "/app/any_page.ipynb", "/app/healthz", "/app/voila/static/%2e%2e/%2e%2e/x.js",
                 "/app/voila/static/..%2f..%2f.env", "/app/ad-planning%00", "/app/ad-planning/%252e%252e/goals",
                 "/app/static/other.js"):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "NB_CANARY" not in answer.text
    for method in ("PUT", "PATCH", "DELETE", "HEAD"):
        assert browser.request(method, GOALS).status_code == 404
    page = browser.get("/app/nowhere")
    assert "Nothing here" in page.text
    assert page.headers["content-type"].startswith("text/html")


def test_an_encoded_address_means_what_it_says_decoded(browser: httpx2.Client) -> None:
    assert browser.get("/app/%61d-planning").json()["path"] == "/app/ad-planning"
    assert browser.get("/app/voila%2fstatic%2fvoila.js").status_code == 200


def test_the_bare_addresses_lead_to_the_first_page(browser: httpx2.Client) -> None:
    for path in ("/", "/app", "/app/"):
        assert browser.get(path).headers["location"] == "/app/ad-planning"


# J3


def test_nobody_else_reaches_a_visitors_kernel(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    with site.signed_in(Role.admin) as other:
        xsrf = {"Cookie": f"adplanning_session={other.cookies['adplanning_session']}; _xsrf=a", "X-XSRFToken": "a"}
        assert other.get(f"/app/api/kernels/{kernel}").status_code == 404
        assert other.get(f"/app/alive/{kernel}").status_code == 404
        assert other.post(f"/app/voila/api/shutdown/{kernel}", headers=xsrf).status_code == 404
        assert other.delete(f"/app/api/kernels/{kernel}", headers=xsrf).status_code == 404
        with pytest.raises(InvalidStatus) as refusal:
            site.socket(f"/app/api/kernels/{kernel}/channels", other)
        assert refusal.value.response.status_code == 404
    assert browser.get(f"/app/api/kernels/{kernel}").json()["id"] == kernel
    with site.socket(f"/app/api/kernels/{kernel}/channels", browser) as websocket:
        websocket.send("still mine")
        assert websocket.recv(5) == "still mine"


def test_a_second_browser_of_the_same_user_is_somebody_else(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    password = users.renew_password(site.engine, browser.headers["X-Test-Name"])
    with site.visitor() as second:
        second.post("/sign-in", data={"name": browser.headers["X-Test-Name"], "password": password})
        assert second.get(GOALS).status_code == 200
        assert second.get(f"/app/api/kernels/{kernel}").status_code == 404


def test_a_visitor_ends_their_own_kernel_and_it_is_gone(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    assert browser.post(f"/app/voila/api/shutdown/{kernel}", data={"_xsrf": "a"}).status_code == 204
    assert kernel not in site.living_kernels()
    assert browser.get(f"/app/api/kernels/{kernel}").status_code == 404


def test_a_kernel_that_has_ended_by_itself_is_nobodys(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    child = site.application._child()
    assert child is not None
    httpx2.post(f"{child.origin}/app/voila/api/shutdown/{kernel}", trust_env=False)
    assert browser.get(f"/app/alive/{kernel}").status_code == 404
    assert kernel not in site.kernels()


def test_signing_out_ends_kernels_and_websockets_at_once(site: Site, browser: httpx2.Client) -> None:
    with site.signed_in() as other:
        others = site.open_page(other)["kernel"]
        mine = [site.open_page(browser)["kernel"] for _ in range(2)]
        with site.socket(f"/app/api/kernels/{mine[0]}/channels", browser) as websocket:
            answer = browser.post("/sign-out")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        assert browser.get(GOALS).status_code == 303
        assert not set(mine) & set(site.living_kernels())
        assert others in site.living_kernels()


@pytest.mark.parametrize("end", [users.remove_user, users.renew_password])
def test_access_ends_with_the_user_also_on_an_open_websocket(end: Any, tmp_path: Any) -> None:
    with served(tmp_path, look_s=0.2) as site, site.signed_in() as browser:
        kernel = site.open_page(browser)["kernel"]
        with site.socket(f"/app/api/kernels/{kernel}/channels", browser) as websocket:
            websocket.send("here")
            assert websocket.recv(5) == "here"
            end(site.engine, browser.headers["X-Test-Name"])
            assert browser.get(SCRIPT).status_code == 401
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        eventually(lambda: kernel not in site.living_kernels())


def test_who_asks_is_said_here_and_not_by_the_browser(site: Site) -> None:
    for role in Role:
        with site.signed_in(role) as browser:
            claimed = {"X-Adplanning-User": "admin", "X-Adplanning-Role": "admin", "X-Adplanning-Other": "x"}
            sent = browser.get(GOALS, headers=claimed).json()["headers"]
            assert sent["x-adplanning-user"] == browser.headers["X-Test-Name"]
            assert sent["x-adplanning-role"] == role
            assert "x-adplanning-other" not in sent


def test_an_error_of_ours_is_a_page_with_a_reference_that_the_log_knows(
    site: Site, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> str:
        raise ValueError("a value of the visitor")

    own = site.application._dashboards._own
    monkeypatch.setattr(own, "_parts", own._parts._replace(executed_html=fails))
    answer = browser.get(NOTEBOOK)
    assert answer.status_code == 500
    assert "a value of the visitor" not in answer.text
    reference = answer.text.split("Reference: ")[1][:8]
    assert f"unexpected error at {NOTEBOOK}; reference {reference}" in caplog.text


def test_a_page_of_the_child_never_tells_which_kernel_is_whose(site: Site, browser: httpx2.Client) -> None:
    answer = browser.get(GOALS)
    assert "x-kernel-id" not in answer.headers
    assert json.loads(answer.text)["path"] == GOALS
