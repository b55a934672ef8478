"""`adplanning serve`, up to where it would listen."""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from fastapi import FastAPI
from typer.testing import CliRunner

from adplanning.cli import app
from adplanning.server.app import OneOrigin

pytestmark = pytest.mark.usefixtures("home")


def command(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What would have been served; nothing listens."""
    found: list[object] = []
    monkeypatch.setattr("uvicorn.run", lambda application, **_: found.append(application))
    monkeypatch.setattr("gc.freeze", lambda: None)
    return found


def test_the_first_start_makes_an_admin_and_shows_the_password_once(served: list[object]) -> None:
    first = command("serve", "--port", 9321)
    assert first.exit_code == 0, first.output
    assert "http://localhost:9321/app" in first.output
    assert re.search(r"Sign in as admin with the password \S{23}", first.output)
    assert "password" not in command("serve").output
    assert [type(application) for application in served] == [OneOrigin, OneOrigin]


def test_a_given_password_is_never_shown(served: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_DASHBOARD_PASSWORD", "given-password")
    result = command("serve")
    assert result.exit_code == 0
    assert "given-password" not in result.output
    assert "admin" in command("user", "list").output
    monkeypatch.setenv("ADPLANNING_DASHBOARD_PASSWORD", "short")
    refused = command("serve")
    assert refused.exit_code == 2
    assert "is shorter than 8 characters" in " ".join(refused.output.split())
    assert len(served) == 1


def test_the_api_alone_needs_no_user(served: list[object]) -> None:
    assert command("serve", "--api-only").exit_code == 0
    assert [type(application) for application in served] == [FastAPI]
    assert "admin" not in command("user", "list").output
