"""The metrics: as a dialog over the landing page, and as a page; each number leads on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from adplanning.ui.catalogue import HOME, address_of
from tests.browser.visitor import CHANGE_MS, Visitor

PAGE = "/app/ad-planning/metrics"
TITLES = [
    "Meta Ads Performance",
    "Social Content",
    "Lead Pipeline",
    "Conversions Breakdown",
    "Customer Funnel",
    "A/B Experiments",
    "Customer Scores",
    "Customer Segments",
    "Campaign Attribution",
]


def dialog(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Metrics")


def all_there(visitor: Visitor, within: Locator) -> None:
    """Every section has been computed."""
    expect(within.locator(".adp-section")).to_have_count(len(TITLES))
    expect(within.locator(".adp-section[aria-busy=true]")).to_have_count(0, timeout=2 * CHANGE_MS)
    assert within.locator(".adp-section > header h2").all_inner_texts() == TITLES
    for title in TITLES:
        first = ".adp-pipeline" if title == "Lead Pipeline" else ".adp-short" if "Funnel" in title else ".adp-kpi-value"
        expect(section(within, title).locator(first).first).to_be_visible()


def opened(visitor: Visitor) -> Locator:
    visitor.go(address_of(HOME))
    visitor.button("View Metrics").click()
    found = dialog(visitor)
    expect(found.locator(".adp-kpi-value").first).to_be_visible()
    return found


def section(within: Locator, title: str) -> Locator:
    return within.locator(f".adp-section[aria-label='{title}']")


def test_the_dialog_shows_what_the_page_shows(analyst: Visitor) -> None:
    content = analyst.go(PAGE).page.locator("#adp-content")
    expect(analyst.heading).to_have_text("Metrics")
    all_there(analyst, content)
    on_page = content.locator(".adp-kpi-value").all_inner_texts()
    in_dialog = opened(analyst)
    all_there(analyst, in_dialog)
    expect(in_dialog.locator(".adp-kpi-value")).to_have_text(on_page)


@pytest.mark.parametrize("way", ["Escape", "Close", "Back"])
def test_the_dialog_is_left_in_every_way_and_the_button_has_the_focus_again(analyst: Visitor, way: str) -> None:
    found = opened(analyst)
    assert analyst.path == f"{address_of(HOME)}?metrics=1"
    cards = analyst.page.locator("#adp-content .adp-module").first
    cards.evaluate("card => card.setAttribute('data-same', '')")
    if way == "Escape":
        analyst.page.keyboard.press("Escape")
    elif way == "Close":
        found.get_by_role("button", name="Close Metrics").click()
    else:
        analyst.page.go_back()
    expect(found).to_be_hidden()
    expect(analyst.button("View Metrics")).to_be_focused()
    analyst.page.wait_for_url(f"**{address_of(HOME)}")
    # The page below was not made anew.
    expect(analyst.page.locator("#adp-content [data-same]")).to_have_count(1)


def test_the_dialog_can_be_opened_twice_and_left_forwards(analyst: Visitor) -> None:
    found = opened(analyst)
    analyst.page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    analyst.button("View Metrics").click()
    expect(found.locator(".adp-kpi-value").first).to_be_visible()
    analyst.page.go_back()
    expect(found).to_be_hidden()
    analyst.page.go_forward()
    expect(found.locator(".adp-kpi-value").first).to_be_visible()


def test_a_link_to_the_dialog_opens_it_with_its_days(analyst: Visitor) -> None:
    asked = "metrics=1&from_date=2026-10-01&to_date=2026-10-15"
    analyst.go(f"{address_of(HOME)}?{asked}")
    found = dialog(analyst)
    expect(found.locator(".adp-caption")).to_contain_text(
        "1 Oct 2026 to 15 Oct 2026, against 16 Sep 2026 to 30 Sep 2026"
    )
    expect(found.get_by_label("From")).to_have_value("2026-10-01")
    analyst.page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    assert analyst.path == address_of(HOME)


def test_other_days_are_kept_in_the_address_and_go_along_with_every_link(analyst: Visitor) -> None:
    found = opened(analyst)
    found.get_by_role("button", name="Last 90 days").click()
    expect(found.get_by_role("button", name="Last 90 days")).to_have_attribute("aria-pressed", "true")
    first = date.fromisoformat(found.get_by_label("From").input_value())
    last = date.fromisoformat(found.get_by_label("To", exact=True).input_value())
    assert last - first == timedelta(days=89)
    dates = f"from_date={first}&to_date={last}"
    assert analyst.path == f"{address_of(HOME)}?metrics=1&{dates}"
    all_there(analyst, found)
    expect(found.locator(".adp-caption").first).to_contain_text("against")
    link = found.locator("a.adp-kpi").filter(has_text="Total Conversions")
    assert link.get_attribute("href") == f"/app/ad-planning/conversions?{dates}"
    link.click()
    expect(analyst.heading).to_have_text("Conversions")
    expect(dialog(analyst)).to_be_hidden()
    analyst.page.go_back()
    expect(dialog(analyst).locator(".adp-kpi-value").first).to_be_visible()
    expect(dialog(analyst).get_by_label("From")).to_have_value(str(first))


def test_a_top_campaign_leads_to_its_page_with_the_same_days(analyst: Visitor) -> None:
    content = analyst.go(PAGE).page.locator("#adp-content")
    top = section(content, "Meta Ads Performance").locator(".adp-short tbody a").first
    expect(top).to_be_visible()
    name, href = top.inner_text(), str(top.get_attribute("href"))
    assert "from_date=" in href
    top.click()
    expect(analyst.heading).to_have_text(name)
    assert analyst.path == href


def test_the_funnel_is_drilled_into_the_journeys_of_a_stage(analyst: Visitor) -> None:
    content = analyst.go(PAGE).page.locator("#adp-content")
    all_there(analyst, content)
    section(content, "Customer Funnel").get_by_role("link", name="Conversion", exact=True).click()
    expect(analyst.heading).to_have_text("Customer journeys")
    assert "stage=conversion" in analyst.path
    assert "from_date=" in analyst.path
    assert set(analyst.column("Stage")) == {"Conversion"}


def test_days_of_one_s_own_are_taken_from_the_fields(analyst: Visitor) -> None:
    content = analyst.go(PAGE).page.locator("#adp-content")
    content.get_by_label("From").fill("2026-10-05")
    content.get_by_label("From").dispatch_event("change")
    expect(content.locator(".adp-caption").first).to_contain_text("5 Oct 2026 to ")
    assert "from_date=2026-10-05" in analyst.path
    expect(content.locator(".adp-period [aria-pressed=true]")).to_have_count(0)
