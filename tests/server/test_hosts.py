from __future__ import annotations

from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from adplanning.server.hosts import is_known_host, is_same_host
from tests.server.conftest import GOALS, Site


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:9000", "10.1.2.3", "[::1]:9000", "shop.in:1"])
def test_localhost_addresses_and_allowed_names_are_ours(host: str) -> None:
    assert is_known_host(host, {"shop.in"})


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "shop.in.evil.example", "a@localhost", "localhost:", "127.1",
     "2130706433", "0x7f.0.0.1", "localhost/x", "localhost:99999999", "[localhost]", "[::1",
     "x\x00localhost", " localhost"],
)  # fmt: skip
def test_no_other_host_is_ours(host: str) -> None:
    assert not is_known_host(host, {"shop.in"})


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:9000", "localhost:9000", True),
        ("https://shop.in", "shop.in", True),
        ("https://shop.in:443", "SHOP.in", True),
        ("http://[::1]:9000", "[::1]:9000", True),
        ("http://localhost:8888", "localhost:9000", False),
        ("http://127.0.0.1:9000", "localhost:9000", False),
        ("https://shop.in", "shop.in:80", False),
        ("null", "localhost", False),
        ("", "localhost", False),
        ("file://localhost", "localhost", False),
        ("http://localhost@evil.example", "localhost", False),
        ("http://localhost.evil.example", "localhost", False),
    ],
)
def test_an_origin_is_ours_only_with_the_host_and_port_of_the_request(origin: str, host: str, same: bool) -> None:
    assert is_same_host(origin, host) is same


def test_a_secure_host_takes_nothing_from_its_insecure_twin() -> None:
    assert not is_same_host("http://shop.in", "shop.in", secure=True)
    assert is_same_host("https://shop.in", "shop.in", secure=True)


# J4


def test_a_foreign_host_gets_no_page_and_no_form(site: Site, browser: httpx2.Client) -> None:
    for path in (GOALS, "/app", "/app/voila/static/voila.js", "/sign-in"):
        answer = browser.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 403, path
        assert "ADPLANNING_ALLOWED_HOSTS" in answer.text
    assert browser.get(GOALS, headers={"Host": "ads.example.com"}).status_code == 200


def test_a_rebound_name_is_refused_although_its_origin_agrees(site: Site, browser: httpx2.Client) -> None:
    kernel = site.open_page(browser)["kernel"]
    rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert browser.post("/sign-out", headers=rebound).status_code == 403
    assert browser.post(f"/app/voila/api/shutdown/{kernel}", headers=rebound).status_code == 403
    with pytest.raises(InvalidStatus) as refusal:
        site.socket(
            f"/app/api/kernels/{kernel}/channels",
            browser,
            headers={"Host": "evil.example"},
            origin="http://evil.example",
        )
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", None])
def test_a_websocket_from_another_site_or_without_origin_is_refused(
    origin: Any, site: Site, browser: httpx2.Client
) -> None:
    kernel = site.open_page(browser)["kernel"]
    with pytest.raises(InvalidStatus) as refusal:
        site.socket(f"/app/api/kernels/{kernel}/channels", browser, origin=origin)
    assert refusal.value.response.status_code == 403


def test_a_form_from_another_site_changes_nothing(site: Site, browser: httpx2.Client) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert browser.post("/sign-out", headers=headers).status_code == 403
        assert browser.post("/sign-in", headers=headers, data={"name": "admin"}).status_code == 403
    del browser.headers["Origin"]
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get(GOALS).status_code == 200
    assert browser.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
