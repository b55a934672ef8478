"""The frame around every page."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ipyvue.Template import Template
from ipywidgets.widgets.widget import _instances
from sqlalchemy import Engine

from adplanning.core.errors import Conflict, NotFound
from adplanning.core.vocabulary import Role
from adplanning.ui import shell as shell_module
from adplanning.ui.catalogue import HOME as HOME_SLUG
from adplanning.ui.catalogue import PAGES, address_of
from adplanning.ui.component import Component
from adplanning.ui.pages import home as home_module
from adplanning.ui.shell import Shell, frame, open_asked_page, show
from adplanning.ui.visit import Progress, Visit
from tests.ui.visiting import send

HOME, GOALS = "/app/ad-planning", "/app/ad-planning/goals"


@pytest.fixture(autouse=True)
def _joined(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No thread of a test outlives it."""
    started: list[threading.Thread] = []

    class Noted(threading.Thread):
        def start(self) -> None:
            started.append(self)
            super().start()

    monkeypatch.setattr(
        shell_module, "threading", SimpleNamespace(Thread=Noted, Lock=threading.Lock, RLock=threading.RLock)
    )
    yield
    for thread in started:
        thread.join(20)


@pytest.fixture
def new_shell(shop_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shell]:
    """Makes a frame of its own on the shop, with nobody having entered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADPLANNING_HOME", str(tmp_path))

    def make(role: Role = Role.analyst, address: str = HOME) -> Shell:
        made = frame()
        made.enter("Asha", role, served=True)
        made.open_page(address)
        return made

    return make


@pytest.fixture
def shell(new_shell: Callable[..., Shell]) -> Shell:
    return new_shell()


def eventually(is_so: Callable[[], object], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kinds(shell: Shell) -> list[str]:
    return [type(widget).__name__ for widget in shell.body]


def with_page(monkeypatch: pytest.MonkeyPatch, page: Callable[[Visit], Sequence[Component]]) -> None:
    monkeypatch.setattr(home_module, "home", page)


def test_a_page_knows_who_looks(new_shell: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Role]] = []

    def page(visit: Visit) -> Sequence[Component]:
        seen.append((visit.name, visit.role))
        return []

    with_page(monkeypatch, page)
    new_shell(Role.analyst)
    assert seen == [("Asha", Role.analyst)]


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_every_role(new_shell: Callable[..., Shell], role: Role) -> None:
    shell = new_shell(role)
    for slug, page in PAGES.items():
        send(shell, "visit", {"address": address_of(slug)})
        assert (shell.page["title"], shell.page["slug"]) == (page.heading or page.title, slug)
        assert (shell.fault, bool(shell.body)) == ("", True), slug
        # That of the first page only shows something.
        assert ("MainButton" in kinds(shell)) <= (role is not Role.viewer or slug == HOME_SLUG)


@pytest.mark.parametrize(
    "address",
    [
        "/app/nowhere",
        "/app/ad-planning/metrics/x",
        "/api/v1/goals",
        "",
        "//[",
        "http://[::1",
        "javascript:alert(1)",
        "/app/../../etc/passwd",
        "/app/%00",
        "/app/" + "a" * 100_000,
        "/app/\ud800",
    ],
)
def test_an_unknown_address_is_said_and_leads_back(shell: Shell, address: str) -> None:
    send(shell, "visit", {"address": address})
    assert (shell.fault, shell.body) == ("There is no page at this address.", [])
    assert (shell.page["title"], shell.page["back"], shell.message) == ("Page not found", HOME, {})


@pytest.mark.parametrize("address", [None, 7, ["/app/ad-planning"], {"path": "/"}])
def test_what_is_no_address_is_an_unknown_one(shell: Shell, address: Any) -> None:
    send(shell, "visit", {"address": address})
    assert shell.fault == "There is no page at this address."


@pytest.mark.parametrize("slug", [slug for slug, page in PAGES.items() if page.has_records])
def test_a_record_that_is_not_there_is_said_with_the_way_back_to_its_list(shell: Shell, slug: str) -> None:
    send(shell, "visit", {"address": address_of(slug, "id_that_never_was")})
    assert (shell.fault, shell.body) == ("This record does not exist, or is there no longer.", [])
    assert shell.page["back"] == address_of(slug)


def test_going_back_and_forth_opens_each_page_anew(shell: Shell) -> None:
    for address, slug in [
        (GOALS, "ad-planning/goals"),
        (HOME, "ad-planning"),
        (f"{GOALS}?page=1", "ad-planning/goals"),
    ]:
        send(shell, "visit", {"address": address})
        assert shell.page["slug"] == slug
        assert not any(widget.closed for widget in shell.body)
    assert shell.address == {}  # the address bar shows it already


def test_a_page_that_fails_is_told_in_a_sentence_and_the_frame_lives(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(visit: Visit) -> Sequence[Component]:
        raise RuntimeError("secret")

    with_page(monkeypatch, fail)
    send(shell, "visit", {"address": HOME})
    assert shell.fault.startswith("Something went wrong here")
    assert "secret" not in shell.fault
    assert shell.body == []
    send(shell, "visit", {"address": GOALS})
    assert (shell.fault, kinds(shell)) == ("", ["MainButton", "Table", "Form"])


def test_widgets_of_a_page_that_was_left_are_closed_and_none_is_left_over(shell: Shell) -> None:
    def models() -> Counter[str]:
        # ipyvue makes a template anew for each widget only where no browser listens, as here.
        return Counter(type(one).__name__ for one in _instances.values() if not isinstance(one, Template))

    shell.open_page(GOALS)
    before = models()
    for turn in range(20):
        left = shell.body
        shell.open_page([HOME, GOALS][turn % 2])
        assert all(widget.closed for widget in left)
    assert models() == before


def test_a_page_stays_closed_although_the_browser_wrote_another_body(shell: Shell) -> None:
    shell.open_page(GOALS)
    shown = list(shell.body)
    shell.body = []
    shell.open_page(HOME)
    assert all(widget.closed for widget in shown)


def test_a_role_never_comes_from_a_browser(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell(Role.viewer)
    shell.visitor = {"name": "Asha", "role": "admin"}
    for data in ({"role": "admin"}, {"name": "x", "role": "admin", "served": True}):
        for event in ("enter", "visit", "answered"):
            send(shell, event, {"address": GOALS, **data})
    assert "MainButton" not in kinds(shell)
    shell.enter("Asha", Role.admin, served=True)
    shell.open_page(GOALS)
    assert "MainButton" in kinds(shell)


def test_nobody_who_has_not_entered_writes(new_shell: Callable[..., Shell]) -> None:
    shell = frame()
    shell.open_page(GOALS)
    assert "MainButton" not in kinds(shell)


def test_the_page_and_the_visitor_that_the_server_names_are_opened(
    new_shell: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = frame()
    monkeypatch.setenv("ADPLANNING_VISITOR", "Asha")
    monkeypatch.setenv("ADPLANNING_ROLE", "viewer")
    monkeypatch.setenv("ADPLANNING_ADDRESS", f"{GOALS}?goal_type=purchase")
    open_asked_page(shell)
    assert (shell.visitor["name"], shell.visitor["role"], shell.served) == ("Asha", "viewer", True)
    [table] = [widget for widget in shell.body if hasattr(widget, "query")]
    assert table.query.filters == {"goal_type": "purchase"}


def test_in_jupyterlab_a_page_is_shown_with_its_filters(new_shell: Callable[..., Shell]) -> None:
    shell = show("ad-planning/goals", goal_type="purchase")
    assert (shell.served, shell.fault, shell.page["title"]) == (False, "", "Goals")
    assert shell.body[1].query.filters == {"goal_type": "purchase"}


def test_what_is_kept_and_where_one_goes_stands_in_the_address(shell: Shell) -> None:
    shell.open_page(GOALS)
    shell.keep({"search": "a&b", "page": "2"})
    assert (shell.address["url"], shell.address["replace"]) == (f"{GOALS}?search=a%26b&page=2", True)
    first = shell.address["n"]
    shell.keep({})
    assert (shell.address["url"], shell.address["n"] > first) == (GOALS, True)
    shell.go(HOME)
    assert (shell.address["url"], shell.address["replace"], shell.page["slug"]) == (HOME, False, "ad-planning")


def test_the_same_message_twice_is_said_twice(shell: Shell) -> None:
    said: list[object] = []
    shell.observe(lambda change: said.append(change["new"]), "message")
    shell.toast("Saved.")
    shell.toast("Saved.")
    assert len(said) == 2


def test_only_the_question_that_was_asked_is_answered_and_once(shell: Shell) -> None:
    done: list[str] = []
    send(shell, "answered", {"n": 1, "yes": True})
    shell.confirm("Delete?", "For ever.", "Delete", lambda: done.append("first"))
    first = shell.question["n"]
    for forged in ({"n": first + 1, "yes": True}, {"yes": True}, {"n": str(first), "yes": True}, {"n": None}):
        send(shell, "answered", forged)
    assert done == []
    send(shell, "answered", {"n": first, "yes": True})
    send(shell, "answered", {"n": first, "yes": True})
    assert done == ["first"]


@pytest.mark.parametrize("yes", [False, None, 1, "true", [True]])
def test_anything_but_yes_is_no(shell: Shell, yes: Any) -> None:
    done: list[str] = []
    shell.confirm("Delete?", "For ever.", "Delete", lambda: done.append("deleted"))
    send(shell, "answered", {"n": shell.question["n"], "yes": yes})
    send(shell, "answered", {"n": shell.question["n"], "yes": True})
    assert done == []


def test_a_late_answer_to_one_question_leaves_the_next_one_open(shell: Shell) -> None:
    done: list[str] = []
    shell.confirm("Sure?", "", "Yes", lambda: shell.confirm("Really?", "", "Yes", lambda: done.append("both")))
    first = shell.question["n"]
    send(shell, "answered", {"n": first, "yes": True})
    send(shell, "answered", {"n": first, "yes": False})  # its dialog closes
    send(shell, "answered", {"n": shell.question["n"], "yes": True})
    assert done == ["both"]


def test_what_cannot_be_done_after_yes_is_said(shell: Shell) -> None:
    def refuse() -> None:
        raise NotFound("id: there is no goal")

    shell.confirm("Delete?", "", "Delete", refuse)
    send(shell, "answered", {"n": shell.question["n"], "yes": True})
    assert (shell.message["words"], shell.message["kind"]) == ("id: there is no goal", "error")


def test_a_second_long_job_waits_for_the_first_which_says_how_far_it_is(shell: Shell) -> None:
    may_go_on, done = threading.Event(), list[str]()

    def job(progress: Progress) -> str:
        progress("Half of it", 0.5)
        may_go_on.wait(10)
        return "Ten matched."

    shell.work("Matching", job, lambda: done.append("first"))
    eventually(lambda: shell.task.get("share") == 0.5)
    assert shell.task["title"] == "Matching"
    shell.work("Matching", lambda _: "never", lambda: done.append("second"))
    assert shell.message["kind"] == "info"
    shell.open_page(GOALS)
    assert shell.task["words"] == "Half of it"
    may_go_on.set()
    eventually(lambda: not shell.task)
    assert (shell.message["words"], shell.message["kind"], done) == ("Ten matched.", "success", ["first"])
    shell.work("Matching", lambda _: "Again.", lambda: done.append("third"))
    eventually(lambda: done == ["first", "third"])


@pytest.mark.parametrize(
    ("fault", "words"), [(Conflict("being changed"), "being changed"), (RuntimeError("secret"), "Something went wrong")]
)
def test_a_job_that_fails_says_so_and_the_next_one_may_run(shell: Shell, fault: Exception, words: str) -> None:
    def job(_: Progress) -> str:
        raise fault

    done: list[str] = []
    shell.work("Matching", job, lambda: done.append("done"))
    eventually(lambda: shell.message.get("kind") == "error" and not shell.task)
    assert shell.message["words"].startswith(words)
    assert "secret" not in shell.message["words"]
    assert done == []
    shell.work("Matching", lambda _: "Fine.", lambda: done.append("next"))
    eventually(lambda: done == ["next"])


def test_what_is_computed_later_and_fails_says_so(shell: Shell) -> None:
    def fail() -> None:
        raise Conflict("the store is busy")

    shell.later(fail)
    eventually(lambda: shell.message.get("words") == "the store is busy")


def test_every_page_stands_in_the_sidebar_under_its_group(shell: Shell) -> None:
    items = [item for group in shell.groups for item in group["items"]]
    assert [item["slug"] for item in items] == list(PAGES)
    assert all(item["href"] == address_of(item["slug"]) for item in items)


def test_the_crumbs_of_a_record_lead_over_its_list_to_the_first_page(shell: Shell) -> None:
    assert shell.page["crumbs"] == []
    shell.open_page(f"{GOALS}/goal_that_never_was")
    assert [crumb["href"] for crumb in shell.page["crumbs"]] == [HOME, GOALS]
