"""HTTP for the invented Graph API: connections stay open between calls, and can be cut in the middle of an answer."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from adplanning.demo.graph_wire import Answer

# Method, path with query, body and Authorization.
Handle = Callable[[str, str, bytes, str], Answer]
# For `shutdown` of a connection: neither read nor write.
_BOTH_WAYS = 2


class Listener(ThreadingHTTPServer):
    """Listens on a free port of loopback and has each request answered by `handle`."""

    daemon_threads = True

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self._open: set[Any] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection, and remember it."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        """Cut the connections that are still open, so that their threads end."""
        for connection in list(self._open):
            cut(connection)


def cut(connection: Any) -> None:
    """End a connection at once; one that the client has left is ended already."""
    try:
        connection.shutdown(_BOTH_WAYS)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Listener

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        answer = self.server.handle(self.command, self.path, body, self.headers.get("Authorization", ""))
        self.send_response(answer.status)
        for name, value in (*answer.headers.items(), ("Content-Type", answer.content_type)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        is_whole = answer.delivery == "whole"
        try:
            self.wfile.write(answer.body if is_whole else answer.body[: len(answer.body) // 2])
            self.wfile.flush()
        except OSError:
            is_whole = False
        if not is_whole:
            self.close_connection = True
            cut(self.connection)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Nothing: the server keeps its own log."""
