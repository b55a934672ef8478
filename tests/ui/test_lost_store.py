"""The database is lost while a page is open, and comes back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from traitlets import HasTraits

from adplanning.core.vocabulary import Role
from adplanning.ui import shell as shell_module
from adplanning.ui.shell import Shell
from adplanning.ui.table import Table
from tests.breakable import Breakable, breakable_postgresql, breakable_sqlite
from tests.ui.visiting import send

GOALS = "/app/ad-planning/goals"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, upgraded_file: Path, tmp_path: Path) -> Breakable:
    if request.param == "postgresql":
        return breakable_postgresql(request.getfixturevalue("postgresql_url"))
    return breakable_sqlite(Path(shutil.copy(upgraded_file, tmp_path / "store.db")))


@pytest.fixture
def shell(store: Breakable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """The goals, opened by an analyst."""
    monkeypatch.setenv("ADPLANNING_HOME", str(tmp_path))
    monkeypatch.setenv("ADPLANNING_DATABASE_URL", store.url)
    opened = Shell(page={"title": "", "help": "", "slug": "", "crumbs": []})
    opened.enter("Asha", Role.analyst, served=True)
    opened.open_page(GOALS)
    yield opened
    opened._engine.dispose()


def kinds(shell: HasTraits) -> list[str]:
    return [type(widget).__name__ for widget in getattr(shell, "body", ())]


def test_a_page_that_is_opened_meanwhile_says_so_and_opens_itself_when_it_is_back(
    shell: Shell, store: Breakable, caplog: pytest.LogCaptureFixture
) -> None:
    with store.lost(shell._engine):
        send(shell, "visit", {"address": f"{GOALS}?is_active=true"})
        found = re.fullmatch(
            r"The database cannot be read at the moment\. This page opens by itself as soon as it can; when that takes "
            r"long, tell whoever runs this server the reference (\w{8})\.",
            shell.fault,
        )
        assert found is not None
        assert found[1] in caplog.text
        assert (shell.body, shell.page["waits"], shell.page["title"]) == ([], True, "Goals")
        send(shell, "open_again")
        assert shell.page["waits"] is True
    send(shell, "open_again")
    assert (shell.fault, shell.page["waits"]) == ("", False)
    assert "Table" in kinds(shell)
    [table] = [widget for widget in shell.body if isinstance(widget, Table)]
    assert table.query.filters == {"is_active": "true"}


def test_a_table_that_is_asked_meanwhile_says_so_in_its_place_and_answers_when_it_is_back(
    shell: Shell, store: Breakable
) -> None:
    [table] = [widget for widget in shell.body if isinstance(widget, Table)]
    with store.lost(shell._engine):
        send(table, "ask", {**table.asked, "search": "order"})
        assert table.fault.startswith("the database cannot be used now")
        assert "secret" not in table.fault
    send(table, "ask", dict(table.asked))
    assert (table.fault, table.query.search) == ("", "order")


def test_a_page_that_fails_for_another_reason_does_not_open_itself_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell_module, "first_step", lambda *_: 1 / 0)
    send(shell, "open_again")
    assert shell.fault.startswith("Something went wrong here")
    assert shell.page["waits"] is False
