from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from adplanning.core.vocabulary import Role
from adplanning.leads.arrivals import NewLead
from adplanning.store.session import reading, writing
from adplanning.store.tables.leads import Lead
from adplanning.workflows.lead_received import receive_leads
from tests.browser.conftest import DESKTOP, NewVisitor
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/meta-ads/leads"


@pytest.fixture
def word_left(site: Site, request: pytest.FixtureRequest) -> str:
    """A form of the test's own with three leads; answers its address."""
    form = f"form-{request.node.name}"
    now = datetime.now(UTC)
    leads = [
        NewLead(
            now - timedelta(hours=n),
            {"full_name": [name], "email": [f"{n}@example.in"], "What for?": ["=1+1"]},
            platform_lead_id=f"{form}-{n}",
            form_id=form,
            form_name=form,
        )
        for n, name in enumerate(("Asha Rao", "Bina Shah", "=HYPERLINK(1)"))
    ]
    with writing(site.engine) as session:
        receive_leads(session, leads, currency="INR", now=now)
    return f"{LIST}?search={form}"


def lane(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator(f'[data-lane="{name}"]')


def status_of(site: Site, address: str, name: str) -> str:
    form = address.partition("search=")[2]
    with reading(site.engine) as session:
        return str(session.scalar(select(Lead.status).where(Lead.form_id == form, Lead.full_name == name)))


def test_a_card_is_dragged_to_another_column(analyst: Visitor, site: Site, word_left: str) -> None:
    page = analyst.go(f"{word_left}&view=board").page
    card = lane(analyst, "new").locator(".adp-lane-card", has_text="Asha Rao")
    expect(card).to_have_count(1)
    expect(page.locator(".adp-table .v-data-table")).to_be_hidden()
    card.drag_to(lane(analyst, "qualified"))
    analyst.is_told("Asha Rao: qualified.")
    expect(lane(analyst, "qualified")).to_contain_text("Asha Rao")
    assert status_of(site, word_left, "Asha Rao") == "qualified"


def test_a_card_is_moved_with_the_keyboard_and_asked_for_its_value(
    analyst: Visitor, site: Site, word_left: str
) -> None:
    page = analyst.go(word_left).page
    expect(analyst.rows).to_have_count(3)
    analyst.button("Board").press("Enter")
    expect(page).to_have_url(re.compile("view=board"))
    analyst.button("Move: Bina Shah").press("Enter")
    page.locator(".v-overlay--active .v-list-item", has_text="Contacted").press("Enter")
    analyst.is_told("Bina Shah: contacted.")
    expect(lane(analyst, "contacted")).to_contain_text("Bina Shah")

    analyst.button("Move: Bina Shah").press("Enter")
    page.locator(".v-overlay--active .v-list-item", has_text="Converted").press("Enter")
    expect(page.locator(".adp-form h2")).to_have_text("Bina Shah (amounts in INR)")
    assert status_of(site, word_left, "Bina Shah") == "contacted"
    analyst.field("actual_value").fill("4999.50")
    analyst.button("Save changes").click()
    analyst.is_told("Bina Shah: converted.")
    expect(lane(analyst, "converted")).to_contain_text("Bina Shah")

    analyst.button("Table").click()
    expect(analyst.rows.filter(has_text="Bina Shah")).to_contain_text("₹4,999.50")
    analyst.rows.filter(has_text="Bina Shah").locator("a.adp-row-link").click()
    expect(analyst.heading).to_have_text("Bina Shah")
    expect(page.get_by_label("History").locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Its conversion").click()
    expect(page.locator("dd", has_text="₹4,999.50").first).to_be_visible()


def test_on_a_phone_one_column_is_shown_at_a_time(analyst: Visitor, word_left: str) -> None:
    analyst.page.set_viewport_size({"width": 390, "height": 844})
    try:
        page = analyst.go(f"{word_left}&view=board").page
        expect(page.locator("[data-lane]")).to_have_count(1)
        expect(lane(analyst, "new")).to_contain_text("Asha Rao")
        page.get_by_role("group", name="Column").get_by_role("button", name="Contacted").click()
        expect(lane(analyst, "contacted")).to_be_visible()
        expect(page.locator("[data-lane]")).to_have_count(1)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    finally:
        analyst.page.set_viewport_size(DESKTOP)


def test_what_a_stranger_wrote_is_no_formula_in_the_csv(analyst: Visitor, word_left: str, tmp_path: Path) -> None:
    page = analyst.go(f"{word_left}&view=board").page
    expect(page.locator("[data-lane]").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_label("Download all matching rows as CSV").click()
    download.value.save_as(tmp_path / "leads.csv")
    rows = list(csv.DictReader((tmp_path / "leads.csv").read_text("utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Asha Rao", "Bina Shah", "'=HYPERLINK(1)"]


def test_a_viewer_has_no_buttons_and_cannot_drag(fresh: NewVisitor, word_left: str) -> None:
    viewer = fresh(Role.viewer).load(f"{word_left}&view=board")
    card = lane(viewer, "new").locator(".adp-lane-card").first
    expect(card).to_have_attribute("draggable", "false")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(viewer.button("Sync Leads")).to_have_count(0)
