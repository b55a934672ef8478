from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import update

from adplanning.batch_lease import begin_run, end_run
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.pages import at
from tests.browser.visitor import Visitor

LIST = "/app/meta-ads/campaigns"
RUN = "run_sync_looked_at"


def spend_card(visitor: Visitor) -> str:
    """The spend in full."""
    value = visitor.page.locator(".adp-kpi", has_text="Spend").locator(".adp-kpi-value").first
    return str(value.get_attribute("title"))


def test_a_filter_narrows_the_list_the_card_and_the_footer_and_stays_in_the_address(analyst: Visitor) -> None:
    page = at(analyst, "meta-campaigns").page
    before = spend_card(analyst)
    analyst.choose(analyst.filter("Platform"), "Google")
    expect(page).to_have_url(re.compile(r"platform=google"))
    foot = page.locator("tr.adp-foot td").nth(2)
    expect(foot).not_to_have_text(before)
    narrowed = foot.inner_text().strip()
    expect(page.locator(f".adp-kpi-value[title='{narrowed}']")).to_have_count(1)
    analyst.reload()
    expect(page.locator("tr.adp-foot td").nth(2)).to_have_text(narrowed)


def test_a_campaign_opens_with_the_dates_of_the_list(analyst: Visitor) -> None:
    first_day = f"{datetime.now(UTC).year - 1}-01-01"
    page = analyst.go(f"{LIST}?from_date={first_day}").page
    row = analyst.rows.first
    name, spend = row.locator("td").nth(0).inner_text().strip(), row.locator("td").nth(2).inner_text().strip()
    row.locator("td").nth(1).click()
    expect(analyst.heading).to_have_text(name)
    assert analyst.path.endswith(f"?from_date={first_day}")
    expect(page.locator(f".adp-kpi-value[title='{spend}']")).to_have_count(1)
    expect(page.get_by_label("Claimed and attributed", exact=True).locator("tbody tr")).to_have_count(3)


def test_all_campaigns_can_be_taken_along_with_their_sum(analyst: Visitor, tmp_path: Path) -> None:
    page = at(analyst, "meta-campaigns").page
    with page.expect_download() as download:
        page.get_by_label("Download all matching rows as CSV").click()
    download.value.save_as(tmp_path / "campaigns.csv")
    with (tmp_path / "campaigns.csv").open(encoding="utf-8-sig", newline="") as file:
        *rows, last = csv.DictReader(file)
    assert abs(sum(float(row["spend"]) for row in rows) - float(last["spend"])) < 0.01
    assert any(row["campaign"].startswith("'=HYPERLINK") for row in rows)


def test_without_a_token_the_button_leads_to_the_connection_and_says_what_else_can_be_done(analyst: Visitor) -> None:
    at(analyst, "meta-campaigns")
    analyst.button("Sync Campaigns").click()
    analyst.is_told("No access token is set; you can also import an export of Ads Manager.")
    expect(analyst.heading).to_have_text("Meta connection")
    assert analyst.path == "/app/meta-ads/connection"


def test_a_sync_that_somebody_has_started_is_seen_while_it_runs_and_when_it_ends(analyst: Visitor) -> None:
    engine = analyst.site.engine
    begin_run(engine, RUN, "sync_meta_ads", {}, now=datetime.now(UTC), lease_s=600)
    try:
        page = analyst.go(LIST).page
        shown = page.locator(".adp-progress")
        expect(shown).to_contain_text("Reading from Meta. Starting …")
        with write_transaction(engine) as connection:
            words = {"progress_share": 0.25, "progress_words": "account Indigo Loom: 7 of 28 days"}
            connection.execute(update(TABLES["batch_runs"]).where(TABLES["batch_runs"].c.id == RUN).values(words))
        expect(shown).to_contain_text("account Indigo Loom: 7 of 28 days")
        expect(shown).to_contain_text("25%")
    finally:
        end_run(engine, RUN, status="failed", message="Meta cannot be reached", output_path=None, now=datetime.now(UTC))
    expect(shown).to_contain_text("Not read. Meta cannot be reached")
    shown.get_by_role("link", name="See what was done.").click()
    expect(analyst.heading).to_contain_text("Sync meta ads")
