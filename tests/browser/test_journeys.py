"""Journeys as somebody at a browser uses them: from the funnel to the way of one customer."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, insert, select

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.conftest import DESKTOP, NewVisitor
from tests.browser.pages import at
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/journeys"
TIMELINE = ".adp-timeline li"


@pytest.fixture(scope="module")
def buyer(site: Site) -> str:
    """Who bought most in the shop."""
    conversions, persons = TABLES["conversions"].c, TABLES["persons"].c
    theirs = (conversions.person_id == persons.id) & (conversions.conversion_type == "purchase")
    with reading(site.engine) as session:
        most = select(persons.id).join(TABLES["conversions"], theirs).group_by(persons.id).order_by(func.count().desc())
        return str(session.scalar(most))


def test_from_the_funnel_over_an_event_to_the_way_of_one_customer_and_back(analyst: Visitor) -> None:
    page = at(analyst, "journeys").page
    analyst.choose(analyst.filter("Event type"), "Purchase")
    expect(page).to_have_url(re.compile("event_type=purchase"))
    expect(analyst.rows.first).to_contain_text("Purchase")
    assert set(analyst.column("Stage")) == {"Conversion"}
    who = analyst.column("Who")[0]
    page.locator(".adp-table a.adp-row-link").first.click()
    expect(analyst.heading).to_have_text(who)
    expect(page.locator(TIMELINE).first).to_be_visible()
    expect(page.locator(TIMELINE, has_text="Purchase").first).to_be_visible()
    page.go_back()
    expect(analyst.heading).to_have_text("Customer journeys")
    expect(analyst.rows.first).to_contain_text("Purchase")


def test_the_views_keep_the_filters(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}?from_date=2020-01-01").page
    analyst.button("Top ways").press("Enter")
    expect(page).to_have_url(re.compile(r"from_date=2020-01-01&view=ways"))
    expect(analyst.rows.first).to_contain_text("→")
    analyst.button("Time to purchase").click()
    expect(page.locator(".adp-chart-place svg.marks")).to_have_count(1)
    analyst.button("Funnel").click()
    expect(page).to_have_url(re.compile(r"from_date=2020-01-01$"))


def test_a_way_is_read_with_the_keyboard(analyst: Visitor, buyer: str) -> None:
    page = analyst.go(f"{LIST}/{buyer}").page
    first = page.locator(TIMELINE).first
    expect(first).to_be_visible()
    newest = first.inner_text()
    analyst.button("Newest first; show the oldest first").press("Enter")
    expect(page).to_have_url(re.compile("order=oldest"))
    expect(page.locator(TIMELINE).first).not_to_have_text(newest)
    group = page.get_by_role("group", name="What to show")
    group.get_by_role("button", name="Conversions").press("Enter")
    expect(group.get_by_role("button", name="Conversions")).to_have_attribute("aria-pressed", "true")
    link = page.locator(f"{TIMELINE} a", has_text="Bought").first
    page.locator(TIMELINE).first.locator("summary").press("Enter")
    expect(page.locator(f"{TIMELINE} dl").first).to_be_visible()
    link.press("Enter")
    expect(page.locator(".adp-details dd").first).to_be_visible()
    expect(page).to_have_url(re.compile("/conversions/conv_"))


def test_a_long_way_is_leafed_through(analyst: Visitor, site: Site) -> None:
    now = datetime.now(UTC)
    with write_transaction(site.engine) as connection:
        for n in range(30):
            connection.execute(
                insert(TABLES["journey_events"]).values(
                    id=f"jour_long{n}", event_type="page_view", stage="awareness", visitor_id="long/1?",
                    page_url=f"/page-{n}", origin="web", is_bot=False, occurred_at=now.replace(microsecond=n),
                    received_at=now,
                )
            )  # fmt: skip
    page = analyst.go(f"{LIST}?search=page-29").page
    page.locator(".adp-table a.adp-row-link").first.click()
    expect(analyst.heading).to_have_text("Visitor long/1?")
    expect(page.locator(TIMELINE)).to_have_count(25)
    analyst.button("Older").click()
    expect(page.locator(TIMELINE)).to_have_count(5)
    expect(page.locator(TIMELINE).last).to_contain_text("/page-0")
    analyst.reload()
    expect(page.locator(TIMELINE)).to_have_count(5)


def test_on_a_phone_a_way_keeps_to_the_width(analyst: Visitor, buyer: str) -> None:
    analyst.page.set_viewport_size({"width": 390, "height": 844})
    try:
        page = analyst.go(f"{LIST}/{buyer}").page
        expect(page.locator(TIMELINE).first).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    finally:
        analyst.page.set_viewport_size(DESKTOP)


def test_an_administrator_saves_what_is_held_and_erases(fresh: NewVisitor, site: Site, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with write_transaction(site.engine) as connection:
        connection.execute(
            insert(TABLES["persons"]).values(
                id="person_leaving", first_name="Meera", email="meera@leaving.example",
                email_key="meera@leaving.example", created_at=now, updated_at=now,
            )
        )  # fmt: skip
    admin = fresh(Role.admin).load(f"{LIST}/person_leaving")
    page = admin.page
    with page.expect_download() as download:
        admin.button("Export data").click()
    download.value.save_as(tmp_path / "held.json")
    assert json.loads((tmp_path / "held.json").read_text())["person"]["email"] == "meera@leaving.example"
    admin.is_told("All that is held on Meera is in the file.")
    admin.button("Erase").click()
    admin.field("name").fill("Mira")
    admin.button("Erase for good").click()
    expect(admin.fault_of("name")).to_contain_text("is not Meera")
    admin.field("name").fill("Meera")
    admin.button("Erase for good").click()
    admin.is_told("They are erased.")
    expect(admin.heading).to_have_text("Customer journeys")
    admin.go(f"{LIST}/person_leaving")
    expect(page.locator("#adp-content [role=alert]")).to_contain_text("does not exist")
