"""A webhook and a mail server of our own, which keep what they are sent."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass
class Webhook:
    """Answers each call with the next of `statuses`, and with 200 when there is none left."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def webhook(*statuses: int, headers: dict[str, str] | None = None) -> Iterator[Webhook]:
    kept = Webhook(statuses=list(statuses), headers=headers or {})

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.paths.append(self.path)
            kept.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(kept.statuses.pop(0) if kept.statuses else 200)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Receiver)) as port:
        kept.url = f"http://127.0.0.1:{port}/hooks/secret-path"
        yield kept


@dataclass
class Mailbox:
    url: str = ""
    port: int = 0
    letters: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    log_ins: list[str] = field(default_factory=list)


@contextmanager
def mailbox(*, refuses: str = "") -> Iterator[Mailbox]:
    """Speaks as much SMTP as `smtplib` asks for; `refuses` answers every letter."""
    kept = Mailbox()

    class Receiver(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline().decode().strip():
                match line.upper().split()[0]:
                    case "EHLO":
                        self._say("250-here\r\n250 AUTH PLAIN")
                    case "AUTH":
                        kept.log_ins.append(line)
                        self._say("235 welcome")
                    case "RCPT":
                        kept.recipients.append(line.partition(":")[2].split()[0].strip("<>"))
                        self._say("250 yes")
                    case "DATA":
                        self._say("354 go on")
                        lines = []
                        while (part := self.rfile.readline().decode()) != ".\r\n":
                            lines.append(part)
                        kept.letters.append("".join(lines))
                        self._say(refuses or "250 kept")
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("250 yes")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver)) as port:
        kept.port, kept.url = port, f"smtp://nightly:pass%2Fword@127.0.0.1:{port}"
        yield kept


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield cast("tuple[str, int]", server.server_address)[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
