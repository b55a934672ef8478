"""How many events a second are stored and answered: `python tests/benchmarks/intake.py [seconds]`.

Starts the real server on SQLite with synchronous=FULL, drives it with wrk at 128 connections from the same machine, and
counts the stored rows afterwards: every answered event must be there. The baseline is the same event through a route
that commits one transaction a request.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

from sqlalchemy import insert

from adplanning.store.session import write_transaction
from adplanning.store.tables.people import Website
from adplanning.store.upgrading import open_store

OURS = "adplanning serve"
CONNECTIONS = 128
BATCH = 50
WARM_UP = 20

# Ids as the tracker makes them: the time first, then what is random. A visitor sends 20 single events, or one batch;
# every second visitor came by a campaign; of five events one is a page view, two are scroll depths, two times on site.
SCRIPT = """
wrk.headers["Content-Type"] = "application/json"
local thread_number = 0
function setup(thread) thread:set("thread_id", thread_number); thread_number = thread_number + 1 end
local n, visitor, session, tags = 0, "", "", ""
local begun, acked, failed = os.time(), 0, 0
local function hex() return string.format("%08x%08x", math.random(0, 2^31), math.random(0, 2^31)) end
function init() math.randomseed(os.time() * 100 + thread_id) end
local function newcomer()
  visitor, session, tags = "v" .. hex() .. hex(), "s" .. hex(), ""
  if math.random(2) == 1 then tags = '"utm_source":"facebook","utm_medium":"cpc","utm_campaign":"summer_sale",' end
end
local function event(kind_named)
  n = n + 1
  local page = "/products/" .. n % 50
  local head = '"website_id":"web_benchmark","visitor_id":"' .. visitor .. '","session_id":"' .. session .. '",' ..
    tags .. '"event_id":"' .. string.format("%08x%02x%010x", begun, thread_id, n) .. hex() .. '",'
  local part = n % 5
  if kind_named and part == 0 then
    return '{"kind":"journey",' .. head .. '"event_type":"page_view","page_url":"https://shop.example' .. page .. '"}'
  end
  local data = part < 3 and '"scroll_depth","metadata":{"depth":' .. part * 25 .. '}'
    or '"time_on_site","metadata":{"seconds":' .. part * 10 .. '}'
  return '{' .. (kind_named and '"kind":"conversion",' or "") .. head .. '"pathname":"' .. page ..
    '","conversion_type":' .. data .. "}"
end
local size = tonumber(os.getenv("EVENTS"))
function request()
  if size == 1 then
    if n % 20 == 0 then newcomer() end
    return wrk.format("POST", nil, nil, event(false))
  end
  newcomer()
  local events = {}
  for i = 1, size do events[i] = event(true) end
  return wrk.format("POST", nil, nil, '{"events":[' .. table.concat(events, ",") .. "]}")
end
function response(status) if status == 200 then acked = acked + 1 else failed = failed + 1 end end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.errors.status))
end
"""

BASELINE = """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from adplanning.core.ids import new_id
from adplanning.core.settings import load_settings
from adplanning.store.session import writing
from adplanning.store.tables.events import Conversion
from adplanning.store.upgrading import open_store
from datetime import UTC, datetime
from pydantic import BaseModel

class Event(BaseModel):
    website_id: str
    visitor_id: str
    session_id: str | None = None
    event_id: str | None = None
    pathname: str | None = None
    conversion_type: str
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    metadata: dict | None = None

app = FastAPI()
engine = open_store(load_settings().url)

@app.post("/web/ad-planning/track-conversion")
def track(event: Event):
    now = datetime.now(UTC)
    fields, event_id = event.model_dump(), new_id("conv")
    row = Conversion(id=event_id, extra=fields.pop("metadata"), platform="direct", attribution_model="last_click",
        attribution_weight=1.0, currency="INR", origin="web", is_bot=False, converted_at=now, received_at=now, **fields)
    with writing(engine) as session:
        session.add(row)
    return {"success": True, "conversion_id": event_id}
"""


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing; install the Debian package wrk")
    single = measured("single events", OURS, "track-conversion", 1, seconds)
    measured(f"batches of {BATCH}", OURS, "batch", BATCH, seconds)
    baseline = measured("one transaction a request", "baseline:app", "track-conversion", 1, seconds)
    sys.stdout.write(f"single events against one transaction a request: {single / baseline:.1f} times\n")


def measured(name: str, app: str, address: str, size: int, seconds: int) -> float:
    """Run one load; print and answer the events acknowledged a second."""
    with tempfile.TemporaryDirectory(prefix="intake") as folder, serving(app, Path(folder)) as (url, pid):
        script = Path(folder, "load.lua")
        script.write_text(SCRIPT)
        wrk = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, f"{url}/web/ad-planning/{address}"]
        cpu_before = cpu_seconds(pid)
        out = subprocess.run(
            wrk, check=True, capture_output=True, text=True, env={**os.environ, "EVENTS": str(size)}
        ).stdout
        result = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", out)
        assert result is not None, out
        n_answers, micros, p50, p99, n_errors = map(int, result.groups())
        n_acked = n_answers - n_errors
        time.sleep(1)
        cpu = (cpu_seconds(pid) - cpu_before) / (n_acked * size)
        stored = rows(Path(folder, "store.db")) - WARM_UP
        rate = n_acked * size / (micros / 1e6)
        sys.stdout.write(
            f"{name}: {rate:,.0f} events/s acknowledged; latency {p50 / 1000:.1f} ms median, {p99 / 1000:.1f} ms p99; "
            f"{cpu * 1e6:.0f} microseconds of the server's CPU an event; {n_errors} errors; "
            f"{n_acked * size:,} acknowledged, {stored:,} stored\n"
        )
        # wrk leaves when its time is up: what was under way then is stored, and not counted as acknowledged.
        assert n_acked * size <= stored <= (n_acked + CONNECTIONS) * size
    return rate


@contextmanager
def serving(app: str, folder: Path) -> Iterator[tuple[str, int]]:
    """A server process on an empty store with one website: its address and its process id."""
    url = f"sqlite:///{folder / 'store.db'}"
    engine = open_store(url)
    now = datetime.now(UTC)
    with write_transaction(engine) as connection:
        website = {"id": "web_benchmark", "domain": "shop.example", "status": "active"}
        connection.execute(insert(Website).values(**website, created_at=now, updated_at=now))
    engine.dispose()
    (folder / "baseline.py").write_text(BASELINE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "ADPLANNING_DATABASE_URL": url,
        "ADPLANNING_LOG_LEVEL": "ERROR",
        "ADPLANNING_RATE_LIMIT_VISITOR": "0",
        "ADPLANNING_RATE_LIMIT_ADDRESS": "0",
    }
    bare = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level=error"]
    ours = [str(Path(sys.executable).with_name("adplanning")), "serve", "--api-only", "--port", str(port)]
    command = ours if app == OURS else bare
    with subprocess.Popen(command, env=environment) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(port)
            warm_up(f"{address}/web/ad-planning/track-conversion")
            yield address, server.pid
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the server did not start")


def warm_up(address: str) -> None:
    """FastAPI builds its routes at the first request."""
    event = {"website_id": "web_benchmark", "visitor_id": "v", "conversion_type": "custom"}
    for _ in range(WARM_UP):
        with urlopen(Request(address, json.dumps(event).encode(), {"Content-Type": "application/json"})) as answer:
            assert answer.status == 200


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return sum(
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("conversions", "journey_events")
        )


if __name__ == "__main__":
    main()
