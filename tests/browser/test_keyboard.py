from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

DIALOG = ".v-dialog.v-overlay--active"


def test_a_goal_is_made_with_the_keyboard_alone(analyst: Visitor) -> None:
    page = analyst.load("/app/ad-planning/goals").page
    expect(analyst.rows.first).to_be_visible()
    keyboard = page.keyboard
    keyboard.press("Tab")
    skip = page.get_by_text("Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keyboard.press("Enter")
    expect(page.locator("#adp-content")).to_be_focused()
    keyboard.press("Tab")
    expect(analyst.button("New goal").first).to_be_focused()
    keyboard.press("Enter")
    expect(page.locator(DIALOG)).to_be_visible()
    expect(analyst.field("name")).to_be_focused()
    keyboard.press("Escape")
    expect(page.locator(".v-dialog .adp-form")).to_be_hidden()

    analyst.button("New goal").first.press("Enter")
    expect(analyst.field("name")).to_be_focused()
    keyboard.press("Enter")
    expect(analyst.fault_of("name")).to_have_text("Fill this in.")
    expect(analyst.field("name")).to_be_focused()
    keyboard.type("Made without a mouse")
    keyboard.press("Enter")
    analyst.is_told("Goal “Made without a mouse” created")
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(analyst.rows.filter(has_text="Made without a mouse")).to_have_count(1)


def test_a_slash_goes_to_the_search_but_not_out_of_a_field(analyst: Visitor) -> None:
    page = analyst.go("/app/ad-planning/conversions").page
    search = page.locator(".adp-search input")
    expect(search).to_be_visible()
    analyst.heading.click()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")


def test_a_row_is_opened_with_the_keyboard(analyst: Visitor) -> None:
    analyst.go("/app/ad-planning/attribution")
    link = analyst.rows.first.locator("a").first
    link.focus()
    outline = link.evaluate("(one) => getComputedStyle(one).outlineStyle")
    analyst.page.keyboard.press("Enter")
    expect(analyst.page.locator(".adp-details").first).to_be_visible()
    assert outline == "solid"


def test_the_focus_comes_back_to_the_button_when_a_form_is_closed(analyst: Visitor) -> None:
    page = analyst.go("/app/ad-planning/conversions").page
    analyst.button("Add conversion").first.press("Enter")
    expect(page.locator(".v-dialog .adp-form input").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".v-dialog .adp-form")).to_be_hidden()
    expect(analyst.button("Add conversion").first).to_be_focused()
