"""Social posts in the browser: the calendar, and posts written down by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP
from tests.browser.site import ADMIN_KEY, Site
from tests.browser.test_looks import PHONE
from tests.browser.visitor import Visitor

LIST = "/app/social-posts"
NOW = datetime.now(ZoneInfo("Asia/Kolkata"))
LAST_MONTH = NOW.replace(day=1) - timedelta(days=1)
NEXT_MONTH = NOW.replace(day=28) + timedelta(days=4)


def title(visitor: Visitor) -> Locator:
    return visitor.page.locator(".adp-calendar h2")


def entry(visitor: Visitor, words: str) -> Locator:
    return visitor.page.locator(".adp-calendar .adp-entry", has_text=words)


@pytest.fixture
def planned(site: Site) -> Iterator[str]:
    """What a post of next month is called."""
    words = "Winter, by hand"
    at = NEXT_MONTH.replace(day=15, hour=18, minute=30).isoformat()
    post = site.post("/admin/social-posts", platform="instagram", caption=words, status="scheduled", scheduled_at=at)
    yield words
    with site.client(key=ADMIN_KEY) as client:
        client.delete(f"/admin/social-posts/{post['social_post']['id']}")


def test_months_are_turned_by_buttons_and_keys_and_kept_in_the_address(analyst: Visitor, planned: str) -> None:
    page = analyst.go(LIST).page
    expect(title(analyst)).to_have_text(f"{NOW:%B %Y}")
    analyst.button("Next month").click()
    expect(title(analyst)).to_have_text(f"{NEXT_MONTH:%B %Y}")
    expect(entry(analyst, planned)).to_have_text(re.compile(r"18:30"))
    expect(page).to_have_url(re.compile(f"month={NEXT_MONTH:%Y-%m}"))
    analyst.go("/app/ad-planning/goals").page.go_back()
    expect(entry(analyst, planned)).to_be_visible()

    analyst.button("Month before").focus()
    page.keyboard.press("PageUp")
    expect(title(analyst)).to_have_text(f"{NOW:%B %Y}")
    expect(page).not_to_have_url(re.compile("month="))
    page.keyboard.press("PageUp")
    expect(title(analyst)).to_have_text(f"{LAST_MONTH:%B %Y}")
    analyst.button("This month").press("Enter")
    expect(title(analyst)).to_have_text(f"{NOW:%B %Y}")
    expect(analyst.button("Next month")).to_be_focused()


def test_an_entry_is_opened_from_the_keyboard_and_on_a_phone_it_stands_in_a_list(
    analyst: Visitor, planned: str
) -> None:
    page = analyst.go(f"{LIST}?month={NEXT_MONTH:%Y-%m}").page
    entry(analyst, planned).press("Enter")
    expect(analyst.heading).to_have_text(planned)
    page.set_viewport_size(PHONE)
    try:
        analyst.go(f"{LIST}?month={NEXT_MONTH:%Y-%m}")
        expect(page.locator(".adp-calendar table")).to_have_count(0)
        expect(page.locator(".adp-days li", has_text=f"15 {NEXT_MONTH:%B}")).to_contain_text(planned)
    finally:
        page.set_viewport_size(DESKTOP)


def test_a_post_is_written_down_changed_and_deleted(analyst: Visitor) -> None:
    words = "Indigo takes eleven dips"
    page = analyst.go(LIST).page
    page.locator(".adp-main-button").get_by_role("button").click()
    analyst.field("caption").fill(words)
    analyst.choose(page.locator('[data-key="status"] .v-field'), "Scheduled")
    page.locator(".v-dialog").get_by_role("button", name="Add post").click()
    expect(analyst.fault_of("scheduled_at")).to_contain_text("needs the time it is planned for")
    analyst.field("scheduled_at").fill(f"{NOW:%Y-%m-%d}T23:59")
    page.locator(".v-dialog").get_by_role("button", name="Add post").click()
    analyst.is_told("Post added.")
    row = analyst.rows.filter(has_text=words)
    expect(row).to_have_count(1)
    row.locator("a").first.click()
    expect(analyst.heading).to_have_text(words)
    analyst.button("Edit").click()
    analyst.choose(page.locator('[data-key="status"] .v-field'), "Draft")
    analyst.button("Save changes").click()
    analyst.is_told("Changes saved.")
    expect(page.locator("dd", has_text="Draft")).to_be_visible()
    analyst.button("Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    analyst.is_told("This post is deleted.")
    expect(analyst.rows.filter(has_text=words)).to_have_count(0)
