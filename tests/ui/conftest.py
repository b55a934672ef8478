"""A small shop that pages are opened on, and visitors of every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.store.engine import make_engine
from adplanning.store.upgrading import open_store
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit
from tests.ui.visiting import NotingFrame

NewVisit = Callable[..., Visit]


@pytest.fixture(autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    # Not all widgets: one of ipyvue's own is made once, with its module.
    for widget in list(_instances.values()):
        if isinstance(widget, Component):
            widget.close()


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "store.db"
    engine = open_store(f"sqlite:///{path}")
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.105), lambda _: None)
    engine.dispose()
    return path


@pytest.fixture
def shop_engine(_filled: Path, tmp_path: Path) -> Iterator[Engine]:
    """A shop of its own for every test."""
    shutil.copy(_filled, tmp_path / "adplanning.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'adplanning.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, timezone="Asia/Kolkata", _env_file=None)


@pytest.fixture
def frame() -> NotingFrame:
    return NotingFrame()


@pytest.fixture
def new_visit(settings: Settings, frame: NotingFrame) -> NewVisit:
    """Makes a visit of an analyst, or of another role, at a page or one of its records."""

    def make(engine: Engine, role: Role = Role.analyst, record_id: str | None = None, **query: Any) -> Visit:
        return Visit(engine, settings, role, frame, record_id, query, "Asha")

    return make
