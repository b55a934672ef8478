from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/batch-runs"
DIALOG = ".v-dialog.v-overlay--active"
RUN_MS = 90_000


def test_a_notebook_is_run_by_hand_followed_to_its_end_and_read(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    expect(analyst.rows.first).to_be_visible()
    before = analyst.rows.count()
    analyst.button("Run now").first.click()
    expect(page.locator(DIALOG)).to_be_visible()
    as_of = analyst.field("attribute_conversions.as_of")
    as_of.fill("the day after tomorrow")
    page.locator(DIALOG).get_by_role("button", name="Run now").click()
    expect(analyst.fault_of("attribute_conversions.as_of")).to_contain_text(re.compile("date", re.IGNORECASE))
    expect(as_of).to_be_focused()
    expect(page.locator(DIALOG)).to_be_visible()

    as_of.fill("")
    page.locator(DIALOG).get_by_role("button", name="Run now").click()
    analyst.is_told("Attribute conversions has started; it goes on when you leave this page.")
    expect(analyst.rows).to_have_count(before + 1)
    first = analyst.rows.first
    expect(first.locator(".adp-badge")).to_contain_text("Running")
    expect(first.locator(".adp-badge")).to_contain_text(re.compile(r"Running \d+%"), timeout=RUN_MS)
    expect(first.locator(".adp-badge")).to_have_text("Succeeded", timeout=RUN_MS)

    first.locator("a").first.click()
    link = page.get_by_role("link", name="Open in a new tab")
    expect(link).to_be_visible()
    with (
        page.context.expect_page() as opened,
        page.context.expect_event("response", lambda answer: answer.url.endswith("/notebook")) as answered,
    ):
        link.click()
    notebook = opened.value
    assert "sandbox" in answered.value.headers["content-security-policy"]
    expect(notebook.locator("body")).to_contain_text(re.compile("conversions", re.IGNORECASE))
    content = notebook.content()
    assert "import polars" not in content
    assert "from adplanning" not in content
    assert "<script" not in content
    notebook.close()


def test_what_an_executed_notebook_has_printed_is_only_text(analyst: Visitor) -> None:
    page = analyst.page.context.new_page()
    visitor = Visitor(page, analyst.site)
    for n in range(6):
        page.goto(f"{analyst.site.origin}{LIST}/run_hostile{n}/notebook")
        # No script runs on it, so that the browser cannot be asked for the page's own marks.
        assert "data-xss" not in page.content()
        assert "SOURCE = 1" not in page.content()
    page.close()
    visitor.check()
