"""Somebody at a page of the dashboards: where they go, what they see, and what must never happen meanwhile."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Locator, Page, Response, expect

from tests.browser.site import Site

FIRST_PAGE_MS = 180_000
CHANGE_MS = 20_000
_FOLLOW = """async (address) => {
  const parts = document.querySelectorAll("#adp-content > :not(h1, p, .adp-fault)");
  for (const part of parts) part.setAttribute("data-left", "");
  const link = document.createElement("a");
  link.setAttribute("href", address);
  document.body.append(link);
  link.click();
  link.remove();
  const painted = () => new Promise((done) => requestAnimationFrame(done));
  await painted();
  await painted();
}"""


@dataclass
class Visitor:
    """A tab, and everything it asked for or complained of since `forget` was called last."""

    page: Page
    site: Site
    token: str = ""
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(CHANGE_MS)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda fault: self.faults.append(f"error on the page: {fault}"))
        self.page.on("console", lambda said: self._note(said.type, f"{said.text} at {said.location.get('url', '')}"))
        self.page.on("dialog", self._refuse)

    def _note(self, kind: str, words: str) -> None:
        # A page that is left asks twice for its kernel's end: once as it goes, once as its widgets are put away.
        if kind == "error" and "/app/voila/api/shutdown/" not in words:
            self.faults.append(f"console: {words}")

    def _refuse(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def expects_status(self, status: int) -> None:
        """An answer that the test is about is no fault; Chromium says of each that it "failed to load"."""
        self.expected.append(f"Failed to load resource: .* status of {status} ")

    def expects_end_of_kernel(self) -> None:
        """The kernel goes during this test; what the page's scripts say of that is no fault of the page."""
        self.expected += [
            r"WebSocket connection to 'ws://[^']*/channels\?[^']*' failed",
            r"Failed to load resource: .* status of (401|404|410|503) ",
            r"Failed to load resource: net::ERR_",
        ]

    def load(self, address: str) -> Visitor:
        """Open a page as from a link in a letter: a new document, with a kernel of its own."""
        return self._came(self.page.goto(self.site.origin + address, wait_until="commit", timeout=FIRST_PAGE_MS))

    def reload(self) -> Visitor:
        """The browser's reload."""
        return self._came(self.page.reload(wait_until="commit", timeout=FIRST_PAGE_MS))

    def _came(self, answer: Response | None) -> Visitor:
        # On a slow machine no kernel may be warm in time; the page that says so asks again by itself.
        if answer is not None and answer.status == 503 and "retry-after" in answer.headers:
            self.expects_status(503)
        return self.wait()

    def wait(self) -> Visitor:
        """Until the page with its frame is there."""
        expect(self.page.locator("#adp-content[aria-busy=false] h1")).to_be_visible(timeout=FIRST_PAGE_MS)
        return self

    def go(self, address: str) -> Visitor:
        """Follow a link within the dashboards: the same document, the same kernel."""
        self.page.evaluate(_FOLLOW, address)
        expect(self.page.locator("#adp-content > [data-left]")).to_have_count(0, timeout=CHANGE_MS)
        expect(self.page.locator("#adp-content[aria-busy=false] h1")).to_be_visible(timeout=CHANGE_MS)
        return self

    @property
    def path(self) -> str:
        """The address without the host."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def kernel(self) -> str:
        """The id of the kernel behind the page."""
        return str(json.loads(self.page.locator("#jupyter-config-data").text_content() or "{}")["kernelId"])

    @property
    def heading(self) -> Locator:
        return self.page.locator("#adp-content h1")

    @property
    def links(self) -> list[str]:
        """Where the rows of the table lead to."""
        expect(self.rows.first).to_be_visible()
        return [str(link.get_attribute("href")) for link in self.page.locator(".adp-table a.adp-row-link").all()]

    @property
    def rows(self) -> Locator:
        """The rows of the page's table."""
        return self.page.locator(".adp-table tbody tr:has(td.v-data-table__td)")

    def column(self, title: str) -> list[str]:
        """What stands in one column of the table, from top to bottom."""
        expect(self.rows.first).to_be_visible()
        titles = self.page.locator(".adp-table thead th").all_inner_texts()
        at = [one.strip() for one in titles].index(title)
        return [text.strip() for text in self.rows.locator(f"td:nth-child({at + 1})").all_inner_texts()]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, key: str) -> Locator:
        """The input of a field of the form that is open."""
        return self.page.locator(f'[data-key="{key}"] input, [data-key="{key}"] textarea').first

    def fault_of(self, key: str) -> Locator:
        """What stands beside a field that is not as it must be."""
        return self.page.locator(f'[data-key="{key}"] .v-input--error .v-messages')

    def choose(self, opener: Locator, choice: str) -> None:
        """Pick from a list that opens."""
        opener.click()
        listed = self.page.locator(".v-overlay--active .v-list-item", has_text=re.compile(rf"^{re.escape(choice)}$"))
        listed.click()
        # A page that moves while its charts are drawn can take the list from under the pointer; people click again.
        self.page.wait_for_timeout(600)
        if listed.is_visible():
            listed.click()

    def filter(self, label: str) -> Locator:
        return self.page.locator(f".adp-filter:has(label:text-is('{label}'))").first

    def is_told(self, words: str | re.Pattern[str], within_ms: int = CHANGE_MS) -> None:
        """A message came up that says so; it is put away again."""
        message = self.page.locator(".v-snackbar .v-snackbar__content")
        expect(message).to_contain_text(words, timeout=within_ms)
        self.page.get_by_label("Close the message").click()
        expect(message).to_be_hidden()

    def forget(self) -> None:
        """Begin anew with taking notes."""
        self.asked.clear()
        self.faults.clear()
        self.expected.clear()

    def check(self) -> None:
        """Nothing was asked of another host, nothing that was data has run, nothing complained."""
        own = urlsplit(self.site.origin).netloc
        foreign = [url for url in self.asked if url.startswith(("http", "ws")) and urlsplit(url).netloc != own]
        assert not foreign, f"requests that left the origin: {foreign}"
        faults = [fault for fault in self.faults if not any(re.search(each, fault) for each in self.expected)]
        assert not faults, "\n".join(faults)
        if not self.page.is_closed() and self.page.url.startswith("http"):
            marked = self.page.evaluate("() => 'xss' in document.documentElement.dataset")
            assert not marked, "a text was run as a script"
