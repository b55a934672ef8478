"""A small shop for notebooks to run on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop


@pytest.fixture
def shop_engine(engine: Engine) -> Engine:
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.105), lambda _: None)
    return engine


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, timezone="Asia/Kolkata", _env_file=None)
