"""Forecasts and budgets as somebody reads them, plays with them and keeps what was found."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.forecasts import BudgetPlan, PlannedEvent
from tests.browser.conftest import NewVisitor
from tests.browser.pages import at
from tests.browser.shop import HOSTILE
from tests.browser.site import Site
from tests.browser.visitor import Visitor

PAGE = "/app/ad-planning/forecasts"


def test_an_event_is_planned_in_the_form_and_stands_in_the_list(analyst: Visitor, site: Site) -> None:
    page = at(analyst, "forecasts").page
    analyst.button("Add event").click()
    analyst.field("name").fill("Spring sale")
    analyst.field("first_on").fill("2030-03-10")
    analyst.field("last_on").fill("2030-03-01")
    analyst.field("effect").fill("50")
    page.locator(".adp-form").get_by_role("button", name="Add event").click()
    expect(analyst.fault_of("last_on")).to_contain_text("lies before")
    analyst.field("last_on").fill("2030-03-12")
    page.locator(".adp-form").get_by_role("button", name="Add event").click()
    listed = page.get_by_role("region", name="Planned events")
    expect(listed.locator("tr", has_text="Spring sale")).to_contain_text("+50%")
    with reading(site.engine) as session:
        [event] = session.scalars(select(PlannedEvent).where(PlannedEvent.name == "Spring sale"))
        assert event.effect == 0.5


def test_sliders_are_moved_the_best_split_taken_and_saved_as_a_plan(analyst: Visitor, site: Site) -> None:
    page = at(analyst, "budget").page
    first = page.locator(".adp-split-part").first
    card = page.locator(".adp-kpi", has=page.locator(".adp-kpi-label", has_text=re.compile(r"^\s*Spend")))
    spend = card.locator(".adp-kpi-value")
    before = spend.inner_text()
    first.get_by_role("slider").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(first.locator(".adp-split-words")).to_contain_text("against today")
    expect(spend).not_to_have_text(before)
    analyst.button("Back to today").click()
    expect(first.locator(".adp-split-words")).to_contain_text("as today")
    expect(spend).to_have_text(before)
    analyst.button("Best split").click()
    expect(page.locator(".adp-kpi", has_text="Against today").locator(".adp-kpi-value")).to_contain_text("+₹")
    analyst.button("Save as plan").click()
    analyst.field("name").fill("Ten days")
    analyst.field("first_on").fill("2030-03-01")
    analyst.field("last_on").fill("2030-03-10")
    analyst.button("Save plan").click()
    expect(analyst.heading).to_have_text("Ten days")
    with reading(site.engine) as session:
        [plan] = session.scalars(select(BudgetPlan).where(BudgetPlan.name == "Ten days"))
        assert (plan.last_on - plan.first_on).days == 9


def test_the_views_follow_one_another_and_keep_their_address(analyst: Visitor) -> None:
    page = analyst.page
    for name, view in (("Accuracy", "accuracy"), ("Budget", "budget"), ("Plans", "plans")):
        analyst.go(PAGE)
        analyst.button(name).click()
        expect(page).to_have_url(f"{analyst.site.origin}{PAGE}?view={view}")
    expect(analyst.rows.first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("region", name="Planned events")).to_be_visible()


def test_a_viewer_moves_sliders_and_saves_nothing(fresh: NewVisitor) -> None:
    viewer = fresh(Role.viewer).load(f"{PAGE}?view=budget")
    page = viewer.page
    expect(page.locator(".adp-split-part").first).to_be_visible()
    expect(viewer.button("Save as plan")).to_have_count(0)
    amount = page.locator(".adp-split-part input[type=number]").first
    amount.fill("1000000")
    amount.blur()
    viewer.is_told("out of bounds")


@pytest.mark.parametrize("name", ["forecasts", "budget", "budget-plans"])
def test_hostile_names_are_shown_as_they_are(analyst: Visitor, name: str) -> None:
    text = " ".join((at(analyst, name).page.locator("#adp-content").text_content() or "").split())
    for words in HOSTILE:
        assert " ".join(words.split()) in text
