from __future__ import annotations

import hashlib
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from playwright.sync_api import expect
from sqlalchemy import update

from adplanning.core.vocabulary import Role
from adplanning.server.users import ADMIN
from adplanning.store.session import writing
from adplanning.store.tables.operations import SignIn
from tests.browser.conftest import NewVisitor
from tests.browser.site import MAX_KERNELS, PASSWORD, Site, eventually
from tests.browser.visitor import FIRST_PAGE_MS, Visitor

GOALS = "/app/ad-planning/goals?is_active=true"
COMES_BACK_MS = 60_000
_IN_ANOTHER_KERNEL = """kernel => {
  const config = document.getElementById("jupyter-config-data");
  return config && !config.textContent.includes(kernel);
}"""
_SAYS_SO = re.compile("This page comes back by itself|It is opened anew at the same place")


def comes_back(visitor: Visitor, kernel: str) -> None:
    """The page is there again, at the same place, in another kernel."""
    visitor.page.wait_for_function(_IN_ANOTHER_KERNEL, arg=kernel, timeout=COMES_BACK_MS)
    visitor.wait()
    assert visitor.path == GOALS
    expect(visitor.rows.first).to_be_visible()
    expect(visitor.page.locator("#gone")).to_be_hidden()


def test_a_page_whose_kernel_has_died_says_so_and_comes_back_by_itself(analyst: Visitor, site: Site) -> None:
    analyst.go(GOALS)
    kernel = analyst.kernel
    analyst.expects_end_of_kernel()
    os.kill(site.kernels()[kernel], signal.SIGKILL)
    expect(analyst.page.get_by_role("alertdialog")).to_contain_text("This page's session has ended", timeout=10_000)
    comes_back(analyst, kernel)


def test_pages_come_back_by_themselves_when_all_dashboards_have_died(analyst: Visitor, site: Site) -> None:
    analyst.go(GOALS)
    kernel, child = analyst.kernel, site.child()
    assert child is not None
    analyst.expects_end_of_kernel()
    os.kill(child, signal.SIGKILL)
    expect(analyst.page.get_by_role("alertdialog")).to_contain_text(_SAYS_SO, timeout=10_000)
    comes_back(analyst, kernel)
    assert site.child() != child


def test_who_comes_when_all_places_are_taken_waits_for_one(analyst: Visitor, site: Site, fresh: NewVisitor) -> None:
    analyst.go(GOALS)
    tokens = [site.new_sign_in(Role.viewer) for _ in range(MAX_KERNELS - 1)]

    def take_place(token: str) -> int:
        """Asks again when the next kernel was not warm in time, as the busy page does."""
        with site.client(token) as client:
            for _ in range(5):
                status = client.get(GOALS).status_code
                if status != 503:
                    break
            return status

    try:
        with ThreadPoolExecutor() as at_once:
            assert set(at_once.map(take_place, tokens)) == {200}
        late = fresh(Role.viewer)
        late.expects_status(503)
        answer = late.page.goto(site.origin + GOALS)
        assert answer is not None
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        expect(late.page.get_by_role("heading", name="One moment, please")).to_be_visible()
        expect(late.page.get_by_text("All places for dashboards are taken")).to_be_visible()
    finally:
        for token in tokens:
            site.sign_out(token)
    expect(late.heading).to_have_text("Goals", timeout=FIRST_PAGE_MS)
    # An open page keeps its place all the while, though nobody has done anything on it.
    assert analyst.kernel in site.kernels()


def test_a_page_that_is_reloaded_or_left_keeps_no_kernel(analyst: Visitor, site: Site, fresh: NewVisitor) -> None:
    eventually(lambda: len(site.kernels()) <= 2, "nobody else is at a page", 60)
    visitor = fresh(Role.viewer).load(GOALS)
    used = [visitor.kernel]
    for _ in range(2):
        left = visitor.kernel
        visitor.reload()
        used.append(visitor.kernel)
        # Sooner than it would be ended for being idle.
        eventually(lambda left=left: left not in site.kernels(), "the kernel of the page before has ended", 12)
    assert len(set(used)) == 3
    assert used[-1] in site.kernels()
    visitor.page.goto("about:blank")
    eventually(lambda: used[-1] not in site.kernels(), "the last kernel has ended")
    # The analyst's page and one that waits for the next visitor are left.
    eventually(lambda: len(site.kernels()) <= 2, "no kernel is left over", 60)
    assert analyst.kernel in site.kernels()


def test_whose_sign_in_has_run_out_is_asked_to_sign_in_and_is_back_at_the_same_place(
    fresh: NewVisitor, site: Site
) -> None:
    visitor = fresh(Role.viewer).load(GOALS)
    visitor.expects_end_of_kernel()
    with writing(site.engine) as session:
        whose = SignIn.token_hash == hashlib.sha256(visitor.token.encode()).hexdigest()
        session.execute(update(SignIn).where(whose).values(expires_at=datetime.now(UTC)))
    page = visitor.page
    expect(page.get_by_label("Password")).to_be_visible(timeout=COMES_BACK_MS)
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    visitor.wait()
    assert visitor.path == GOALS
    expect(visitor.rows.first).to_be_visible()


def test_an_open_page_says_that_the_database_is_lost_and_goes_on_when_it_is_back(analyst: Visitor) -> None:
    analyst.go(GOALS)
    analyst.expects_status(503)
    sentence = "The database cannot be used now (no answer from the database server); nothing was stored, try again."
    analyst.page.route("**/app/alive/*", lambda route: route.fulfill(status=503, body=sentence))
    told = analyst.page.get_by_role("alertdialog")
    expect(told).to_contain_text(f"{sentence} This page comes back by itself.")
    analyst.page.unroute("**/app/alive/*")
    expect(analyst.page.locator("#gone")).to_be_hidden()
    expect(analyst.rows.first).to_be_visible()
