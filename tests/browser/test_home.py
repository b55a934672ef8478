from __future__ import annotations

import re

from playwright.sync_api import expect

from adplanning.ui.catalogue import HOME, PAGES, address_of
from tests.browser.visitor import Visitor


def test_every_module_has_a_card_with_how_it_stands(analyst: Visitor) -> None:
    analyst.go(address_of(HOME))
    cards = analyst.page.locator("#adp-content .adp-module")
    expect(cards).to_have_count(len(PAGES) - 1)
    for title, badge in [
        ("Conversions", r"\d+ in the last 30 days"),
        ("Goals", r"\d+ active"),
        ("Attribution", r"\d+% of touchpoints matched"),
        ("Metrics", r"ROAS [\d.]+×: .+|No ROAS for the last 30 days"),
        ("Batch runs", r"Last: .+, \d+ \w+ \d{4}, \d\d:\d\d"),
    ]:
        card = cards.filter(has=analyst.page.get_by_role("heading", name=title, exact=True))
        expect(card.locator(".adp-badge")).to_have_text(re.compile(badge))


def test_a_card_leads_to_its_module(analyst: Visitor) -> None:
    for slug, page in PAGES.items():
        if slug != HOME:
            analyst.go(address_of(HOME))
            analyst.page.locator("#adp-content a.adp-module").filter(has_text=page.help).click()
            expect(analyst.heading).to_have_text(page.title)
            assert analyst.path == address_of(slug)


def test_the_landing_page_says_what_it_is_for_and_stays_short_in_the_sidebar(analyst: Visitor) -> None:
    analyst.go(address_of(HOME))
    expect(analyst.heading).to_have_text("Ad Planning & Attribution")
    expect(analyst.page.locator(".adp-help")).to_contain_text("Manage conversions, experiments, segments")
    expect(analyst.page.locator(".adp-drawer").get_by_role("link", name="Ad planning", exact=True)).to_be_visible()
