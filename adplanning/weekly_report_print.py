"""A page of ours as a PDF, printed by a browser where one is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
LONGEST_S: Final = 60


def print_pdf(page: Path, target: Path, *, longest_s: float = LONGEST_S) -> str | None:
    """Print a page of ours, without a network; answer why there is no PDF, None when there is.

    Parameters
    ----------
    page : an HTML file that loads nothing.
    target : where the PDF goes, whole or not at all.
    longest_s : after so many seconds the browser is ended.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return f"no browser to print a PDF with; install one of {', '.join(BROWSERS)}"
    with tempfile.TemporaryDirectory(prefix="adplanning-", ignore_cleanup_errors=True) as folder:
        printed = Path(folder) / "report.pdf"
        command = [
            browser,
            "--headless",
            # Its sandbox does not work for root; the page is ours, and nothing on it runs.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/browser",
            "--no-pdf-header-footer",
            f"--print-to-pdf={printed}",
            page.absolute().as_uri(),
        ]
        fault = _fault_of(command, longest_s)
        if fault is None and not printed.exists():
            fault = "the browser has printed nothing"
        if fault is None:
            unfinished = target.with_name(f".{target.name}")
            shutil.move(printed, unfinished)
            unfinished.replace(target)
    return fault


def _fault_of(command: list[str], longest_s: float) -> str | None:
    try:
        process = subprocess.Popen(  # noqa: S603 - a browser of the system, with arguments that we made
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as fault:
        return f"the browser cannot be started: {fault}"
    try:
        code = process.wait(longest_s)
    except subprocess.TimeoutExpired:
        return f"the browser took longer than {longest_s:g} seconds and was stopped"
    finally:
        # With all that it has started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return f"the browser ended with code {code}" if code else None
