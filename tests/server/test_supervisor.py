from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from adplanning.server.supervisor import level_of
from tests.server.conftest import GOALS, QUICK, STAND_IN, Site, eventually, served


def is_running(pid: int) -> bool:
    """Whether the process lives; one that only waits to be counted does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def told(site: Site) -> dict[str, int]:
    with site.signed_in() as browser:
        return dict(site.open_page(browser)["config"] | {"pid": browser.get(GOALS).json()["pid"]})


def test_a_child_that_was_killed_is_started_again_and_served(tmp_path: Path) -> None:
    with served(tmp_path) as site, site.signed_in() as browser:
        first = site.open_page(browser)
        with site.socket(f"/app/api/kernels/{first['kernel']}/channels", browser) as websocket:
            os.kill(first["pid"], signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                websocket.recv(5)
        answer = browser.get(GOALS)
        assert answer.status_code in (200, 503)
        second = eventually(lambda: (found := browser.get(GOALS)).status_code == 200 and found.json())
        assert second["pid"] != first["pid"]
        assert second["config"]["port"] != first["config"]["port"]
        assert second["config"]["token"] != first["config"]["token"]
        assert browser.get(f"/app/api/kernels/{first['kernel']}").status_code == 404
        eventually(lambda: not is_running(first["config"]["companion"]))


def test_a_child_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    with served(tmp_path) as site, site.signed_in() as browser:
        first = site.open_page(browser)["pid"]
        assert browser.get(f"{GOALS}/hangs").status_code == 503
        second = eventually(lambda: (found := browser.get(GOALS)).status_code == 200 and found.json()["pid"])
        assert second != first
        assert not is_running(first)


def test_a_child_that_never_answers_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    timing = QUICK.__class__(look_s=0.2, first_answer_s=0.5, first_pause_s=0.05, end_s=1.0)
    with served(tmp_path, timing=timing, command=("sleep", "60"), ready=False):
        eventually(lambda: caplog.text.count("gave no answer") >= 2)


def test_starts_that_fail_come_slower_and_slower(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    timing = QUICK.__class__(look_s=0.2, first_pause_s=0.1, longest_pause_s=0.4)
    with served(tmp_path, timing=timing, command=("false",), ready=False):
        eventually(lambda: caplog.text.count("the next one starts") >= 5)
    pauses = [record.args[0] for record in caplog.records if "the next one starts" in record.msg]
    assert pauses[:5] == [0.1, 0.2, 0.4, 0.4, 0.4]
    with served(tmp_path, timing=timing, command=("/no/such/program",), ready=False):
        eventually(lambda: "cannot be started" in caplog.text)


def test_what_the_child_says_keeps_its_level_and_a_traceback_stays_in_one_piece() -> None:
    lines = ["starting", "[Voila] ERROR | failed", "Traceback (most recent call last):", "  File x", "ValueError: y",
             "INFO:tornado.access:200 GET /app/healthz", "[Voila] Kernel started: 1",
             "WARNING:root:careful", ""]  # fmt: skip
    level, levels = logging.INFO, []
    for line in lines:
        level = level_of(line, level)
        levels.append(logging.getLevelName(level))
    assert levels == ["INFO", "ERROR", "ERROR", "ERROR", "ERROR", "DEBUG", "DEBUG", "WARNING", "WARNING"]


def test_nothing_is_left_when_the_server_stops(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        config = told(site)
        site.signed_in()
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert not is_running(config["pid"])
    assert not is_running(config["companion"])


def test_a_child_does_not_outlive_a_server_that_was_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import asyncio, httpx2, pathlib
        from adplanning.server.supervisor import Supervisor, Timing

        async def main():
            supervisor = Supervisor({STAND_IN!r}, environment={{}}, folder=pathlib.Path({str(tmp_path)!r}),
                                    options={{}}, on_end=lambda: None, timing=Timing(look_s=0.2))
            supervisor.start()
            while supervisor.child is None:
                await asyncio.sleep(0.05)
            async with httpx2.AsyncClient(headers={{"Authorization": f"token {{supervisor.child.token}}"}}) as client:
                page = await client.get(f"{{supervisor.child.origin}}/app/ad-planning")
            print(page.json()["pid"], flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert is_running(pid)
        server.kill()
    eventually(lambda: not is_running(pid))


def test_the_token_is_neither_in_the_command_nor_in_what_is_shown(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        child = site.application._child()
        assert child is not None
        pid = told(site)["pid"]
        assert child.token not in repr(child)
        for file in ("cmdline", "environ"):
            assert child.token.encode() not in Path(f"/proc/{pid}/{file}").read_bytes()
