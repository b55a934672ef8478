from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.events import Conversion, Goal
from tests.browser.conftest import NewVisitor
from tests.browser.messages import wired
from tests.browser.site import CANARIES, Site, environment_of, is_running
from tests.browser.visitor import Visitor

CONVERSIONS = "/app/ad-planning/conversions"
GOALS = "/app/ad-planning/goals"


def answers_still(visitor: Visitor) -> None:
    """The page's kernel lives and does its work."""
    assert is_running(visitor.site.kernels()[visitor.kernel])
    visitor.go(GOALS)
    expect(visitor.rows.first).to_be_visible()


@pytest.mark.parametrize("binary", [False, True], ids=["json", "binary"])
def test_code_that_is_sent_to_a_kernel_is_not_run(analyst: Visitor, site: Site, tmp_path: Path, binary: bool) -> None:
    canary = tmp_path / "canary"
    code = f"open({str(canary)!r}, 'w').close()"
    with wired(site, analyst.token, analyst.kernel, binary=binary) as wire:
        for channel in ("shell", "control", "stdin", "iopub"):
            wire.send("execute_request", {"code": code, "silent": False, "store_history": False}, channel=channel)
            wire.send("inspect_request", {"code": code, "cursor_pos": 1, "detail_level": 1}, channel=channel)
        wire.send("debug_request", {"seq": 1, "type": "request", "command": "evaluate", "arguments": {
            "expression": code,
        }}, channel="control")  # fmt: skip
        assert wire.comms()
        kinds = {answer["header"]["msg_type"] for answer in wire.answers(2)}
    assert not kinds & {"execute_reply", "execute_input", "inspect_reply", "debug_reply"}
    assert not canary.exists()
    answers_still(analyst)


def test_no_widget_is_made_and_no_object_reached_from_outside(analyst: Visitor, site: Site, tmp_path: Path) -> None:
    analyst.go(CONVERSIONS)
    expect(analyst.rows.first).to_be_visible()
    with wired(site, analyst.token, analyst.kernel) as wire:
        before = set(wire.comms())
        state = {
            "_model_module": "@jupyter-widgets/controls", "_model_name": "HTMLModel", "_view_name": "HTMLView",
            "_view_module": "@jupyter-widgets/controls", "value": "<img src=x onerror=alert(1)>",
        }  # fmt: skip
        for target in ("jupyter.widget", "jupyter.widget.control", "jupyter.widget.version"):
            wire.send("comm_open", {
                "comm_id": f"forged-{target}", "target_name": target, "data": {"state": state, "buffer_paths": []},
                "metadata": {"version": "2.1.0"},
            })  # fmt: skip
        canary = tmp_path / "canary"
        contents: list[Any] = [
            {"create_widget": "forged", "props": {"class": "ipywidgets.HTML"}},
            {"create_widget": "ipywidgets.widgets.widget_string.HTML", "props": {"value": str(canary)}},
            {"objectRef": "forged", "props": {}, "children": []},
            {"update_ref": "forged", "props": {}},
            {"functionRef": "os.system", "args": [f"touch {canary}"]},
            {"event": "functionRef", "data": {"name": "close", "args": []}},
            {"event": "__init__", "data": {}},
            {"event": "close", "data": {}},
            {"event": "_handle_event", "data": {}},
            {"event": "guarded", "data": {}},
            {"event": None, "data": None},
            "a text", 7, None, [], {},
        ]  # fmt: skip
        for comm in before:
            for content in contents:
                wire.send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}})
        after = set(wire.comms())
    # The page itself is told of the end of each that was refused, and knows none of them.
    analyst.expected.append("Comm not found for comm id forged")
    assert after == before
    assert not canary.exists()
    expect(analyst.rows.first).to_be_visible()
    answers_still(analyst)


