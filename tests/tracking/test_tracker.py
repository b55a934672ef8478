"""The storefront's script: as text, and run by node on a page that is stubbed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import adplanning.tracking.service
from adplanning.core.click_ids import CLICK_IDS
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import ConversionType
from adplanning.journeys.stages import stage_of_event
from adplanning.tracking.reception import Reception

SCRIPT = Path(adplanning.tracking.service.__file__).with_name("tracker.js")

# A page on which time, timers, storage and the network are the test's. `run` does what the test writes.
PAGE = """
const vm = require("vm"), fs = require("fs");
const out = { sent: [], beacons: [] }, listeners = {}, timers = [];
let now = Date.parse("2026-11-22T12:00:00Z"), answers = [];
class Clock extends Date { constructor(...a) { super(...(a.length ? a : [now])); } static now() { return now; } }
const page = {
  URLSearchParams, JSON, Uint8Array, Math, Date: Clock, scrollY: 0, innerHeight: 250,
  crypto: require("crypto").webcrypto, localStorage: {},
  location: { origin: "https://shop.example", pathname: "/a", search: "" },
  document: {
    referrer: "",
    currentScript: { src: "https://ads.example/web/ad-planning/tracker.js?v=1", dataset: { website: "web_1" } },
    documentElement: { scrollHeight: 1000 }, hidden: false, addEventListener: (name, f) => { listeners[name] = f; },
  },
  navigator: { sendBeacon: (url, body) => { out.beacons.push([url, JSON.parse(body).events]); return true; } },
  addEventListener: (name, f) => { listeners[name] = f; },
  setTimeout: (f, ms) => timers.push([f, ms]), clearTimeout: () => { timers.length = 0; }, setInterval: () => 0,
  fetch: (url, options) => {
    out.sent.push([url, JSON.parse(options.body).events]);
    const answer = answers.length ? answers.shift() : { status: 200 };
    if (answer === "cut") return Promise.reject(new Error("cut"));
    return Promise.resolve({ status: answer.status, headers: { get: () => answer.after || null } });
  },
};
page.window = page;
const load = () => vm.runInNewContext(fs.readFileSync(process.argv[2], "utf8"), page);
const settle = () => new Promise((done) => setImmediate(done));
const tick = async () => { const [f] = timers.pop(); timers.length = 0; f(); await settle(); await settle(); };
const scroll = (y) => { page.scrollY = y; listeners.scroll(); };
(async () => { await run(); out.timers = timers.map(([, ms]) => ms); out.store = page.localStorage;
  process.stdout.write(JSON.stringify(out)); })();
