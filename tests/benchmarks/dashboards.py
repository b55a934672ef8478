"""How fast a page is there: our server beside a stock `voila` that serves the same page, in one run.

    python tests/benchmarks/dashboards.py [ROUNDS] [DAYS]

Prints medians and ratios, the memory of an open page, the time with ten pages opened at once, and how fast the API
answers meanwhile. Needs Chromium.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
PASSWORD, KEY = "a-password-for-benchmarks", "an-admin-key-for-benchmarks"
TABLE = ".v-data-table tbody td"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NEXT = ("goals", "attribution", "batch-runs", "conversions")
TOGETHER = 10
REQUESTS = 400


def main(rounds: int, days: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "ADPLANNING_HOME": home,
            "ADPLANNING_DASHBOARD_PASSWORD": PASSWORD,
            "ADPLANNING_ADMIN_KEY": KEY,
            "ADPLANNING_LOG_LEVEL": "WARNING",
        }
        demo = [PROGRAMS / "adplanning", "demo", "--days", str(days), "--no-serve"]
        subprocess.run(demo, env=environment, check=True, capture_output=True)
        with sync_playwright() as playwright, stock(environment) as theirs, ours(environment) as our:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            first, following, cold = [], [], []
            for _ in range(rounds):
                cold.append(open_stock(browser, theirs))
                rest()
                seconds, page = sign_in(browser, our)
                first.append(seconds)
                following += [open_next(page, name) for name in NEXT]
                page.context.close()
                rest()
            say("sign-in to table, first page of a session", first, cold, goal=0.6)
            say("next pages, within the session", following, cold, goal=0.15)
            say_memory(browser, our, theirs)
            quiet = latencies(our)
            seconds, pages = together(browser, our)
            print(f"{TOGETHER} sessions at once: the last table after {seconds:.1f} s")
            rest()
            busy = latencies(our)
            print(f"API, conversions list, p50 / p99 of {REQUESTS}: {milliseconds(quiet)} with no page open, ", end="")
            print(f"{milliseconds(busy)} with {len(pages)} open (goal: p99 under 50 ms)")
            browser.close()


def say(what: str, seconds: list[float], stock_seconds: list[float], *, goal: float) -> None:
    """Print a median beside the stock one."""
    mine, theirs = statistics.median(seconds), statistics.median(stock_seconds)
    print(f"{what}: {mine:.2f} s; stock voila, cold: {theirs:.2f} s; ratio {mine / theirs:.2f} (goal ≤ {goal})")


def rest() -> None:
    """Let the pool fill and closed kernels end, as between two visitors."""
    time.sleep(8)


def open_stock(browser: Browser, address: str) -> float:
    """Seconds until stock voila's page shows its table, in a browser that has never seen it."""
    page = browser.new_context().new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(TABLE, timeout=120_000)
    seconds = time.perf_counter() - begun
    page.context.close()
    return seconds


def sign_in(browser: Browser, address: str) -> tuple[float, Page]:
    """Seconds from the press of the sign-in button to the table, in a browser that has never seen it."""
    page = browser.new_context().new_page()
    page.goto(f"{address}/app/ad-planning/conversions")
    page.fill("input[type=password]", PASSWORD)
    begun = time.perf_counter()
    page.click("button[type=submit]")
    page.wait_for_selector(TABLE, timeout=120_000)
    return time.perf_counter() - begun, page


def open_next(page: Page, name: str) -> float:
    """Seconds from the click on a page in the sidebar to its table."""
    begun = time.perf_counter()
    page.click(f".adp-drawer a[href='/app/ad-planning/{name}']")
    page.wait_for_function(
        """([name, table]) => location.pathname.endsWith(name) && !document.querySelector(".adp-opening")
        && document.querySelector(table)""",
        arg=[name, TABLE],
    )
    return time.perf_counter() - begun


