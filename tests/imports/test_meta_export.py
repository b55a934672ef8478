"""What Ads Manager exports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.imports.importing import import_file
from tests.imports.conftest import NOW, SETTINGS, Take

Rows = Callable[..., list[Any]]
Reasons = Callable[[], dict[int, str]]
HEADER = (
    "Campaign name,Ad name,Day,Age,Reach,Result type,Results,Amount spent (USD),Impressions,Link clicks,Clicks (all)"
)
LINES = (
    HEADER,
    "c,a,2026-01-01,18-24,9,Leads,1,1.234,10,2,3",
    "c,a,2026-01-01,25-34,9,,,1.234,10,,1",
)
FIGURES = ("level", "currency", "spend_minor", "n_impressions", "n_clicks", "n_link_clicks", "n_results", "result_type")


def test_breakdowns_are_added_up_per_ad_and_day_in_the_headers_currency(take: Take, rows: Rows) -> None:
    take("meta-export", *LINES)
    assert rows("daily_spend", *FIGURES) == [("ad", "USD", 247, 20, 4, 2, 1.0, "Leads")]
    assert rows("ad_accounts", "platform", "currency") == [("meta", "USD")]


def test_a_workbook_says_the_same(engine: Engine, rows: Rows, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    for number, line in enumerate(LINES):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    import_file(engine, "meta-export", tmp_path / "a.xlsx", settings=SETTINGS, now=NOW)
    assert rows("daily_spend", *FIGURES) == [("ad", "USD", 247, 20, 4, 2, 1.0, "Leads")]


def test_the_totals_row_is_recognised(take: Take, reasons: Reasons) -> None:
    summary = take("meta-export", *LINES, ",,2026-01-01,,18,,,2.47,20,2,4")
    assert (summary.stored, summary.rejected) == (2, 1)
    assert "it is the totals row" in reasons()[4]


def test_a_row_of_several_days_is_refused(take: Take, reasons: Reasons) -> None:
    take(
        "meta-export",
        "Campaign name,Reporting starts,Reporting ends,Amount spent (INR)",
        "c,2026-01-01,2026-01-01,5",
        "c,2026-01-01,2026-01-31,155",
    )
    assert "export again with the breakdown By time, Day" in reasons()[3]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Campaign name,Day,Spend", "one column such as 'Amount spent \\(INR\\)' is needed"),
        ("Campaign name,Day,Amount spent (INR),Amount spent (USD)", "found: Amount spent \\(INR\\), Amount spent"),
        ("Day,Amount spent (INR)", "column campaign is missing"),
    ],
)
def test_a_header_that_does_not_tell_is_refused(take: Take, header: str, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        take("meta-export", header, ",".join("1" for _ in header.split(",")))
