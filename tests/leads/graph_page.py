"""The invented page with its lead forms, and a client that reads it; nothing really waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from pydantic import SecretStr

from adplanning.core.settings import Settings
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_seeding import seeded
from adplanning.meta_ads.client import Credentials, MetaClient

TODAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAGE = "10050"


@contextmanager
def lead_server(**sizes: Any) -> Iterator[GraphServer]:
    """A server with one page and two forms; 20 leads in the 40 days before `TODAY`."""
    with graph_server(seeded(until=date(2026, 11, 21), **sizes), today=TODAY.date) as server:
        yield server


@contextmanager
def client_of(graph: GraphServer, at: datetime = TODAY) -> Iterator[MetaClient]:
    credentials = Credentials(SecretStr(graph.access_token), SecretStr(graph.app_secret))
    with MetaClient(credentials, base_url=graph.url, now=lambda: at, sleep=lambda _: None, patience_s=0) as client:
        yield client


def tokens(graph: GraphServer) -> dict[str, SecretStr]:
    return {page.id: SecretStr(page.access_token) for page in graph.data.pages.values()}


def settings_of(graph: GraphServer, **others: Any) -> Settings:
    """The settings of a shop that is connected with the server."""
    return Settings(
        _env_file=None,
        meta_access_token=graph.access_token,
        meta_app_secret=graph.app_secret,
        meta_verify_token=graph.verify_token,
        meta_base_url=graph.url,
        **others,
    )