def together(browser: Browser, address: str) -> tuple[float, list[Page]]:
    """Seconds until the last of several browsers that sign in at once has its table."""
    pages = [browser.new_context().new_page() for _ in range(TOGETHER)]
    for page in pages:
        page.goto(f"{address}/app/ad-planning/conversions")
        page.fill("input[type=password]", PASSWORD)
    begun = time.perf_counter()
    for page in pages:
        page.evaluate("document.querySelector('form').submit()")
    for page in pages:
        page.wait_for_selector(TABLE, timeout=300_000)
    return time.perf_counter() - begun, pages


def latencies(address: str) -> list[float]:
    """Seconds of each of some requests, two at a time."""
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {KEY}"}) as client:

        def ask(_: int) -> float:
            begun = time.perf_counter()
            client.get("/admin/ad-planning/conversions", params={"limit": 50}).raise_for_status()
            return time.perf_counter() - begun

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(ask, range(REQUESTS)))


def milliseconds(seconds: list[float]) -> str:
    """The median and the 99th percentile."""
    return f"{1000 * statistics.median(seconds):.0f} / {1000 * statistics.quantiles(seconds, n=100)[98]:.0f} ms"


def say_memory(browser: Browser, our: str, theirs: str) -> None:
    """Print what an open page holds for itself: its kernel, and the process that reads SQLite for it."""
    _, page = sign_in(browser, our)
    rest()
    mine = max(private_mb(pid) for pid in kernels() if "voila_child" in parents(pid))
    page.context.close()
    before = kernels()
    stock_page = browser.new_context().new_page()
    stock_page.goto(theirs)
    stock_page.wait_for_selector(TABLE, timeout=120_000)
    stock_mb = [private_mb(pid) for pid in kernels() - before]
    stock_page.context.close()
    print(f"memory of one open page (private, kernel and reader): {mine:.0f} MB; stock voila: {max(stock_mb):.0f} MB")


def kernels() -> set[int]:
    """The processes that are kernels."""
    return {int(each.name) for each in Path("/proc").iterdir() if "ipykernel_launcher" in command(each)}


def command(process: Path) -> str:
    """The command line of a process; empty when it is gone or none."""
    try:
        return (process / "cmdline").read_text().replace("\0", " ") if process.name.isdecimal() else ""
    except OSError:
        return ""


def parents(pid: int) -> str:
    """The command line of a process's parent."""
    status = Path(f"/proc/{pid}/status").read_text()
    parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid"))
    return command(Path("/proc") / parent)


def private_mb(pid: int) -> float:
    """The memory that a process and its children share with nobody."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    private = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return private / 1000 + sum(private_mb(int(child)) for child in children)


@contextmanager
def ours(environment: dict[str, str]) -> Iterator[str]:
    """Our server."""
    port = free_port()
    with process([PROGRAMS / "adplanning", "serve", "--port", str(port)], environment):
        address = f"http://localhost:{port}"
        wait_for(f"{address}/health")
        rest()
        yield address


@contextmanager
def stock(environment: dict[str, str]) -> Iterator[str]:
    """Stock voila with the thin notebook of the page, cold: it starts a kernel for each visit."""
    port = free_port()
    notebook = ROOT / "dashboards" / "conversions.ipynb"
    arguments = [PROGRAMS / "voila", notebook, "--no-browser", f"--port={port}", "--Voila.log_level=ERROR"]
    with process(arguments, environment):
        address = f"http://localhost:{port}/"
        wait_for(f"{address}voila/static/voila.js")
        yield address


@contextmanager
def process(arguments: list[str | Path], environment: dict[str, str]) -> Iterator[None]:
    """A program that ends with the block."""
    started = subprocess.Popen(
        arguments,
        env=environment,
        cwd=environment["ADPLANNING_HOME"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)


def wait_for(address: str) -> None:
    """Until the server answers."""
    for _ in range(300):
        try:
            httpx2.get(address)
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(*(int(given) for given in (sys.argv[1:] + ["5", "180"][len(sys.argv) - 1 :])))
