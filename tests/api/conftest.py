"""The real application on a fresh store, called with and without a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings

ADMIN_KEY = "an-admin-key-for-tests"


@pytest.fixture
def admin_key() -> str:
    return ADMIN_KEY


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, admin_key=ADMIN_KEY, timezone="Asia/Kolkata", _env_file=None)


@pytest.fixture
def public(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    """A caller without a key."""
    with TestClient(create_app(settings, engine), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def admin(public: TestClient) -> TestClient:
    """A caller with the admin key."""
    public.headers["Authorization"] = f"Bearer {ADMIN_KEY}"
    return public
