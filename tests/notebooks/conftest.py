"""A small shop for notebooks to run on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop


def with_shop(engine: Engine) -> Engine:
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.105), lambda _: None)
    return engine


@pytest.fixture
def shop_engine(engine: Engine) -> Engine:
    return with_shop(engine)


@pytest.fixture
def any_shop_engine(any_engine: Engine) -> Engine:
    """The same; the test runs once on each database."""
    return with_shop(any_engine)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, timezone="Asia/Kolkata", _env_file=None)
