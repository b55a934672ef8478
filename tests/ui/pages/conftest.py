"""Stores that pages are opened on, and the API on the same shop, to hold its numbers against those of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.settings import Settings
from adplanning.store.engine import make_engine
from adplanning.store.session import write_transaction
from adplanning.store.upgrading import open_store
from tests.ui.pages.foretold import foretell

KEY = "an-admin-key-for-tests"


class Api:
    """Answers of the API under /admin/ad-planning."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, path: str, **query: Any) -> Any:
        answer = self._client.get(f"/admin/ad-planning/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def linked_shop(shop_engine: Engine) -> Engine:
    """The shop after a run has linked what is sure."""
    found = campaign_links(shop_engine, cutoff=0.88, margin=0.05, now=datetime.now(UTC))
    with write_transaction(shop_engine) as connection:
        for part in found.parts():
            store_links(connection, part)
    return shop_engine


@pytest.fixture
def api(shop_engine: Engine, settings: Settings) -> Iterator[Api]:
    keyed = settings.model_copy(update={"admin_key": SecretStr(KEY)})
    with TestClient(create_app(keyed, shop_engine), headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield Api(client)


@pytest.fixture(scope="session")
def _foretold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forecasts") / "store.db"
    engine = open_store(f"sqlite:///{path}")
    foretell(engine)
    engine.dispose()
    return path


@pytest.fixture
def forecast_shop(_foretold: Path, tmp_path: Path) -> Iterator[Engine]:
    """Two campaigns with curves and forecasts, a store of its own for every test."""
    shutil.copy(_foretold, tmp_path / "forecasts.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'forecasts.db'}")
    yield engine
    engine.dispose()
