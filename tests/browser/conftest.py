"""A real browser before the real server: one signed-in tab for most tests, fresh ones where a sign-in is the matter."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

from adplanning.core.vocabulary import Role
from tests.browser.site import COOKIE, Site, served
from tests.browser.visitor import CHANGE_MS, Visitor

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP: ViewportSize = {"width": 1366, "height": 900}
NewVisitor = Callable[[Role | None], Visitor]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        reason = "Chromium is not installed; install Debian's package chromium to run these tests"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="package")
def site(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server, on a port of its own."""
    with served(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """A browser, until the tests of another folder begin: while one is driven nothing else may run an event loop."""
    expect.set_options(timeout=CHANGE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=list(OPTIONS))
        yield browser
        browser.close()


@contextmanager
def opened(chromium: Browser, site: Site, role: Role | None) -> Iterator[tuple[BrowserContext, Visitor]]:
    """A browser without a past, signed in with a role or not at all; at the end its kernels end, too."""
    token = site.new_sign_in(role) if role else ""
    context = chromium.new_context(
        viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", locale="en-GB", accept_downloads=True
    )
    try:
        if token:
            context.add_cookies([{"name": COOKIE, "value": token, "url": site.origin, "httpOnly": True}])
        yield context, Visitor(context.new_page(), site, token)
    finally:
        context.close()
        if token:
            site.sign_out(token)


@pytest.fixture(scope="package")
def _desk(chromium: Browser, site: Site) -> Iterator[Visitor]:
    with opened(chromium, site, Role.analyst) as (_, visitor):
        yield visitor.load("/app/ad-planning")


@pytest.fixture
def analyst(_desk: Visitor) -> Iterator[Visitor]:
    """An analyst at a tab that stays open from test to test; a test follows links within it."""
    visitor = _desk
    visitor.forget()
    if not visitor.path.startswith("/app/"):
        visitor.load("/app/ad-planning")
    yield visitor
    visitor.page.keyboard.press("Escape")
    visitor.check()


@pytest.fixture
def fresh(chromium: Browser, site: Site) -> Iterator[NewVisitor]:
    """Makes a visitor with a browser of their own, signed in with a role or not at all."""
    made = []

    def make(role: Role | None) -> Visitor:
        context = opened(chromium, site, role)
        _, visitor = context.__enter__()
        made.append((context, visitor))
        return visitor

    yield make
    try:
        for _, visitor in made:
            visitor.check()
    finally:
        for context, _ in made:
            context.__exit__(None, None, None)
