from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, expect
from sqlalchemy import insert

from adplanning.core.vocabulary import Role
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.conftest import NewVisitor
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/campaign-names"


def visited_by(site: Site, name: str, n_sessions: int) -> None:
    at = datetime.now(UTC) - timedelta(days=3)
    with write_transaction(site.engine) as connection:
        for n in range(n_sessions):
            connection.execute(
                insert(TABLES["touchpoints"]).values(
                    id=f"touch_{name}{n}", analytics_session_id=f"{name}{n}", visitor_id=f"{name}{n}",
                    platform="generic", utm_source="late", utm_campaign=name, is_resolved=False,
                    resolution_method="unresolved", session_pageviews=1, is_bot=False, session_started_at=at,
                    attributed_at=at,
                )
            )  # fmt: skip


def row(visitor: Visitor, table: str, words: str) -> Locator:
    return visitor.page.get_by_label(table, exact=True).locator("tbody tr", has_text=words)


def test_a_name_is_told_its_campaign_and_that_is_forgotten_again(analyst: Visitor, site: Site) -> None:
    visited_by(site, "nobody_knows", 12)
    page = analyst.go(LIST).page
    waiting = row(analyst, "Names that wait for their campaign", "nobody_knows")
    expect(waiting).to_have_count(1)
    waiting.get_by_label("Choose a campaign: nobody_knows").press("Enter")
    expect(page.locator(".adp-form h2")).to_have_text("Which campaign does “nobody_knows” mean?")
    analyst.button("Count it for this campaign").click()
    expect(analyst.fault_of("campaign_id")).to_have_text("Fill this in.")
    analyst.field("campaign_id").fill("pmax")
    page.locator(".v-overlay--active .v-list-item", has_text="PMax - Home Textiles").click()
    analyst.button("Count it for this campaign").click()
    analyst.is_told("12 sessions of “nobody_knows” now count for PMax - Home Textiles.")
    expect(waiting).to_have_count(0)
    known = row(analyst, "What is known of names", "nobody_knows")
    expect(known).to_contain_text("Means this campaign")
    known.get_by_label("Forget this: nobody_knows").click()
    analyst.is_told("What was said of “nobody_knows” and PMax - Home Textiles is forgotten.")
    expect(known).to_have_count(0)
    expect(waiting).to_have_count(1)


def test_a_proposal_is_refused_and_another_accepted(analyst: Visitor, site: Site) -> None:
    visited_by(site, "pmax_home_textil", 3)
    visited_by(site, "engagement_boost_reeel", 2)
    analyst.go(f"{LIST}?waiting_search=pmax_home_textil")
    analyst.button("Refuse the likest campaign: pmax_home_textil").click()
    analyst.is_told("“pmax_home_textil” is not proposed for PMax - Home Textiles any more.")
    analyst.go(f"{LIST}?waiting_search=engagement_boost_ree")
    analyst.button("Accept the likest campaign: engagement_boost_reeel").click()
    analyst.is_told("2 sessions of “engagement_boost_reeel” now count for Engagement Boost | Reels.")
    expect(row(analyst, "What is known of names", "engagement_boost_reeel")).to_contain_text(re.compile("analyst-"))


def test_a_name_leads_to_its_touchpoints_and_the_share_that_is_matched_to_the_names(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    # The shorter table below is often there first; its rows lead nowhere.
    waiting = row(analyst, "Names that wait for their campaign", "loom_letter")
    waiting.first.locator("td").nth(1).click()
    expect(analyst.heading).to_have_text("Attribution")
    assert "is_resolved=false&search=" in analyst.path
    page.locator("a.adp-kpi", has_text="Matched").click()
    expect(analyst.heading).to_have_text("Campaign names")


def test_a_viewer_has_no_buttons(fresh: NewVisitor) -> None:
    viewer = fresh(Role.viewer).load(LIST)
    expect(viewer.rows.first).to_be_visible()
    expect(viewer.page.locator(".adp-table td button")).to_have_count(0)
