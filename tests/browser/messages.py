"""Messages to a kernel as anybody could send them who is signed in and has read how Jupyter talks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.browser.site import COOKIE, Site

BINARY = "v1.kernel.websocket.jupyter.org"


@dataclass(frozen=True)
class Wire:
    """A websocket to a kernel, in one of Jupyter's two protocols."""

    socket: ClientConnection

    def send(self, kind: str, content: Mapping[str, Any], *, channel: str = "shell") -> str:
        """Send one message and give its id."""
        header = {
            "msg_id": uuid4().hex, "msg_type": kind, "username": "", "session": "forged", "version": "5.4",
            "date": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        parts: dict[str, Any] = {"header": header, "parent_header": {}, "metadata": {}, "content": dict(content)}
        if self.socket.subprotocol == BINARY:
            self.socket.send(serialize_msg_to_ws_v1(parts, channel, lambda part: json.dumps(part).encode()))
        else:
            self.socket.send(json.dumps({**parts, "channel": channel, "buffers": []}))
        return str(header["msg_id"])

    def answers(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What comes back within a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                came = self.socket.recv(left)
            except TimeoutError:
                return
            if isinstance(came, str):
                yield json.loads(came)
            else:
                _, (header, parent, _, content, *_) = deserialize_msg_from_ws_v1(came)
                yield {
                    "header": json.loads(header),
                    "parent_header": json.loads(parent),
                    "content": json.loads(content),
                }

    def ask(self, kind: str, content: Mapping[str, Any], *, within_s: float = 20) -> dict[str, Any]:
        """The content of the reply."""
        asked = self.send(kind, content)
        for answer in self.answers(within_s):
            is_reply = answer["header"]["msg_type"].endswith("_reply")
            if is_reply and answer["parent_header"].get("msg_id") == asked:
                return dict(answer["content"])
        raise AssertionError(f"no answer to {kind}")

    def comms(self) -> list[str]:
        """All widgets of the kernel."""
        return list(self.ask("comm_info_request", {})["comms"])

    def event(self, comm: str, event: str, data: object) -> None:
        """What our own pages send when somebody presses something."""
        custom = {"method": "custom", "content": {"event": event, "data": data}}
        self.send("comm_msg", {"comm_id": comm, "data": custom})


@contextmanager
def wired(site: Site, token: str, kernel: str, *, binary: bool = False) -> Iterator[Wire]:
    """A websocket beside the page's own."""
    address = f"{site.origin.replace('http', 'ws', 1)}/app/api/kernels/{kernel}/channels?session_id=forged"
    with connect(
        address,
        origin=Origin(site.origin),
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        subprotocols=[Subprotocol(BINARY)] if binary else None,
        proxy=None,
        max_size=None,
    ) as socket:
        yield Wire(socket)
