"""The schedule, as cron and systemd read it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adplanning.batch import NOTEBOOKS
from adplanning.cli import app
from adplanning.cli_schedule import NIGHTLY, REPORT, crontab_lines, program, systemd_units

CRON = re.compile(r"(\d+) (\d+) \* \* ([\d,-]+) (.*)")


def told(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["schedule", *words])
    return result.exit_code, result.output


def test_every_notebook_is_run_by_it() -> None:
    assert sorted((*NIGHTLY, REPORT)) == sorted(NOTEBOOKS)


@pytest.mark.parametrize("folder", ["/srv/shop", "/srv/50% off; rm -rf $HOME/it's"])
def test_each_day_has_one_line_for_cron_and_mondays_one_with_the_report(folder: str) -> None:
    found = [CRON.fullmatch(line) for line in crontab_lines("02:30", Path(folder))]
    assert [(line[1], line[2], line[3]) for line in found if line] == [("30", "2", "0,2-6"), ("30", "2", "1")]
    for line, notebooks in zip(found, (NIGHTLY, (*NIGHTLY, REPORT)), strict=True):
        assert line is not None
        command = line[4]
        # Cron ends a command at a percent sign that is not escaped.
        assert not re.search(r"(?<!\\)%", command)
        assert shlex.split(command.replace(r"\%", "%")) == ["cd", folder, "&&", program(), "run", *notebooks]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "50% off shop"
    folder.mkdir()
    monkeypatch.setattr("adplanning.cli_schedule.program", lambda: shutil.which("true"))
    units = systemd_units("02:30", folder, user="root")
    assert sorted(units) == [
        "adplanning-monday.service",
        "adplanning-monday.timer",
        "adplanning-nightly.service",
        "adplanning-nightly.timer",
    ]
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in checked.stderr.splitlines() if "adplanning" in line] == []


def test_what_is_printed_tells_the_clock_and_no_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_META_ACCESS_TOKEN", "a-token-that-is-secret")
    monkeypatch.setenv("ADPLANNING_TIMEZONE", "Asia/Kolkata")
    code, output = told()
    assert code == 0
    assert "Every day at 02:30 by this computer's clock" in output
    assert "in Asia/Kolkata, the reporting time zone" in output
    assert "Only this shell knows" in output
    assert "ADPLANNING_META_ACCESS_TOKEN" in output
    assert "a-token-that-is-secret" not in output
    assert " run sync_meta_ads " in output


def test_settings_in_a_file_are_found_by_the_schedule_and_not_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"ADPLANNING_HOME={home}\n")
    output = told()[1]
    assert "Only this shell knows" not in output
    assert "Left out: sync_meta_ads" in output
    assert " run resolve_attribution " in output


def test_one_format_is_printed_alone(home: Path) -> None:
    assert "[Unit]" not in told("--format", "crontab")[1]
    assert "* * 1" not in told("--format", "systemd")[1]


@pytest.mark.parametrize("at", ["24:00", "2:30", "02:60", "noon", "02:30\n* * * * * rm"])
def test_what_is_no_time_of_day_is_refused(home: Path, at: str) -> None:
    code, output = told("--at", at)
    assert code == 2
    assert "is no time of day" in output.replace("\n", " ")
