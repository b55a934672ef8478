"""The real process with real kernels: what it serves, to whom, and that it ends with whoever started it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from adplanning.server.app import FOLDER
from adplanning.server.supervisor import CHILD_COMMAND
from adplanning.store.upgrading import open_store

TOKEN = "a-token-of-the-server"
PAGE = "/app/ad-planning/goals"
ASHA = {"Authorization": f"token {TOKEN}", "X-Adplanning-User": "asha", "X-Adplanning-Role": "viewer"}


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    home = tmp_path_factory.mktemp("home")
    open_store(f"sqlite:///{home / 'adplanning.db'}").dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "ADPLANNING_HOME": str(home)}
    command = [sys.executable, *CHILD_COMMAND[1:]]
    process = subprocess.Popen(command, cwd=FOLDER, env=environment, stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    options = {"port": port, "token": TOKEN, "pool_size": 1, "max_kernels": 1, "log_level": "WARNING"}
    process.stdin.write(json.dumps(options) + "\n")
    process.stdin.flush()
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
        until(lambda: answers(client), within_s=60)
        yield process, client
    process.kill()
    process.wait()


def answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/app/healthz", headers=ASHA).status_code == 200
    except httpx2.TransportError:
        return False


def until(holds: object, *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def page(child: tuple[subprocess.Popen[str], httpx2.Client]) -> httpx2.Response:
    """A page, in the one kernel that may be out."""
    answer = child[1].get(PAGE, headers=ASHA)
    while answer.status_code == 503:
        answer = child[1].get(PAGE, headers=ASHA)
    return answer


@pytest.mark.parametrize("path", ["/app/healthz", "/app/alive/00000000-0000-0000-0000-000000000000", PAGE])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "token wrong"}])
def test_nothing_of_a_visitors_is_answered_without_the_servers_token(
    child: tuple[subprocess.Popen[str], httpx2.Client], path: str, headers: dict[str, str]
) -> None:
    """In a client of its own: whoever had the token once is known by a cookie, which the proxy never passes on."""
    assert httpx2.get(child[1].base_url.join(path), headers=headers, trust_env=False).status_code == 302


def test_a_page_names_its_kernel_holds_no_source_and_asks_no_other_host(page: httpx2.Response) -> None:
    assert page.status_code == 200
    assert page.headers["x-kernel-id"] in page.text
    assert "wait_for_request" not in page.text
    assert TOKEN not in page.text
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page.text) == []


def test_more_pages_than_may_be_open_are_told_to_come_back(
    child: tuple[subprocess.Popen[str], httpx2.Client], page: httpx2.Response
) -> None:
    refused = child[1].get(PAGE, headers=ASHA)
    assert (refused.status_code, refused.text) == (503, "")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/app/api/kernels",
        "/app/api/contents",
        "/app/voila/files/any_page.ipynb",
        "/app/voila/tree",
        "/app/voila/api/themes",
    ],
)
def test_what_stock_voila_lists_and_serves_besides_is_not_there(
    child: tuple[subprocess.Popen[str], httpx2.Client], page: httpx2.Response, path: str
) -> None:
    """Every other address asks for a page, of which no more may be open."""
    assert child[1].get(path, headers=ASHA).status_code == 503


def test_a_kernel_that_was_killed_is_gone_for_the_page_that_asks(
    child: tuple[subprocess.Popen[str], httpx2.Client], page: httpx2.Response
) -> None:
    alive = f"/app/alive/{page.headers['x-kernel-id']}"
    assert child[1].get(alive, headers=ASHA).status_code == 204
    os.kill(process_of(page.headers["x-kernel-id"]), signal.SIGKILL)
    until(lambda: child[1].get(alive, headers=ASHA).status_code == 410, within_s=10)
    assert child[1].get("/app/healthz", headers=ASHA).json()["in_use"] == 0


def process_of(kernel_id: str) -> int:
    for folder in Path("/proc").iterdir():
        with suppress(OSError):  # one that ended meanwhile
            if folder.name.isdecimal() and f"kernel-{kernel_id}" in (folder / "cmdline").read_text():
                return int(folder.name)
    raise AssertionError(kernel_id)


def test_it_ends_with_its_kernels_when_whoever_started_it_is_gone(
    child: tuple[subprocess.Popen[str], httpx2.Client], page: httpx2.Response
) -> None:
    process, _ = child
    assert process.stdin is not None
    process.stdin.close()
    process.wait(20)
    until(lambda: not kernels_of(process.pid), within_s=20)


def kernels_of(parent: int) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "status").read_text()
            except OSError:
                continue
            if f"PPid:\t{parent}\n" in status:
                found.append(folder.name)
    return found
