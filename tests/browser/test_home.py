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
        ("Batch runs", r"Last: .+, \d+ \w+ \d{4}, \d\d:\d\d"),
    ]:
        card = cards.filter(has=analyst.page.get_by_role("heading", name=title, exact=True))
        expect(card.locator(".adp-badge")).to_have_text(re.compile(badge))


def test_a_card_leads_to_its_module(analyst: Visitor) -> None:
    for slug, page in PAGES.items():
        if page.function and slug != HOME:
            analyst.go(address_of(HOME))
            analyst.page.locator("#adp-content a.adp-module").filter(has_text=page.help).click()
            expect(analyst.heading).to_have_text(page.title)
            assert analyst.path == address_of(slug)


def test_a_module_that_is_not_built_says_so_and_leads_nowhere(analyst: Visitor) -> None:
    analyst.go(address_of(HOME))
    later = [page for page in PAGES.values() if not page.function]
    cards = analyst.page.locator("#adp-content .adp-not-built")
    expect(cards).to_have_count(len(later))
    for text in cards.all_inner_texts():
        assert "Not part of this release" in text
    expect(analyst.page.locator("#adp-content a.adp-not-built")).to_have_count(0)


def test_the_address_of_a_module_that_is_not_built_says_so_with_a_way_back(analyst: Visitor) -> None:
    analyst.go("/app/ad-planning/metrics")
    expect(analyst.page.locator("#adp-content [role=alert]")).to_contain_text("This page is not part of this release.")
    analyst.page.locator("#adp-content").get_by_role("link", name="Go back").click()
    expect(analyst.heading).to_have_text("Ad planning")
