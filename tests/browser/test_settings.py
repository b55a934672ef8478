"""Changing the currency and the time zone, and telling rates, in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from adplanning.core.vocabulary import Role
from tests.browser.conftest import NewVisitor
from tests.browser.site import ADMIN_KEY, Site
from tests.browser.visitor import Visitor

PAGE = "/app/ad-planning/settings"
DIALOG = ".v-dialog.v-overlay--active"
SETTINGS, RATES = "/admin/ad-planning/settings", "/admin/ad-planning/currency-rates"


@pytest.fixture(autouse=True)
def _as_before(site: Site) -> Iterator[None]:
    """Other tests share the shop."""
    yield
    with site.client(key=ADMIN_KEY) as client:
        client.put(SETTINGS, json={"currency": None, "timezone": None})
        client.delete(f"{RATES}/USD-INR-2020-01-01")


def pick(visitor: Visitor, key: str, text: str, choice: str) -> None:
    """Find a choice of a long list by typing."""
    visitor.field(key).click()
    visitor.field(key).fill(text)
    visitor.page.locator(".v-overlay--active .v-list-item", has_text=choice).first.click()


def table(visitor: Visitor, title: str) -> Locator:
    return visitor.page.locator(".adp-table", has=visitor.page.get_by_role("heading", name=title))


def test_another_currency_and_zone_hold_on_every_page_until_the_environments_are_used_again(
    analyst: Visitor, site: Site
) -> None:
    page = analyst.go("/app/ad-planning/conversions").page
    frame = page.locator(".adp-zone")
    was = frame.inner_text()
    # The frame leads to the page.
    frame.click()
    expect(analyst.heading).to_have_text("Settings")

    analyst.button("Change").click()
    expect(page.locator(DIALOG)).to_be_visible()
    pick(analyst, "currency", "US Dollar", "USD · US Dollar")
    pick(analyst, "timezone", "new york", "America/New York")
    expect(page.locator(DIALOG).get_by_text("No stored amount changes.")).to_be_visible()
    expect(page.locator(DIALOG).get_by_text("Days begin at midnight in America/New_York")).to_be_visible()
    analyst.button("Use from now on").click()
    analyst.is_told("the reporting currency is USD")
    expect(frame).to_have_text("Times in America/New_York · amounts in USD")
    assert site.get("/admin/ad-planning/conversions/stats")["currency"] == "USD"

    analyst.go("/app/ad-planning/conversions")
    expect(frame).to_have_text("Times in America/New_York · amounts in USD")
    expect(page.locator(".adp-kpi-value", has_text="$").first).to_be_visible()

    analyst.go(PAGE)
    analyst.button("Use the environment's INR again").click()
    analyst.is_told("the reporting currency is the environment's INR")
    page.get_by_role("button", name=re.compile("Use the environment's .* again")).click()
    analyst.is_told("the time zone is the environment's")
    expect(frame).to_have_text(was)


def test_a_rate_is_entered_and_deleted(analyst: Visitor, site: Site) -> None:
    page = analyst.go(PAGE).page
    analyst.button("Enter a rate").first.click()
    expect(page.locator(DIALOG)).to_be_visible()
    analyst.field("on").fill("2020-01-01")
    pick(analyst, "currency", "USD", "USD · US Dollar")
    analyst.field("rate").fill("-71")
    analyst.button("Save rate").click()
    expect(analyst.fault_of("rate")).to_contain_text("greater than 0")
    analyst.field("rate").fill("71.3")
    analyst.button("Save rate").click()
    analyst.is_told("1 Jan 2020: 1 USD is 71.3 INR.")
    assert site.get(RATES, currency="USD", limit=1000)["currency_rates"][-1]["rate"] == 71.3

    analyst.go(f"{PAGE}?sort=on&descending=false")
    row = table(analyst, "Which rates are known?").locator("tbody tr", has_text="1 Jan 2020")
    row.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    analyst.is_told("The rate is deleted.")
    expect(row).to_have_count(0)


def test_a_viewer_finds_nothing_to_change(fresh: NewVisitor) -> None:
    viewer = fresh(Role.viewer).load(PAGE)
    expect(table(viewer, "Which currencies are in use?")).to_be_visible()
    for name in ("Change", "Enter a rate", "Import rates"):
        expect(viewer.button(name)).to_have_count(0)
