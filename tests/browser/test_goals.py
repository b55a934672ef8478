from __future__ import annotations

import re

from playwright.sync_api import Locator, expect
from sqlalchemy import select

from adplanning.demo.shop import WEBSITE_ID
from adplanning.store.session import reading
from adplanning.store.tables.events import Goal
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/goals"
DIALOG = ".v-dialog.v-overlay--active"


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.rows.filter(has_text=name)


def completions(visitor: Visitor, name: str) -> int:
    titles = [title.strip() for title in visitor.page.locator(".adp-table thead th").all_inner_texts()]
    return int(row(visitor, name).locator("td").nth(titles.index("Completions")).inner_text())


def test_a_goal_made_in_the_browser_is_met_by_the_next_order(analyst: Visitor, site: Site) -> None:
    name = "Order of exactly ₹4,321 or more"
    page = analyst.go(LIST).page
    analyst.button("New goal").click()
    expect(page.locator(DIALOG)).to_be_visible()
    analyst.button("Create goal").click()
    expect(analyst.fault_of("name")).to_have_text("Fill this in.")
    analyst.field("name").fill(name)
    analyst.field("conditions.min_value").fill("4321")
    analyst.field("priority").fill("999")
    analyst.button("Create goal").click()
    analyst.is_told(f"Goal “{name}” created")
    expect(row(analyst, name)).to_have_count(1)
    assert completions(analyst, name) == 0

    for n, value in enumerate((4320.99, 4321)):
        site.post(
            "/web/ad-planning/track-conversion",
            website_id=WEBSITE_ID, visitor_id="v-meets-a-goal", conversion_type="purchase", conversion_value=value,
            currency="INR", order_id=f"meets-{n}",
        )  # fmt: skip
    analyst.reload()
    expect(row(analyst, name)).to_be_visible()
    assert completions(analyst, name) == 1


def test_a_goal_is_changed_paused_and_deleted(analyst: Visitor, site: Site) -> None:
    goal = site.post(
        "/admin/ad-planning/goals", name="Blue curtains", goal_type="custom_event",
        conditions={"event_name": "viewed", "custom_conditions": {"colour": "blue"}}, priority=998,
    )["goal"]["id"]  # fmt: skip
    page = analyst.go(f"{LIST}/{goal}").page
    expect(analyst.heading).to_have_text("Blue curtains")
    expect(page.locator("dd", has_text="event viewed, colour = blue")).to_be_visible()

    analyst.button("Edit").click()
    lines = page.locator(f"{DIALOG} .adp-line")
    expect(lines).to_have_count(1)
    page.locator(DIALOG).get_by_role("button", name="Add", exact=True).click()
    expect(lines).to_have_count(2)
    lines.nth(1).locator("input").nth(1).fill("3")
    page.keyboard.press("Tab")
    expect(page.locator(DIALOG).get_by_text("a value has no name")).to_be_visible()
    lines.nth(1).locator("input").nth(0).fill("size")
    lines.nth(0).get_by_role("button", name="Remove line 1").click()
    expect(lines).to_have_count(1)
    page.locator(DIALOG).get_by_label("Active").uncheck()
    analyst.button("Save changes").click()
    analyst.is_told("Changes saved.")
    expect(page.locator("dd", has_text="event viewed, size = 3")).to_be_visible()
    with reading(site.engine) as session:
        kept = session.execute(select(Goal.is_active, Goal.conditions).where(Goal.id == goal)).one()
    assert kept == (False, {"event_name": "viewed", "custom_conditions": {"size": 3}})

    analyst.go(f"{LIST}?is_active=false")
    expect(row(analyst, "Blue curtains")).to_be_visible()
    row(analyst, "Blue curtains").locator("a").first.click()
    analyst.button("Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    analyst.is_told(re.compile("oal “Blue curtains”.* deleted"))
    expect(page).to_have_url(re.compile(r"/goals$"))
    expect(row(analyst, "Blue curtains")).to_have_count(0)
