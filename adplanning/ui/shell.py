"""The frame around every page: sidebar, header, messages, and going from page to page within one kernel."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from comm import get_comm_manager
from ipyvuetify import theme
from ipywidgets import widget_serialization
from traitlets import Bool, Dict, List, Unicode

from adplanning.core.errors import NotFound, StoreUnavailable
from adplanning.core.settings import Settings, load_settings
from adplanning.core.vocabulary import Role
from adplanning.store import facts
from adplanning.store.preferences import with_preferences
from adplanning.store.upgrading import open_store
from adplanning.ui.catalogue import HOME, PAGES, ROOT, SETTINGS, PageMatch, address_of, page_at
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.first_steps import first_step
from adplanning.ui.visit import Progress, Visit

MAX_ADDRESS = 8000
log = logging.getLogger(__name__)


class Shell(Component):
    """The frame; `open_page` fills it."""

    vue = "shell"

    served = Bool(False).tag(sync=True)
    groups = List(Dict()).tag(sync=True)
    visitor = Dict().tag(sync=True)
    page = Dict().tag(sync=True)
    body: List[Component] = List().tag(sync=True, **widget_serialization)
    address = Dict().tag(sync=True)
    message = Dict().tag(sync=True)
    question = Dict().tag(sync=True)
    task = Dict().tag(sync=True)
    fault = Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(groups=_groups(), **traits)
        self._settings = load_settings()
        self._engine = open_store(self._settings.url)
        self._role, self._name = Role.viewer, ""
        self._answer: tuple[int, Callable[[], None]] | None = None
        self._address = address_of(HOME)
        self._slug = HOME
        self._record_id: str | None = None
        self._shown: Sequence[Component] = ()
        self._work_lock = threading.Lock()

    def enter(self, name: str, role: Role, *, served: bool) -> None:
        """Say who is looking; a role is never taken from the browser."""
        self._role, self._name = role, name
        self.served = served
        self._tell(self._settings)

    def warm(self) -> None:
        """Start what reads the store, so that the first page need not wait for it."""
        facts.scan(self._engine, "campaigns", ["id"]).collect()

    def open_page(self, address: str) -> None:
        """Show the page at an address, in place of the one before."""
        try:
            parts = urlsplit(address[:MAX_ADDRESS])
        except ValueError:  # such as an unfinished [ of an IPv6 address
            parts = urlsplit("")
        match = page_at(unquote(parts.path).removeprefix(ROOT))
        before, self._address, waits = self._shown, address, False
        with self.hold_sync():
            if match is None:
                self.page = {"title": "Page not found", "help": "", "slug": "", "crumbs": [], "back": address_of(HOME)}
                self.body, self.fault = [], "There is no page at this address."
            else:
                self._slug, self._record_id = match.slug, match.record_id
                self.page = _words(match)
                try:
                    self.body, self.fault = self._widgets(match, dict(parse_qsl(parts.query))), ""
                except NotFound:
                    self.body, self.fault = [], "This record does not exist, or is there no longer."
                except StoreUnavailable as fault:
                    self.body, self.fault, waits = [], _store_lost(fault), True
                except Exception as fault:  # noqa: BLE001 - the frame stays, whatever the page does
                    self.body, self.fault = [], sentence_of(fault)
            self._shown = self.body
            # Numbered, because the same page once more is still an answer that the browser waits for.
            self.page = {**self.page, "n": next(self._numbers), "waits": waits}
        for widget in before:
            widget.close()

    def _widgets(self, match: PageMatch, query: Mapping[str, str]) -> list[Component]:
        module, name = match.page.function.split(":")
        settings = with_preferences(self._engine, self._settings)
        self._tell(settings)
        visit = Visit(self._engine, settings, self._role, self, match.record_id, query, self._name)
        page = getattr(import_module(f"adplanning.ui.pages.{module}"), name)
        return [*([] if match.record_id else first_step(visit, match.slug)), *page(visit)]

    def _tell(self, settings: Settings) -> None:
        """Say who is looking, in which currency and time zone."""
        self.visitor = {
            "name": self._name,
            "role": self._role.value,
            "zone": settings.timezone,
            "currency": settings.currency,
            "settings": address_of(SETTINGS),
        }

    def title(self, words: str) -> None:
        """Call the page after its record; what it is a record of stays in the breadcrumbs."""
        self.page = {**self.page, "title": words, "help": ""}

    def go(self, address: str, *, instead: bool = False) -> None:
        """Open another page and show its address; opening the same one again leaves no trace in the history."""
        again = address == address_of(self._slug, self._record_id)
        self.address = {"n": next(self._numbers), "url": address, "replace": instead or again}
        self.open_page(address)

    def keep(self, query: Mapping[str, str]) -> None:
        """Put the page's state into the address, in place of the one shown."""
        url = address_of(self._slug, self._record_id) + (f"?{urlencode(query)}" if query else "")
        self.address = {"n": next(self._numbers), "url": url, "replace": True}

    def toast(self, words: str, kind: str = "success") -> None:
        """Show a message that goes away by itself."""
        self.message = {"n": next(self._numbers), "words": words, "kind": kind}

    def failed(self, words: str) -> None:
        """Show what went wrong."""
        self.toast(words, "error")

    def confirm(self, title: str, words: str, button: str, then: Callable[[], None]) -> None:
        """Ask; `then` is called when the answer is yes."""
        number = next(self._numbers)
        self._answer = (number, then)
        self.question = {"n": number, "title": title, "words": words, "button": button}

    def later(self, job: Callable[[], None]) -> None:
        """Run a job in a thread; one that fails says so."""
        threading.Thread(target=self.guarded, args=(job,), daemon=True).start()

    def work(self, title: str, job: Callable[[Progress], str], then: Callable[[], None]) -> None:
        """Run a job in a thread; how far it is stays in sight on every page."""
        if not self._work_lock.acquire(blocking=False):
            self.toast("Wait for the work that is running to end, then start this.", "info")
            return
        self.task = {"title": title, "words": "Starting …", "share": 0.0}

        def show(words: str, share: float) -> None:
            self.task = {"title": title, "words": words, "share": share}

        def run() -> None:
            try:
                self.toast(job(show))
                then()
            except Exception as fault:  # noqa: BLE001 - told to the visitor
                self.failed(sentence_of(fault))
            finally:
                self.task = {}
                self._work_lock.release()

        threading.Thread(target=run, daemon=True).start()

    def vue_visit(self, data: dict[str, Any]) -> None:
        """A link was followed, or the browser went back; the address bar shows it already."""
        self.open_page(str(data.get("address", "")))

    def vue_open_again(self, _: dict[str, Any]) -> None:
        """The page waits for the store; the browser asks every few seconds."""
        self.open_page(self._address)

    def vue_answered(self, data: dict[str, Any]) -> None:
        """The question was answered."""
        answer = self._answer
        if answer is None or data.get("n") != answer[0]:
            return
        self._answer = None
        if data.get("yes") is True:
            answer[1]()


