from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select

from adplanning.core.names import name_key
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.catalogue import TABLES
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/attribution"
MARKS = ".adp-chart-place svg.marks .mark-rect path, .adp-chart-place svg.marks .mark-symbol path"


def test_each_touchpoint_shows_where_it_came_from_and_what_it_brought(analyst: Visitor) -> None:
    analyst.go(LIST)
    expect(analyst.rows).to_have_count(25)
    assert [title.strip() for title in analyst.page.locator(".adp-table thead th").all_inner_texts()] == [
        "Campaign", "Source", "Medium", "Model", "Touch", "Converted", "Value", "Ad spend", "Date",
    ]  # fmt: skip
    assert set(analyst.column("Model")) == {"Last click"}


def test_another_model_gives_other_values_and_stays_in_the_address(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}?is_resolved=true&limit=100").page
    by_last_click = analyst.column("Value")
    analyst.choose(analyst.filter("Model"), "First click")
    expect(page).to_have_url(re.compile(r"attribution_model=first_click"))
    expect(analyst.rows.first.locator("td").nth(3)).to_have_text("First click")
    by_first_click = analyst.column("Value")
    assert by_first_click != by_last_click
    expect(page.locator(".adp-chart")).to_contain_text("under the model “first click”")
    analyst.reload()
    assert analyst.column("Value") == by_first_click
    assert set(analyst.column("Model")) == {"First click"}


def test_the_chart_is_drawn_and_can_be_taken_along(analyst: Visitor, tmp_path: Path) -> None:
    page = analyst.go(LIST).page
    expect(page.locator(MARKS).first).to_be_visible()
    taken = {}
    for kind in ("Picture (PNG)", "Drawing (SVG)", "Numbers (CSV)"):
        analyst.button("Take along: Which campaigns bring back more than they cost?").click()
        with page.expect_download() as download:
            page.get_by_text(kind).click()
        name = download.value.suggested_filename
        taken[name.rpartition(".")[2]] = tmp_path / name
        download.value.save_as(tmp_path / name)
        expect(page.get_by_text(kind)).to_be_hidden()
    assert set(taken) == {"png", "svg", "csv"}
    assert taken["png"].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in taken["svg"].read_text()
    with taken["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(float(row["spend"] or 0) > 0 for row in rows)
    assert not [row["campaign"] for row in rows if row["campaign"].startswith(("=", "@"))]


def test_the_share_that_is_matched_rises_when_a_campaign_of_that_name_is_known(analyst: Visitor, site: Site) -> None:
    at = datetime.now(UTC) - timedelta(days=5)
    times = {"created_at": at, "updated_at": at}
    with write_transaction(site.engine) as connection:
        account = connection.scalar(select(Campaign.ad_account_id))
        connection.execute(
            insert(TABLES["campaigns"]).values(
                id="camp_late", ad_account_id=account, name="Named too late", name_key=name_key("Named too late"),
                status="ACTIVE", **times,
            )
        )  # fmt: skip
        for n in range(40):
            connection.execute(
                insert(TABLES["touchpoints"]).values(
                    id=f"touch_late{n}", analytics_session_id=f"late{n}", visitor_id=f"late{n}", platform="generic",
                    utm_source="late", utm_campaign="named_too_late", is_resolved=False,
                    resolution_method="unresolved", session_pageviews=1, is_bot=False, session_started_at=at,
                    attributed_at=at,
                )
            )  # fmt: skip
    analyst.go(LIST)
    card = analyst.page.locator(".adp-kpi", has_text="Matched").locator(".adp-kpi-value")
    expect(card).to_have_text(re.compile(r"[\d.]+%"))
    before = float(card.inner_text().strip("%"))
    analyst.button("Resolve Attributions").click()
    expect(analyst.page.locator(".adp-task")).to_contain_text("Matching touchpoints to campaigns")
    analyst.is_told(re.compile(r"\d+ touchpoints matched to their campaign\."))
    expect(analyst.page.locator(".adp-task")).to_be_hidden()
    expect(card).not_to_have_text(f"{before:.1f}%")
    assert float(card.inner_text().strip("%")) > before
    with reading(site.engine) as session:
        linked = session.execute(select(TABLES["touchpoints"].c.ad_campaign_id).where(
            TABLES["touchpoints"].c.id == "touch_late7"
        )).scalar_one()  # fmt: skip
    assert linked == "camp_late"


@pytest.mark.parametrize("bad", ["attribution_model=magic", "sort=password_hash", "from_date=yesterday"])
def test_an_address_that_asks_for_what_there_is_not_is_told_so_and_shows_the_usual(analyst: Visitor, bad: str) -> None:
    analyst.go(f"{LIST}?{bad}")
    expect(analyst.page.locator(".adp-ribbon")).to_contain_text("The address asked for something else")
    expect(analyst.rows).to_have_count(25)
