"""Sentiment in the browser: texts that come in, and those that cannot be analysed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/sentiment"
BAD = "The zebra quilt is terrible and came late"


@pytest.fixture(scope="module")
def said(site: Site) -> None:
    site.post("/admin/feedback", content=BAD, source_id="zebra-1")
    site.post("/admin/feedback", content="zebra bahut accha hai", source_id="zebra-2")


@pytest.mark.usefixtures("said")
def test_feedback_shows_at_once_with_its_label_and_opens_as_a_record(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}?search=zebra").page
    expect(analyst.rows).to_have_count(2)
    row = analyst.rows.filter(has_text=BAD)
    expect(row).to_contain_text("egative")
    expect(row).to_contain_text("Feedback")
    row.get_by_role("link", name=BAD).click()
    expect(analyst.heading).to_have_text(BAD)
    expect(page.locator(".adp-details")).to_contain_text("delivery")


@pytest.mark.usefixtures("said")
def test_what_is_not_analysed_is_found_by_its_label_and_says_why(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}?search=zebra&sentiment_label=not_analysed").page
    expect(analyst.rows).to_have_count(1)
    expect(analyst.rows).to_contain_text("Not analysed")
    expect(page.locator(".adp-kpi-value").first).to_have_text("1")
    analyst.rows.get_by_role("link").first.click()
    expect(page.locator(".adp-notices")).to_contain_text("Hindi")
