"""The dashboards' process: started, asked for its health, started again when it fails, and ended with the server."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import secrets
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

CHILD_COMMAND = (sys.executable, "-m", "adplanning.server.voila_child")
BASE_URL = "/app/"
_BEGINNING = re.compile(r"(?:\[\w+\] ?)?(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|\[\w+\] ")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Child:
    """A process that answers, and how it is talked to."""

    port: int
    token: str = field(repr=False)

    @property
    def origin(self) -> str:
        """Where it listens, seen from this machine alone."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Timing:
    """Seconds: between two looks, for the first answer, before a new start, and for an orderly end."""

    look_s: float = 2.0
    first_answer_s: float = 60.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    healthy_s: float = 60.0
    end_s: float = 5.0
    misses: int = 3


class Supervisor:
    """Keeps one child alive.

    Parameters
    ----------
    command : how the child is started.
    environment : all of its environment.
    folder : where it runs.
    options : its configuration beside port, token and base address.
    on_end : called whenever a child has ended.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        options: Mapping[str, object],
        on_end: Callable[[], None],
        timing: Timing,
    ) -> None:
        self._command, self._environment, self._folder = command, environment, folder
        self._options, self._on_end, self._timing = options, on_end, timing
        self._stopping = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self.child: Child | None = None

    def start(self) -> None:
        """Begin; `child` is set as soon as it answers."""
        self._work = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """End the child and everything it has started in its process group."""
        self._stopping.set()
        if self._work is not None:
            await self._work

    async def _keep_alive(self) -> None:
        pause_s = self._timing.first_pause_s
        while not self._stopping.is_set():
            healthy_s = await self._one_life()
            if self._stopping.is_set():
                return
            if healthy_s >= self._timing.healthy_s:
                pause_s = self._timing.first_pause_s
            log.warning("the dashboards' process has ended; the next one starts in %.1f s", pause_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(2 * pause_s, self._timing.longest_pause_s)

    async def _one_life(self) -> float:
        """From a start to its end; for how many seconds it was healthy."""
        child = Child(_free_port(), secrets.token_urlsafe(32))
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                cwd=self._folder,
                env=dict(self._environment),
                # A group of its own: it is ended as a whole, and Ctrl-C in a terminal reaches the server alone.
                start_new_session=True,
            )
        except OSError as fault:
            log.error("the dashboards' process cannot be started: %s", fault)
            return 0.0
        readers = [
            asyncio.create_task(self._write_to_log(stream, child.token))
            for stream in (process.stdout, process.stderr)
            if stream is not None
        ]
        endings = [asyncio.create_task(self._stopping.wait()), asyncio.create_task(process.wait())]
        started = time.monotonic()
        watch = asyncio.create_task(self._watch(process, child))
        try:
            await asyncio.wait([*endings, watch], return_when=asyncio.FIRST_COMPLETED)
        finally:
            # First of all: it would call a child healthy that is just being ended.
            await _cancelled(watch, *endings)
            was_healthy, self.child = self.child is not None, None
            await self._end(process)
            if not self._stopping.is_set():
                log.warning(
                    "the dashboards' process ended with code %s; a negative one is a signal", process.returncode
                )
            await _cancelled(*readers)
            self._on_end()
        return time.monotonic() - started if was_healthy else 0.0

    async def _watch(self, process: Process, child: Child) -> None:
        """Tell the child who it is, then look after it until it does not answer any longer."""
        line = json.dumps({**self._options, "port": child.port, "token": child.token, "base_url": BASE_URL})
        assert process.stdin is not None
        process.stdin.write(f"{line}\n".encode())
        headers = {"Authorization": f"token {child.token}"}
        deadline = time.monotonic() + self._timing.first_answer_s
        misses = 0
        async with httpx2.AsyncClient(base_url=child.origin, headers=headers, trust_env=False) as client:
            while self.child is None or misses < self._timing.misses:
                if await _is_healthy(client, self._timing.look_s):
                    misses = 0
                    if self.child is None:
                        log.info("the dashboards are ready")
                        self.child = child
                else:
                    misses += 1
                if self.child is None and time.monotonic() > deadline:
                    log.error("the dashboards' process gave no answer in %.0f s", self._timing.first_answer_s)
                    return
                await asyncio.sleep(self._timing.look_s if self.child else min(0.25, self._timing.look_s))
        log.error("the dashboards' process has stopped answering")

    async def _end(self, process: Process) -> None:
        """Ask it to end, then make it."""
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._timing.end_s)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _write_to_log(self, stream: asyncio.StreamReader, token: str) -> None:
        level, rest = logging.INFO, b""
        while chunk := await stream.read(65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                text = line.decode(errors="replace").replace(token, "…").rstrip()
                level = level_of(text, level)
                # What breaks off while all of it is being ended is no fault.
                log.log(logging.DEBUG if self._stopping.is_set() else level, "dashboards: %s", text)
            rest = rest[-65_536:]


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _is_healthy(client: httpx2.AsyncClient, within_s: float) -> bool:
    try:
        answer = await client.get(f"{BASE_URL}healthz", timeout=within_s)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


def level_of(line: str, before: int) -> int:
    """At which level a line of the child belongs in our log; what is no beginning belongs to the line `before` it.

    >>> lines = "[Voila] WARNING | x", "ERROR:tornado:x", "[Voila] started", "  x", "Traceback …"
    >>> [level_of(line, logging.INFO) for line in lines]
    [30, 40, 10, 20, 40]
    """
    found = _BEGINNING.match(line)
    if line.startswith("Traceback"):
        return logging.ERROR
    if found is None:
        return before
    level = logging.getLevelNamesMapping().get(found["level"] or "", logging.DEBUG)
    # Each request is a line at INFO there.
    return level if level > logging.INFO else logging.DEBUG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
