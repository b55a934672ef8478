from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/scores"


def test_scores_are_filtered_by_type_and_tier_and_a_row_opens_the_customers_way(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    analyst.rows.first.wait_for()
    analyst.choose(analyst.filter("Score type"), "CLV")
    expect(analyst.rows.locator("td:nth-child(2)").first).to_have_text("CLV")
    analyst.choose(analyst.filter("Tier"), "Silver")
    expect(page).to_have_url(f"{analyst.site.origin}{LIST}?score_type=clv&tier=silver")
    expect(analyst.rows.locator(".adp-badge.adp-orange", has_text="Silver").first).to_be_visible()
    expect(analyst.rows.locator(".adp-badge", has_text="Bronze")).to_have_count(0)
    name = analyst.rows.locator("td").first.inner_text()
    analyst.rows.first.locator("td").nth(2).click()
    expect(analyst.heading).to_have_text(name)


def test_the_views_lead_from_who_is_at_risk_to_how_sure_the_model_is(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    page.get_by_role("link", name="High churn risk").click()
    expect(analyst.rows.locator(".adp-badge.adp-red", has_text="99.0%").first).to_be_visible()
    page.get_by_role("button", name="Model").click()
    expect(page.locator(".adp-details dd", has_text="0.243 ± 0.013")).to_be_visible()
    page.go_back()
    expect(analyst.rows.first).to_be_visible()
    expect(page).to_have_url(f"{analyst.site.origin}{LIST}?view=at-risk")
