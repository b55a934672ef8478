"""What Google Ads exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData
from adplanning.imports.google_export import days_of_title
from adplanning.imports.importing import import_file
from tests.imports.conftest import NOW, SETTINGS, Take

Rows = Callable[..., list[Any]]
Reasons = Callable[[], dict[int, str]]
TITLES = ("Campaign report", '"November 1, 2026 - November 22, 2026"')
HEADER = "Campaign state,Campaign,Campaign ID,Day,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value"
LINES = (
    *TITLES,
    HEADER,
    'Enabled,Brand,77,2026-11-01,INR,"1,234.50","12,000",340,12.50,900',
    "Paused,Summer,78,2026-11-01,INR,0.25,7, --,--,--",
    'Total: Campaigns, --, --, --,INR,"1,234.75","12,007",340,12.50,900',
    "Total: Account, --, --, --,INR,9999,1,1,1,1",
)
FIGURES = ("spend_minor", "currency", "on", "level", "n_impressions", "n_clicks", "n_results", "purchase_value_minor")
NOVEMBER = date(2026, 11, 1)


def test_lines_of_title_and_of_totals_are_no_rows(take: Take, rows: Rows, reasons: Reasons) -> None:
    summary = take("google-export", *LINES)
    assert (summary.received, summary.stored, summary.rejected, summary.warnings) == (4, 2, 2, ())
    assert {line: "it is the totals row" in reason for line, reason in reasons().items()} == {6: True, 7: True}
    assert rows("daily_spend", *FIGURES) == [
        (25, "INR", NOVEMBER, "campaign", 7, 0, None, None),
        (123450, "INR", NOVEMBER, "campaign", 12000, 340, 12.5, None),
    ]
    assert rows("ad_accounts", "platform") == [("google",)]
    assert rows("campaigns", "name", "platform_campaign_id", "status") == [
        ("Brand", "77", "ACTIVE"),
        ("Summer", "78", "PAUSED"),
    ]
    assert "Conv. value" in summary.ignored_columns


def test_totals_that_the_rows_do_not_reach_are_told(take: Take) -> None:
    [warning] = take("google-export", *LINES[:4], LINES[5]).warnings
    assert warning.startswith("the totals row says 1,234.75 INR were spent, but the rows that could be read add up to")


def test_without_days_the_title_tells_them(take: Take, rows: Rows) -> None:
    header = "Campaign,Ad group,Week,Cost,Currency code"
    summary = take("google-export", *TITLES, header, "c,g,2026-11-02,1.004,INR", "c,g,2026-11-09,1.004,INR")
    assert rows("period_spend", "level", "first_on", "last_on", "spend_minor") == [
        ("ad_set", NOVEMBER, date(2026, 11, 22), 201)
    ]
    assert summary.in_words == "2 rows: 1 ad set in one period, 1–22 November 2026, split by week, which is added up"


def test_a_tab_separated_file_in_utf_16_says_the_same(engine: Engine, rows: Rows, tmp_path: Path) -> None:
    lines = ["Campaign report", "November 1, 2026 - November 22, 2026", "Campaign\tCost\tImpr.", "c\t1,234.50\t7"]
    (tmp_path / "g.csv").write_bytes("\r\n".join(lines).encode("utf-16"))
    summary = import_file(engine, "google-export", tmp_path / "g.csv", settings=SETTINGS, now=NOW)
    assert summary.stored == 1
    assert rows("period_spend", "spend_minor", "last_on") == [(123450, date(2026, 11, 22))]


def test_a_workbook_says_the_same(engine: Engine, rows: Rows, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "g.xlsx"))
    sheet = book.add_worksheet()
    lines = (["Campaign report"], ["1 November 2026 - 22 November 2026"], ["Campaign", "Cost"], ["c", "2.5"], ["", "x"])
    for number, cells in enumerate(lines):
        sheet.write_row(number, 0, cells)
    book.close()
    import_file(engine, "google-export", tmp_path / "g.xlsx", settings=SETTINGS, now=NOW)
    assert rows("period_spend", "spend_minor", "first_on") == [(250, NOVEMBER)]
    assert rows("rejected_rows", "line") == [(5,)]


@pytest.mark.parametrize(
    "title",
    [
        "2026-11-01 - 2026-11-22",
        "Nov 1, 2026 - Nov 22, 2026",
        "1 Nov 2026 – 22 Nov 2026",
        "November 1  2026 - November 22  2026",
    ],
)
def test_the_days_of_a_title_are_read_as_google_writes_them(title: str) -> None:
    assert days_of_title(["Report", title]) == (NOVEMBER, date(2026, 11, 22))


def test_a_title_of_one_day_is_that_day() -> None:
    assert days_of_title(["November 1, 2026"]) == (NOVEMBER, NOVEMBER)


def test_a_report_that_tells_no_days_is_refused(take: Take) -> None:
    with pytest.raises(InvalidData, match="export again with the segment Day"):
        take("google-export", "Campaign report", "All time", "Campaign,Cost", "c,1")


def test_a_campaign_that_is_called_total_is_one(take: Take) -> None:
    assert take("google-export", "Campaign,Day,Cost", "Total sale,2026-11-01,5").stored == 1
