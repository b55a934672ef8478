from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from adplanning.core.vocabulary import Role
from tests.browser.conftest import NewVisitor
from tests.browser.visitor import FIRST_PAGE_MS, Visitor


def test_back_forward_and_reload_lead_where_one_was(analyst: Visitor) -> None:
    page = analyst.go("/app/ad-planning/conversions?conversion_type=purchase").page
    expect(analyst.rows.first).to_be_visible()
    record = analyst.links[0]
    analyst.rows.first.locator("a").first.click()
    expect(page.locator(".adp-details").first).to_be_visible()
    page.get_by_label("Breadcrumbs").get_by_role("link", name="Ad planning").click()
    expect(analyst.heading).to_have_text("Ad Planning & Attribution")

    page.evaluate("history.back()")
    expect(page.locator(".adp-details").first).to_be_visible()
    assert analyst.path == record
    page.evaluate("history.back()")
    expect(analyst.rows.first).to_be_visible()
    assert analyst.path == "/app/ad-planning/conversions?conversion_type=purchase"
    assert set(analyst.column("Type")) == {"Purchase"}
    page.evaluate("history.forward()")
    expect(page.locator(".adp-details").first).to_be_visible()
    analyst.reload()
    assert analyst.path == record
    expect(page.locator(".adp-details").first).to_be_visible()
    expect(page).to_have_title(re.compile(r"^Purchase, .* · adplanning$"))


def test_a_shared_link_opens_the_record_for_somebody_else(fresh: NewVisitor) -> None:
    visitor = fresh(Role.viewer).load("/app/ad-planning/conversions/conv_iceland")
    expect(visitor.page.locator("dd", has_text="ISK123,456")).to_be_visible()
    expect(visitor.page.locator("#loading")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/app/ad-planning/nowhere", "There is no page at this address."),
        ("/app/ad-planning/goals/goal_nobody", "This record does not exist, or is there no longer."),
        ("/app/ad-planning/conversions/%3Cscript%3E", "This record does not exist, or is there no longer."),
        ("/app/ad-planning/attribution/none", "This record does not exist, or is there no longer."),
        ("/app/ad-planning/batch-runs/run_none", "This record does not exist, or is there no longer."),
    ],
)
def test_what_is_not_there_is_said_with_a_way_back(analyst: Visitor, address: str, words: str) -> None:
    analyst.go("/app/ad-planning")
    page = analyst.go(address).page
    expect(page.locator("#adp-content [role=alert]")).to_contain_text(words)
    page.locator("#adp-content").get_by_role("link", name="Go back").click()
    expect(page.locator("#adp-content [role=alert]")).to_have_count(0)
    expect(page.locator(".adp-table, .adp-module").first).to_be_visible()


def test_two_missing_records_one_after_the_other_are_both_said(analyst: Visitor) -> None:
    analyst.go("/app/ad-planning/goals/goal_none1")
    analyst.go("/app/ad-planning/goals/goal_none2")
    expect(analyst.page.locator("#adp-content [role=alert]")).to_contain_text("does not exist")


def test_an_address_that_the_server_does_not_know_is_a_page_with_a_way_back(fresh: NewVisitor) -> None:
    visitor = fresh(Role.viewer)
    visitor.expects_status(404)
    answer = visitor.page.goto(f"{visitor.site.origin}/app/ad-planning/nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(visitor.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    visitor.expects_status(503)  # while no kernel is warm; the page asks again by itself
    visitor.page.get_by_role("link", name="Go to the first page").click(timeout=FIRST_PAGE_MS)
    visitor.wait()
    expect(visitor.heading).to_have_text("Ad Planning & Attribution")
