from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import at
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/attribution-report"


def report(visitor: Visitor) -> Locator:
    return visitor.page.get_by_label("Report", exact=True)


def sums(visitor: Visitor) -> dict[str, list[str]]:
    """The rows below the report, by their names."""
    expect(report(visitor).locator("tr.adp-foot")).to_have_count(3)
    rows = [row.locator("td").all_inner_texts() for row in report(visitor).locator("tr.adp-foot").all()]
    return {name.strip(): [words.strip() for words in words_of] for name, *words_of in rows}


def test_the_sums_stand_below_the_rows_and_add_up(analyst: Visitor) -> None:
    at(analyst, "attribution-report")
    said = sums(analyst)
    assert list(said) == ["Credited", "Unattributed", "All conversions"]
    for column in (0, 1):
        credited, without, whole = (float(re.sub(r"[^\d.]", "", words[column])) for words in said.values())
        assert credited + without == pytest.approx(whole)


def test_a_row_opens_the_touchpoints_behind_it_and_the_card_leads_back(analyst: Visitor) -> None:
    page = at(analyst, "attribution-report").page
    row = report(analyst).locator("tbody tr:not(.adp-foot)").first
    name, credited, value = (words.strip() for words in row.locator("td").all_inner_texts()[:3])
    row.locator("td").nth(1).click()
    expect(analyst.heading).to_have_text(f"Touchpoints behind “{name}”")
    foot = page.locator("tr.adp-foot td")
    expect(foot.nth(5)).to_have_text(credited)
    expect(foot.nth(6)).to_have_text(value)
    assert all(re.fullmatch(r"\d+ of \d+", words) for words in analyst.column("Position"))
    analyst.reload()
    expect(foot.nth(6)).to_have_text(value)
    page.locator("a.adp-kpi", has_text="Credited value").click()
    expect(analyst.heading).to_have_text("Attribution report")
    assert analyst.path == f"{LIST}?attribution_model=markov"


def test_another_breakdown_and_model_stay_in_the_address(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}?by=channel").page
    expect(report(analyst).locator("tbody tr", has_text="paid search")).to_have_count(1)
    expect(page.locator(".adp-chart-place svg.marks")).to_have_count(4)
    expect(page.locator(".v-skeleton-loader:visible")).to_have_count(0)
    analyst.choose(analyst.filter("Model"), "Shapley")
    expect(page).to_have_url(re.compile(r"attribution_model=shapley&by=channel"))
    expect(page.get_by_label("How sure is the credit of each channel?").first).to_contain_text("Shapley: ")
    before = sums(analyst)
    analyst.reload()
    assert sums(analyst) == before


def test_the_report_can_be_taken_along_with_its_sums(analyst: Visitor, tmp_path: Path) -> None:
    page = at(analyst, "attribution-report").page
    with page.expect_download() as download:
        report(analyst).get_by_label("Download all matching rows as CSV").click()
    download.value.save_as(tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows[-3:]] == ["Credited", "Unattributed", "All conversions"]
    parts = sum(float(row["value"]) for row in rows[:-3])
    assert parts == pytest.approx(float(rows[-3]["value"]))


def test_the_list_of_touchpoints_leads_to_the_report(analyst: Visitor) -> None:
    page = analyst.go("/app/ad-planning/attribution?attribution_model=linear").page
    page.locator("a.adp-kpi", has_text="Credited value").click()
    expect(analyst.heading).to_have_text("Attribution report")
    assert analyst.path == f"{LIST}?attribution_model=linear"
    page.locator("a.adp-kpi", has_text="Credited").click()
    expect(analyst.heading).to_have_text("Attribution")
    assert analyst.path == "/app/ad-planning/attribution?attribution_model=linear"
