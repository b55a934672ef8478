"""`adplanning person …`, as an admin types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine
from typer.testing import CliRunner

from adplanning.cli import app
from adplanning.core.settings import load_settings
from adplanning.people import service
from adplanning.store.session import writing
from adplanning.store.upgrading import open_store
from tests.people.held import EMAIL, NOON, fill


@pytest.fixture
def asha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, str]]:
    """A store in a home of its own, and the id of a person in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADPLANNING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ADPLANNING_DATABASE_URL", raising=False)
    settings = load_settings()
    engine = open_store(settings.url)
    yield engine, fill(engine, settings.runs_folder)[0]
    engine.dispose()


def command(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["person", *words], input=answer)


def test_a_person_is_exported_erased_and_allowed_again(asha: tuple[Engine, str], tmp_path: Path) -> None:
    engine, person_id = asha
    assert command("export", person_id, str(tmp_path / "asha.json")).exit_code == 0
    assert json.loads((tmp_path / "asha.json").read_text())["person"]["email"] == EMAIL
    assert json.loads(command("export", person_id).output)["person"]["id"] == person_id

    refused = command("erase", person_id, answer="n\n")
    assert refused.exit_code == 1
    erased = command("erase", person_id, "--yes")
    assert erased.exit_code == 0, erased.output
    assert "1 persons" in erased.output
    assert "deleted: run_1.ipynb" in erased.output
    assert "vacuum" not in erased.output
    gone = command("erase", person_id, "--yes")
    assert gone.exit_code == 2

    assert command("allow", EMAIL).exit_code == 0
    with writing(engine) as session:
        service.create_person(session, {"email": EMAIL}, now=NOON)
    assert command("allow", EMAIL).exit_code == 2
