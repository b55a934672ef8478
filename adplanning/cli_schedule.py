"""`adplanning schedule`: the nightly notebooks as lines for cron and units for systemd; it changes nothing itself."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from dotenv import dotenv_values

from adplanning.cli_store import answering_errors, say
from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings, load_settings

NIGHTLY: Final = (
    "sync_meta_ads",
    "resolve_attribution",
    "attribute_conversions",
    "analyze_sentiment",
    "score_customers",
    "rebuild_segments",
    "update_experiments",
    "forecast_budget",
    "check_alerts",
)
"""In the order in which each finds what those before it have made."""
REPORT: Final = "weekly_report"
"""What comes after them on Mondays."""
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Format(StrEnum):
    """For whom the schedule is."""

    crontab = "crontab"
    systemd = "systemd"
    all = "all"


def schedule(
    at: Annotated[str, typer.Option(help="when, by the clock of this computer, as 02:30")] = "02:30",
    format_: Annotated[Format, typer.Option("--format", help="for cron, for systemd, or both")] = Format.all,
) -> None:
    """Print lines for cron and units for systemd that run all notebooks every night; copy what you want.

    A notebook that fails does not keep those after it from running: they work on what is there.
    """
    with answering_errors():
        if not _TIME.fullmatch(at):
            raise InvalidData.at("at", f"{at!r} is no time of day; write it as 02:30")
        settings, folder = load_settings(), Path.cwd()
        if any(sign in f"{folder}{program()}" for sign in "\n\r\0"):
            raise InvalidData.at("folder", "its name holds a line break, which no schedule can name; rename it")
        say(_when(at, settings))
        notebooks = _possible(settings)
        for line in (*_unsaved(folder), *_left_out(notebooks)):
            say(line)
        if format_ is not Format.systemd:
            say("\n# --- crontab: put these lines in with `crontab -e`")
            for line in crontab_lines(at, folder, notebooks):
                say(line)
        if format_ is not Format.crontab:
            say("\n# --- systemd: put each file into /etc/systemd/system, then, as root,")
            say("# systemctl daemon-reload && systemctl enable --now adplanning-nightly.timer adplanning-monday.timer")
            for name, text in systemd_units(at, folder, notebooks, user=getpass.getuser()).items():
                say(f"\n# /etc/systemd/system/{name}\n{text}")


def program() -> str:
    """The command of this installation, by its whole path."""
    return str(Path(sys.executable).with_name("adplanning"))


def crontab_lines(at: str, folder: Path, notebooks: Sequence[str] = NIGHTLY) -> list[str]:
    """A line for Mondays, with the weekly report, and one for the other days.

    >>> for line in crontab_lines("02:30", Path("/srv/ad planning")):
    ...     print(line.partition(" && ")[0])
    30 2 * * 0,2-6 cd '/srv/ad planning'
    30 2 * * 1 cd '/srv/ad planning'
    """
    hour, minute = map(int, at.split(":"))
    lines = []
    for days, last in (("0,2-6", []), ("1", [REPORT])):
        command = f"cd {shlex.quote(str(folder))} && {shlex.join([program(), 'run', *notebooks, *last])}"
        # To cron a percent sign is the end of the command.
        lines.append(f"{minute} {hour} * * {days} {command.replace('%', chr(92) + '%')}")
    return lines


def systemd_units(at: str, folder: Path, notebooks: Sequence[str] = NIGHTLY, *, user: str) -> dict[str, str]:
    """By its file name each service and each timer."""
    units = {}
    for name, days, last in (("nightly", "Tue..Sun", []), ("monday", "Mon", [REPORT])):
        command = " ".join([_quoted(program()), "run", *notebooks, *last])
        units[f"adplanning-{name}.service"] = f"""\
[Unit]
Description=adplanning: the notebooks of {"the night before Monday" if name == "monday" else "a night"}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={str(folder).replace("%", "%%")}
ExecStart={command}
"""
        units[f"adplanning-{name}.timer"] = f"""\
[Unit]
Description=adplanning: when the notebooks run

[Timer]
OnCalendar={days} *-*-* {at}:00
Persistent=true

[Install]
WantedBy=timers.target
"""
    return units


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _when(at: str, settings: Settings) -> str:
    hour, minute = map(int, at.split(":"))
    here = datetime.now(UTC).astimezone().replace(hour=hour, minute=minute)
    there = here.astimezone(settings.zone)
    return (
        f"# Every day at {at} by this computer's clock ({here:%Z}, UTC{here:%z}); today that is {there:%H:%M} in "
        f"{settings.timezone}, the reporting time zone.\n"
        "# A notebook that is still running is not started twice; one that fails does not keep the others from running."
    )


def _possible(settings: Settings) -> list[str]:
    """Without a token of Meta's a sync would fail every night."""
    return [name for name in NIGHTLY if name != "sync_meta_ads" or settings.meta_access_token is not None]


def _left_out(notebooks: Sequence[str]) -> list[str]:
    missing = [name for name in NIGHTLY if name not in notebooks]
    return [
        f"# Left out: {name}, since no ADPLANNING_META_ACCESS_TOKEN is set; then print this anew." for name in missing
    ]


def _unsaved(folder: Path) -> list[str]:
    """Settings that a schedule would not find: they stand in this shell alone. Only names are told."""
    saved = {name.upper() for name in dotenv_values(folder / ".env")} if (folder / ".env").is_file() else set()
    unsaved = sorted(name for name in os.environ if name.startswith("ADPLANNING_") and name not in saved)
    return (
        [f"# Only this shell knows {', '.join(unsaved)}: write what they are into {folder / '.env'}."]
        if unsaved
        else []
    )
