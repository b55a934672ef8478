"""Several notebooks after one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from adplanning import cli_run
from adplanning.cli import app
from adplanning.core.errors import Conflict

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What was run; `bad` fails, `busy` is running already."""
    asked: list[tuple[str, dict[str, str]]] = []

    def run_reported(_: Any, __: Any, notebook: str, parameters: dict[str, str]) -> None:
        asked.append((notebook, parameters))
        if notebook == "bad":
            raise typer.Exit(1)
        if notebook == "busy":
            raise Conflict("busy is running")

    monkeypatch.setattr(cli_run, "run_reported", run_reported)
    return asked


def command(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["run", *words])
    return result.exit_code, result.output


def test_one_that_fails_does_not_keep_the_others_from_running(ran: list[tuple[str, dict[str, str]]]) -> None:
    code, output = command("first", "bad", "busy", "last")
    assert [name for name, _ in ran] == ["first", "bad", "busy", "last"]
    assert code == 2
    assert "2 of 4 notebooks did not succeed: bad, busy" in output


def test_parameters_go_to_a_single_notebook(ran: list[tuple[str, dict[str, str]]]) -> None:
    assert command("one", "-p", "as_of", "2026-11-01", "--parameter", "weeks", "2")[0] == 0
    assert ran == [("one", {"as_of": "2026-11-01", "weeks": "2"})]
    code, output = command("one", "two", "-p", "as_of", "2026-11-01")
    assert (code, len(ran)) == (2, 1)
    assert "parameters are of one notebook" in output


@pytest.mark.parametrize("words", [["one", "-p", "as_of"], ["one", "--as_of", "2026-11-01", "x"], ["-p", "a", "b"]])
def test_what_is_not_a_parameter_is_refused(ran: list[tuple[str, dict[str, str]]], words: list[str]) -> None:
    assert (command(*words)[0], ran) == (2, [])


def test_all_that_succeed_end_without_a_code(ran: list[tuple[str, dict[str, str]]], tmp_path: Path) -> None:
    assert command("first", "last") == (0, "")
