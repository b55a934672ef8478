"""What every test may ask for: a fresh store in a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adplanning.store.upgrading import open_store


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty, upgraded SQLite store."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.dispose()
