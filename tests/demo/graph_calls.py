"""Calls of the invented Graph API as a plain client makes them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2

from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_seeding import seeded

UNTIL = date(2026, 11, 21)
TODAY = date(2026, 11, 22)


@dataclass
class Caller:
    """Asks the server with the right token and proof; `token` may be another one."""

    server: GraphServer
    http: httpx2.Client

    @property
    def data(self) -> GraphData:
        return self.server.data

    @property
    def page_token(self) -> str:
        return next(iter(self.data.pages.values())).access_token

    def ask(self, path: str, *, method: str = "GET", token: str = "", **params: str) -> httpx2.Response:
        token = token or self.server.access_token
        proof = hmac.new(self.server.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return self.http.request(
            method,
            f"{self.server.url}/v26.0{path}",
            params={**params, "appsecret_proof": proof},
            headers={"Authorization": f"Bearer {token}"},
        )

    def error(self, path: str, **params: str) -> tuple[int, int | None]:
        """Code and subcode of a refusal."""
        refusal = self.ask(path, **params)
        assert refusal.status_code >= 400, refusal.text
        told = refusal.json()["error"]
        return told["code"], told.get("error_subcode")

    def pages(self, path: str, **params: str) -> list[list[dict[str, Any]]]:
        """All pages of a list, as far as `next` leads."""
        found, cursor = [], {}
        while True:
            content = self.ask(path, **params, **cursor).json()
            found.append(content["data"])
            if "next" not in content.get("paging", {}):
                return found
            cursor = {"after": content["paging"]["cursors"]["after"]}

    def rows(self, path: str, **params: str) -> list[dict[str, Any]]:
        """All rows of a list."""
        return [row for page in self.pages(path, **params) for row in page]


def days(since: date, until: date) -> str:
    """The parameter time_range."""
    return json.dumps({"since": since.isoformat(), "until": until.isoformat()})


@contextmanager
def calling(data: GraphData | None = None) -> Iterator[Caller]:
    """A server with a caller beside it; without data, a small one."""
    held = data or seeded(until=UNTIL, days=5, n_campaigns=3)
    with graph_server(held, today=lambda: TODAY) as server, httpx2.Client(timeout=5) as http:
        yield Caller(server, http)
