from __future__ import annotations

import contextlib
import json

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import Site

JUPYTER = "v1.kernel.websocket.jupyter.org"


@pytest.fixture
def channels(site: Site, browser: httpx2.Client) -> str:
    """The address of a kernel's websocket that is the browser's."""
    return f"/app/api/kernels/{site.open_page(browser)['kernel']}/channels"


def test_text_and_bytes_go_both_ways_in_the_protocol_that_was_agreed(
    site: Site, browser: httpx2.Client, channels: str
) -> None:
    with site.socket(channels, browser, subprotocols=["other", JUPYTER]) as websocket:
        assert websocket.subprotocol == JUPYTER
        for message in ("words", "पाठ", b"\x00\xff", "", b""):
            websocket.send(message)
            assert websocket.recv(5) == message
    with site.socket(channels, browser) as websocket:
        assert websocket.subprotocol is None


def test_large_messages_pass_and_too_large_ones_end_the_connection(
    site: Site, browser: httpx2.Client, channels: str
) -> None:
    with site.socket(channels, browser, compression=None) as websocket:
        large = b"x" * (20 * 2**20)
        websocket.send(large)
        assert websocket.recv(20) == large
        with contextlib.suppress(ConnectionClosed):
            websocket.send(b"x" * (33 * 2**20))
        with pytest.raises(ConnectionClosed):
            websocket.recv(20)
        # Closed while it still sends, the client may not get to read why.
        assert websocket.close_code in (1009, 1006)


def test_the_kernel_sees_our_name_and_not_the_browsers(site: Site, browser: httpx2.Client, channels: str) -> None:
    headers = {"Authorization": "Bearer x", "X-Adplanning-Role": "admin"}
    with site.socket(f"{channels}?session_id=1&token=x", browser, headers=headers) as websocket:
        websocket.send("headers")
        arrived = json.loads(websocket.recv(5))
        assert arrived["authorization"].startswith("token ")
        assert not {"cookie", "x-adplanning-role"} & set(arrived)
        websocket.send("query")
        assert websocket.recv(5) == "session_id=1"


def test_when_the_kernel_closes_so_does_the_browsers_side(site: Site, browser: httpx2.Client, channels: str) -> None:
    with site.socket(channels, browser) as websocket:
        websocket.send("close")
        with pytest.raises(ConnectionClosed):
            websocket.recv(5)
        assert (websocket.close_code, websocket.close_reason) == (4000, "as you like")
