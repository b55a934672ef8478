"""What the README says is there: its links, commands, notebooks and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from adplanning.batch import NOTEBOOKS
from adplanning.cli import app
from adplanning.cli_schedule import NIGHTLY
from adplanning.core.settings import SECRETS_DIR, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
LARGEST_PICTURE = 150_000


def test_every_link_leads_to_a_file_or_a_heading() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-") for line in README.splitlines() if line[:3] == "## "
    }
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    for link in links:
        assert link[1:] in headings if link.startswith("#") else (ROOT / link).exists(), link


def test_its_pictures_are_small_and_none_is_left_over() -> None:
    shown = set(re.findall(r"!\[[^]]*\]\(([^)]+)\)", README))
    assert shown == {str(path.relative_to(ROOT)) for path in (ROOT / "dashboards/pictures").iterdir()}
    assert {name: size for name in shown if (size := (ROOT / name).stat().st_size) > LARGEST_PICTURE} == {}


def test_every_command_is_one_of_ours() -> None:
    ours = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    used = re.findall(
        r"(?<![\w/.])adplanning ([a-z]+)(?: ([a-z]+))?", "\n".join(re.findall(r"`[^`]+`|^adplanning .*", README, re.M))
    )
    assert used
    for name, inner in used:
        assert name in ours, name
        if hasattr(ours[name], "commands"):
            assert inner in ours[name].commands, f"{name} {inner}"


def test_the_nightly_set_stands_there_in_its_order() -> None:
    told = re.search(r"in its order \((.*?)\)", README, re.S)
    assert told
    assert tuple(re.findall(r"`(\w+)`", told[1])) == NIGHTLY
    assert [name for name in NOTEBOOKS if name not in README] == []


@pytest.mark.parametrize("name", [*Settings.model_fields, SECRETS_DIR.removeprefix("ADPLANNING_").lower()])
def test_every_setting_is_in_the_table(name: str) -> None:
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `ADPLANNING_")]
    assert any(re.search(rf"`(ADPLANNING|…)_{name.upper()}`", row) for row in rows)
