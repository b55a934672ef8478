from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import httpx2
import pytest

from tests.server.conftest import GOALS, Site, served

SCRIPT = "/app/voila/static/voila.js"


def sent(browser: httpx2.Client, path: str = GOALS, **headers: str) -> dict[str, str]:
    """The headers that reached the child."""
    return dict(
        browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).json()["headers"]
    )


# J5


def test_parameters_that_would_choose_a_template_never_arrive(browser: httpx2.Client) -> None:
    asked = f"{GOALS}?template=../../etc&status=active&THEME=dark&token=x&voila-debug=1&q=a%26b+c"
    assert browser.get(asked).json()["query"] == "status=active&q=a%26b+c"


def test_no_credential_of_the_browser_arrives(site: Site, browser: httpx2.Client) -> None:
    token = browser.cookies["adplanning_session"]
    arrived = sent(
        browser,
        Authorization="Bearer my-key",
        Cookie=f"adplanning_session={token}; other=1; _xsrf=2|ab|1; last=2",
        X_Forwarded_For="203.0.113.1",
        Forwarded="for=203.0.113.1",
    )
    assert arrived["cookie"] == "_xsrf=2|ab|1"
    assert arrived["authorization"].startswith("token ")
    assert arrived["host"].startswith("127.0.0.1:")
    assert arrived["origin"] == f"http://{arrived['host']}"
    assert not {"x-forwarded-for", "forwarded", "x-test-name"} & set(arrived)
    assert token not in json.dumps(arrived)


@pytest.mark.parametrize("cookie", ['_xsrf="a b"', "_xsrf=a\\b", "x_xsrf=1", "_xsrf=", "_xsrf=" + "x" * 300])
def test_only_a_plain_xsrf_cookie_arrives(cookie: str, browser: httpx2.Client) -> None:
    token = browser.cookies["adplanning_session"]
    browser.cookies.clear()
    assert "cookie" not in sent(browser, Cookie=f"adplanning_session={token}; {cookie}")


def test_a_page_comes_back_with_our_policy_and_without_the_childs_cookies(site: Site, browser: httpx2.Client) -> None:
    answer = browser.get(GOALS)
    policy = answer.headers.get_list("content-security-policy")
    assert len(policy) == 1
    directives = {part.split()[0]: part.split()[1:] for part in policy[0].split("; ")}
    host = f"localhost:{site.port}"
    assert directives == {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'", "blob:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", "blob:", "data:", f"ws://{host}", f"wss://{host}"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "server" not in answer.headers
    assert [text.partition("=")[0] for text in answer.headers.get_list("set-cookie")] == ["_xsrf"]


def test_files_named_after_their_content_are_kept_for_ever_and_others_asked_for_again(browser: httpx2.Client) -> None:
    for_ever = "private, max-age=31536000, immutable"
    hashed = "/app/voila/labextensions/x/static/187.0123456789abcdef0123.js"
    assert browser.get(hashed).headers["cache-control"] == for_ever
    assert browser.get(f"{SCRIPT}?v=0123456789abcdef0123").headers["cache-control"] == for_ever
    assert browser.get(SCRIPT).headers["cache-control"] == "private, no-cache"
    again = browser.get(SCRIPT, headers={"If-None-Match": '"one"'})
    assert (again.status_code, again.content) == (304, b"")


def test_compressed_files_pass_untouched_and_only_for_who_asks(browser: httpx2.Client) -> None:
    with browser.stream("GET", SCRIPT, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-length"] == str(len(raw))
    assert gzip.decompress(raw).startswith(b"const answer = 42;")
    plain = browser.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(raw)


def test_a_full_house_is_said_kindly_and_tries_again_by_itself(site: Site, browser: httpx2.Client) -> None:
    answer = browser.get(f"{GOALS}/full")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert '<meta http-equiv="refresh" content="7">' in answer.text
    assert "All places for dashboards are taken" in answer.text


@pytest.mark.parametrize("page", ["broken", "elsewhere"])
def test_what_the_child_says_of_its_errors_is_not_passed_on(
    page: str, browser: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser.get(f"{GOALS}/{page}")
    assert answer.status_code == 500
    assert "a secret of the child" not in answer.text
    assert "location" not in answer.headers
    assert answer.text.split("Reference: ")[1][:8] in caplog.text


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with served(tmp_path, page_s=1.0) as site, site.signed_in() as browser:
        started = time.monotonic()
        answer = browser.get(f"{GOALS}/slow")
        assert answer.status_code == 504
        assert "took too long" in answer.text
        with pytest.raises(httpx2.RemoteProtocolError):
            browser.get(f"{GOALS}/endless")
        assert time.monotonic() - started < 10


def test_a_body_larger_than_a_goodbye_is_refused(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    assert browser.post(f"/app/voila/api/shutdown/{kernel}", content=b"x" * 100_000).status_code == 413
    assert kernel in site.living_kernels()


def test_without_a_child_a_page_says_that_it_starts_and_a_script_waits(tmp_path: Path) -> None:
    with served(tmp_path, command=("false",), ready=False) as site, site.signed_in() as browser:
        page = browser.get(GOALS)
        assert (page.status_code, page.headers["retry-after"]) == (503, "3")
        assert '<meta http-equiv="refresh" content="3">' in page.text
        script = browser.get(SCRIPT)
        assert script.status_code == 503
        assert script.headers["content-type"].startswith("text/plain")
        assert browser.get("/health").status_code == 200