def test_a_viewer_sees_nothing_that_changes_and_forged_messages_change_nothing(fresh: NewVisitor, site: Site) -> None:
    with reading(site.engine) as session:
        goal = session.query(Goal.id).filter(Goal.is_active).first()
        conversion = session.query(Conversion.id).filter(Conversion.conversion_type == "purchase").first()
    assert goal is not None
    assert conversion is not None
    viewer = fresh(Role.viewer).load(CONVERSIONS)
    before = site.counts()
    values = {
        "conversion_type": "purchase", "visitor_id": "v-forged", "conversion_value": 9, "name": "forged",
        "goal_type": "purchase", "notebook": "attribute_conversions", "campaign_id": "camp_hostile0",
    }  # fmt: skip
    for address in (
        CONVERSIONS, f"{CONVERSIONS}/{conversion[0]}", GOALS, f"{GOALS}/{goal[0]}", "/app/ad-planning/attribution",
        "/app/ad-planning/attribution-report", "/app/ad-planning/campaign-names", "/app/ad-planning/batch-runs",
    ):  # fmt: skip
        viewer.go(address)
        expect(viewer.page.locator(".adp-table, .adp-details").first).to_be_visible()
        expect(viewer.page.locator(".adp-main-button")).to_have_count(0)
        for name in ("Edit", "Delete", "Add conversion", "New goal", "Run now", "Resolve Attributions"):
            expect(viewer.button(name)).to_have_count(0)
        with wired(site, viewer.token, viewer.kernel) as wire:
            for comm in wire.comms():
                for event, data in (
                    ("press", {}),
                    ("submit", {"values": values}),
                    ("act", {"name": "add"}),
                    ("act", {"name": "accept", "id": "javascript alert 1"}),
                    ("act", {"name": "choose", "id": "javascript alert 1"}),
                    ("act", {"name": "edit"}),
                    ("act", {"name": "delete"}),
                    ("answered", {"n": 1, "yes": True}),
                    ("answered", {"n": 2, "yes": True}),
                    ("answered", {"n": 3, "yes": True}),
                ):
                    wire.event(comm, event, data)
            assert wire.comms()
    assert site.counts() == before
    answers_still(viewer)


def test_the_same_message_of_an_analyst_does_what_it_says(analyst: Visitor, site: Site) -> None:
    analyst.go(CONVERSIONS)
    expect(analyst.rows.first).to_be_visible()
    before = site.counts()["conversions"]
    values = {"conversion_type": "purchase", "visitor_id": "v-by-message", "conversion_value": 9}
    with wired(site, analyst.token, analyst.kernel) as wire:
        for comm in wire.comms():
            wire.event(comm, "submit", {"values": values})
        assert wire.comms()
    assert site.counts()["conversions"] == before + 1


@pytest.mark.parametrize("data", [
    {"page": "99999999999", "limit": "1e400", "sort": "password_hash", "conversion_type": "' OR 1=1 --"},
    {"page": -1, "limit": 10**9, "sort": None, "search": "\x00%_'\\", "from_date": "9999-99-99"},
    {"sort": ["value"], "descending": {"a": 1}, "search": "x" * 1_000_000, "traffic": "bots' --"},
    {"from_date": "9999-12-31", "to_date": "0001-01-01", "platform": 7},
    "a text", None, 7, [[]],
])  # fmt: skip
def test_values_that_no_page_of_ours_sends_are_refused_and_the_page_lives(
    analyst: Visitor, site: Site, data: object
) -> None:
    analyst.go(CONVERSIONS)
    expect(analyst.rows.first).to_be_visible()
    before = site.counts()
    with wired(site, analyst.token, analyst.kernel) as wire:
        for comm in wire.comms():
            for event in ("ask", "export_rows", "visit", "check", "submit", "answered", "act", "close"):
                wire.event(comm, event, data)
        assert wire.comms()
    assert site.counts() == before
    answers_still(analyst)


def test_the_kernel_of_another_sign_in_is_not_there(analyst: Visitor, site: Site) -> None:
    kernel, other = analyst.kernel, site.new_sign_in(Role.admin)
    with site.client(other) as client:
        client.cookies.set("_xsrf", "abc")
        forged = {"X-XSRFToken": "abc"}
        assert client.get(f"/app/api/kernels/{kernel}").status_code == 404
        assert client.delete(f"/app/api/kernels/{kernel}", headers=forged).status_code == 404
        assert client.get(f"/app/alive/{kernel}").status_code == 404
        assert client.post(f"/app/voila/api/shutdown/{kernel}", headers=forged).status_code == 404
    with pytest.raises(InvalidStatus) as refused, wired(site, other, kernel):
        pass
    assert refused.value.response.status_code == 404
    site.sign_out(other)
    answers_still(analyst)


def test_no_secret_of_the_server_reaches_a_kernel(analyst: Visitor, site: Site) -> None:
    assert CANARIES["META_ACCESS_TOKEN"] in environment_of(site.process.pid)
    child = site.child()
    assert child is not None
    for pid in (child, *site.kernels().values()):
        told = environment_of(pid)
        assert not [name for name, secret in CANARIES.items() if secret in told or f"{name}=" in told]
    assert not [secret for secret in CANARIES.values() if secret in site.log]
