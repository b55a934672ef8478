from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.pages import at
from tests.browser.visitor import Visitor

HEADER = "Campaign name,Day,Amount spent (INR),Impressions,Clicks (all)\n"


def choose(visitor: Visitor, file: Path) -> None:
    visitor.page.set_input_files(".adp-upload input[type=file]", file)
    expect(visitor.page.locator(".adp-details h2", has_text=file.name)).to_be_visible()


def shown(visitor: Visitor, label: str) -> str:
    term = visitor.page.locator(".adp-details dt", has_text=label).first
    return term.locator("xpath=following-sibling::dd[1]").inner_text().strip()


def test_a_file_is_looked_at_then_taken_in_and_listed(analyst: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "October <b>.csv"
    file.write_text(f"{HEADER}Dropped here,2026-10-01,100.50,1000,10\nDropped here,2026-10-02,abc,1000,10\n")
    page = at(analyst, "import").page
    choose(analyst, file)
    assert (shown(analyst, "Kind"), shown(analyst, "Would be stored")) == ("Meta export", "1")
    expect(page.locator(".adp-details", has_text="is not a number")).to_be_visible()
    analyst.button("Take it in").click()
    expect(page.locator(".v-snackbar .v-snackbar__content", has_text="1 rows stored")).to_be_visible()
    expect(analyst.rows.first).to_contain_text("October <b>.csv")
    analyst.check()


def test_a_file_of_several_parts_comes_whole(analyst: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    n = 60_000
    file.write_text(HEADER + "".join(f"Campaign {i},2026-10-01,1.00,10,1\n" for i in range(n)))
    assert file.stat().st_size > 2_000_000
    at(analyst, "import")
    choose(analyst, file)
    assert shown(analyst, "Rows") == f"{n:,}"


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(analyst: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as hole:
        hole.truncate(200_000_001)
    page = at(analyst, "import").page
    page.set_input_files(".adp-upload input[type=file]", file)
    expect(page.locator(".adp-upload [role=alert]")).to_contain_text("larger than 200 MB")