async function run() { %s }
"""


def played(steps: str, tmp_path: Path) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    program = tmp_path / "page.js"
    program.write_text(PAGE % steps)
    done = subprocess.run([node, program, SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_it_is_small_and_names_no_host() -> None:
    text = SCRIPT.read_text()
    # As it is sent, without indentation.
    assert sum(len(line.strip()) + 1 for line in text.encode().splitlines()) < 4000
    assert re.findall(r"https?:|//\w+\.|@\w+\.", text) == []
    assert "eval" not in text
    assert "cookie" not in text


def test_a_landing_is_a_page_view_with_its_tags_and_click_ids_and_nothing_else_of_the_query(tmp_path: Path) -> None:
    page = played(
        'page.location.search = "?utm_source=fb&utm_campaign=Sale&fbclid=X&email=a%40b.c"; load(); await tick();',
        tmp_path,
    )
    [[url, [event]]] = page["sent"]
    assert url == "https://ads.example/web/ad-planning/batch"
    assert (event["kind"], event["event_type"], event["website_id"]) == ("journey", "page_view", "web_1")
    assert (event["utm_source"], event["utm_campaign"]) == ("fb", "Sale")
    assert event["page_url"] == "https://shop.example/a?fbclid=X"
    assert event["occurred_at"] == "2026-11-22T12:00:00.000Z"
    assert re.fullmatch("v[0-9a-f]{32}", event["visitor_id"])
    assert re.fullmatch("s[0-9a-f]{32}", event["session_id"])
    assert "email" not in json.dumps(page)


def test_what_it_sends_is_taken(tmp_path: Path) -> None:
    page = played(
        """load(); scroll(250); now += 65e3; adplanning = page.adplanning;
        adplanning.track("purchase", { conversion_value: 4999.5, currency: "INR", order_id: "o1", metadata: { a: 1 } });
        listeners.pagehide();""",
        tmp_path,
    )
    [[_, events]] = page["beacons"]
    rows, rejected = Reception(Settings(_env_file=None), stage_of_event).batch(
        json.dumps({"events": events}).encode(), is_bot=False, now=1_795_348_865_000_000
    )
    assert rejected == []
    assert [row.metadata for row in list(rows.values())[1:]] == ['{"depth":50}', '{"a":1}', '{"seconds":65}']  # type: ignore[union-attr]
    assert all(event["conversion_type"] in {*ConversionType} for event in events[1:])
    assert len({event["event_id"] for event in events}) == 4


def test_scroll_depth_is_told_by_quarters_and_only_as_it_grows(tmp_path: Path) -> None:
    page = played("load(); for (const y of [0, 10, 300, 260, 750, 900, 0]) scroll(y); await tick();", tmp_path)
    [[_, events]] = page["sent"]
    assert [event["metadata"]["depth"] for event in events[1:]] == [25, 50, 100]


def test_time_counts_only_while_the_page_is_seen(tmp_path: Path) -> None:
    page = played(
        """load(); now += 20e3; page.document.hidden = true; listeners.visibilitychange();
        now += 600e3; page.document.hidden = false; listeners.visibilitychange(); now += 10e3; listeners.pagehide();""",
        tmp_path,
    )
    seconds = [event["metadata"]["seconds"] for _, events in page["beacons"] for event in events if "metadata" in event]
    assert seconds == [20, 30]


def test_a_visit_ends_with_half_an_hour_of_silence_or_another_ad_and_the_visitor_stays(tmp_path: Path) -> None:
    page = played(
        """page.location.search = "?utm_source=fb"; load(); page.location.search = "";
        now += 18e5; page.adplanning.track("custom"); now += 18e5 + 1; page.adplanning.track("custom");
        page.location.search = "?utm_source=google"; page.adplanning.view(); page.adplanning.track("custom");
        await tick();""",
        tmp_path,
    )
    [[_, events]] = page["sent"]
    sessions = [event["session_id"] for event in events]
    assert [sessions.index(session) for session in sessions] == [0, 0, 2, 3, 3]
    assert [event.get("utm_source") for event in events] == ["fb", "fb", None, "google", "google"]
    assert len({event["visitor_id"] for event in events}) == 1


def test_what_could_not_be_stored_is_sent_again_with_the_same_ids(tmp_path: Path) -> None:
    page = played(
        'answers = ["cut", { status: 503 }, { status: 429 }]; load(); for (const _ of "1234") await tick();', tmp_path
    )
    assert len(page["sent"]) == 4
    assert len({json.dumps(sent) for sent in page["sent"]}) == 1
    assert json.loads(page["store"]["adp_queue"]) == []


def test_it_waits_as_long_as_the_server_asks(tmp_path: Path) -> None:
    page = played('answers = [{ status: 429, after: "60" }]; load(); await tick();', tmp_path)
    assert page["timers"] == [60_000]


def test_what_is_refused_is_not_sent_again(tmp_path: Path) -> None:
    page = played("answers = [{ status: 400 }]; load(); await tick();", tmp_path)
    assert json.loads(page["store"]["adp_queue"]) == []


def test_what_the_last_visit_left_behind_is_sent_by_the_next(tmp_path: Path) -> None:
    page = played("load(); timers.length = 0; load(); await tick();", tmp_path)
    assert len(page["sent"][0][1]) == 2


def test_many_events_go_in_lots_and_the_queue_is_bounded(tmp_path: Path) -> None:
    page = played(
        'load(); for (let i = 0; i < 300; i++) page.adplanning.track("custom"); await tick(); await tick();', tmp_path
    )
    assert [len(events) for _, events in page["sent"]] == [20, 20]
    assert len(json.loads(page["store"]["adp_queue"])) == 160


def test_it_works_where_nothing_may_be_kept(tmp_path: Path) -> None:
    page = played(
        'Object.defineProperty(page, "localStorage", { get() { throw new Error("denied"); } });'
        "load(); await tick(); page.localStorage2 = 1; Object.defineProperty(page, 'localStorage', { value: {} });",
        tmp_path,
    )
    assert len(page["sent"]) == 1


def test_where_the_browser_came_from_is_told_with_the_first_page_of_a_load_without_its_query(tmp_path: Path) -> None:
    page = played(
        """page.document.referrer = "https://www.google.com/search?q=private"; load();
        page.adplanning.track("custom"); page.adplanning.view(); await tick();""",
        tmp_path,
    )
    [[_, events]] = page["sent"]
    assert [event.get("referrer") for event in events] == ["https://www.google.com/search", None, None]


def test_that_it_came_from_nowhere_is_told_too(tmp_path: Path) -> None:
    [[_, [event]]] = played("load(); await tick();", tmp_path)["sent"]
    assert event["referrer"] == ""


def test_every_click_id_that_means_something_is_told(tmp_path: Path) -> None:
    query = "&".join(f"{name}=1" for name in CLICK_IDS)
    page = played(f'page.location.search = "?{query}&xgclid=1&id=2"; load(); await tick();', tmp_path)
    [[_, [event]]] = page["sent"]
    assert event["page_url"] == f"https://shop.example/a?{query}"


def test_a_browser_that_was_called_internal_says_so_until_it_is_called_external(tmp_path: Path) -> None:
    page = played(
        """load(); await tick(); page.location.search = "?adplanning=internal"; load(); page.location.search = "";
        load(); page.adplanning.track("custom"); await tick(); page.location.search = "?adplanning=external"; load();
        page.location.search = ""; load(); await tick();""",
        tmp_path,
    )
    told = [[bool(event["internal"]) for event in events] for _, events in page["sent"]]
    assert told == [[False], [True, True, True], [False, False]]
