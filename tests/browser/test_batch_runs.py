from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.site import Site
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


@pytest.mark.parametrize(("kind", "content"), [("HTML", b"<!doctype html>"), ("PDF", b"%PDF-1.7")])
def test_the_report_of_a_run_is_saved_under_a_name_that_says_of_when_it_is(
    analyst: Visitor, site: Site, kind: str, content: bytes
) -> None:
    at = datetime(2026, 11, 23, 6, tzinfo=UTC)
    run_id = f"run_report_{kind.lower()}"
    (site.home / f"{run_id}.{kind.lower()}").write_bytes(content)
    with write_transaction(site.engine) as connection:
        connection.execute(
            insert(TABLES["batch_runs"]).values(
                id=run_id, notebook="weekly_report", parameters={}, status="succeeded", message="Written.",
                output_path=str(site.home / f"{run_id}.ipynb"), started_at=at, heartbeat_at=at, finished_at=at,
            )
        )  # fmt: skip
    page = analyst.go(f"{LIST}/{run_id}").page
    with page.expect_download() as download:
        analyst.button(f"Download {kind}").click()
    assert download.value.suggested_filename == f"weekly_report_2026-11-23.{kind.lower()}"
    assert download.value.path().read_bytes() == content


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
