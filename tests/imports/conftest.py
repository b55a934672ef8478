"""What the tests of imports share: a file written and taken in, and the whole store as it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.settings import Settings
from adplanning.imports.importing import ImportSummary, import_file
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = Settings(_env_file=None, currency="INR", timezone="Asia/Kolkata")

Take = Callable[..., ImportSummary]


@pytest.fixture
def take(engine: Engine, tmp_path: Path) -> Take:
    """Write lines as a file and import it: `take("orders", "order_id,total", "1,5")`."""

    def taken(kind: str, *lines: str, now: datetime = NOW, **mapping: str) -> ImportSummary:
        path = tmp_path / "given.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return import_file(engine, kind, path, mapping=mapping, settings=SETTINGS, now=now)

    return taken


@pytest.fixture
def rows(engine: Engine) -> Callable[..., list[Any]]:
    """Columns of a table, in the order of its first one."""

    def of(table: str, *columns: str) -> list[Any]:
        query = select(*(TABLES[table].c[name] for name in columns)).order_by(TABLES[table].c[columns[0]])
        with reading(engine) as session:
            return [tuple(row) for row in session.execute(query)]

    return of


@pytest.fixture
def reasons(rows: Callable[..., list[Any]]) -> Callable[[], dict[int, str]]:
    """Why each refused line was refused."""
    return lambda: dict(rows("rejected_rows", "line", "reason"))


@pytest.fixture
def everything(engine: Engine) -> Callable[[], dict[str, list[Any]]]:
    """Every row of every table."""

    def whole() -> dict[str, list[Any]]:
        with reading(engine) as session:
            return {name: sorted(map(repr, session.execute(select(table)).all())) for name, table in TABLES.items()}

    return whole
