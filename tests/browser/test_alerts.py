from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/alerts"
DIALOG = ".v-dialog.v-overlay--active"


def test_a_rule_is_made_in_the_browser_that_says_when_it_tells(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    analyst.button("New rule").click()
    expect(page.locator(DIALOG)).to_be_visible()
    analyst.field("name").fill("Hardly any clicks")
    analyst.button("Create rule").click()
    expect(analyst.fault_of("metric")).to_have_text("Fill this in.")
    analyst.field("threshold").fill("3")
    expect(page.locator(f"{DIALOG} .adp-notice").first).to_contain_text("this says when you will be told")
    page.keyboard.press("Escape")


def test_a_rule_is_paused_and_deleted_on_its_page(analyst: Visitor, site: Site) -> None:
    rule = site.post(
        "/admin/ad-planning/alert-rules", name="Few conversions", kind="below", metric="conversions", threshold=1
    )["alert_rule"]["id"]
    page = analyst.go(f"{LIST}/{rule}").page
    expect(analyst.heading).to_have_text("Few conversions")
    told = "You will be told when Total conversions over 7 full days are below 1."
    expect(page.locator("dd", has_text=told)).to_be_visible()
    analyst.button("Pause").click()
    analyst.is_told("The rule is paused")
    expect(page.locator("dd", has_text="Paused")).to_be_visible()
    analyst.button("Delete").click()
    page.locator(DIALOG).get_by_role("button", name="Delete").click()
    analyst.is_told("The rule “Few conversions” is deleted")