def frame() -> Shell:
    """The frame without a page, ready before anybody asks; imports what pages need meanwhile."""
    for page in PAGES.values():
        import_module(f"adplanning.ui.pages.{page.function.split(':')[0]}")
    for colours, primary, error in (
        (theme.themes.light, "#0f766e", "#b91c1c"),
        (theme.themes.dark, "#5eead4", "#f87171"),
    ):
        colours.primary, colours.error = primary, error
    # Pages make all their widgets here; nothing may be made from the browser.
    get_comm_manager().targets.pop("jupyter.widget", None)
    shell = Shell(page={"title": "", "help": "", "slug": "", "crumbs": []})
    shell.warm()
    return shell


def open_asked_page(shell: Shell) -> None:
    """Fill the frame with the page that the server was asked for, for the visitor who has signed in."""
    shell.enter(os.environ["ADPLANNING_VISITOR"], Role(os.environ["ADPLANNING_ROLE"]), served=True)
    shell.open_page(os.environ["ADPLANNING_ADDRESS"])


def show(slug: str, **query: str) -> Shell:
    """A page as a widget in JupyterLab, with the rights of whoever runs the kernel.

    Parameters
    ----------
    slug : a name in `ui.catalogue.PAGES`, such as ad-planning/conversions.
    query : what the page's address would say, such as platform="meta".
    """
    shell = frame()
    shell.enter("JupyterLab", Role.admin, served=False)
    shell.open_page(address_of(slug) + (f"?{urlencode(query)}" if query else ""))
    return shell


def _groups() -> list[dict[str, Any]]:
    items = [
        {"slug": slug, "title": page.title, "icon": page.icon, "href": address_of(slug), "group": page.group}
        for slug, page in PAGES.items()
    ]
    return [{"title": title, "items": list(its)} for title, its in groupby(items, key=lambda item: item["group"])]


def _store_lost(fault: StoreUnavailable) -> str:
    reference = secrets.token_hex(4)
    log.error("the store could not be read, reference %s", reference, exc_info=fault)
    return (
        "The database cannot be read at the moment. This page opens by itself as soon as it can; when that takes long, "
        f"tell whoever runs this server the reference {reference}."
    )


def _words(match: PageMatch) -> dict[str, Any]:
    """What stands above a page, and where one goes back to from it."""
    crumbs = [] if match.slug == HOME else [{"title": PAGES[HOME].title, "href": address_of(HOME)}]
    if match.record_id:
        crumbs.append({"title": match.page.title, "href": address_of(match.slug)})
    return {
        "title": match.page.heading or match.page.title,
        "help": match.page.help,
        "slug": match.slug,
        "crumbs": crumbs,
        "back": crumbs[-1]["href"] if crumbs else address_of(HOME),
    }
