"""What Ads Manager exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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


def test_a_period_is_kept_with_its_bounds_and_replaced_by_the_same_again(take: Take, rows: Rows) -> None:
    header = "Campaign name,Reporting starts,Reporting ends,Amount spent (INR),Impressions,Reach"
    take("meta-export", header, "c,2026-01-01,2026-01-31,155.5,100,40", "d,2026-01-01,2026-01-31,1,1,1")
    columns = ("spend_minor", "first_on", "last_on", "level", "n_reach")
    january = (date(2026, 1, 1), date(2026, 1, 31), "campaign")
    assert rows("period_spend", *columns) == [(100, *january, 1), (15550, *january, 40)]
    assert rows("daily_spend", "on") == []
    summary = take("meta-export", header, "c,2026-01-01,2026-01-31,160,100,41", "d,2026-01-01,2026-01-31,1,1,1")
    assert (summary.stored, summary.duplicates) == (1, 1)
    assert rows("period_spend", *columns) == [(100, *january, 1), (16000, *january, 41)]


def test_a_report_of_one_day_without_a_column_of_days_is_of_that_day(take: Take, rows: Rows) -> None:
    header = "Campaign name,Reporting starts,Reporting ends,Amount spent (INR)"
    take("meta-export", header, "c,2026-01-05,2026-01-05,5")
    assert rows("daily_spend", "on", "spend_minor") == [(date(2026, 1, 5), 500)]


def test_the_day_of_a_row_outranks_what_was_reported_together(take: Take, rows: Rows) -> None:
    header = "Campaign name,Day,Reporting starts,Reporting ends,Amount spent (INR)"
    take("meta-export", header, "c,2026-01-05,2026-01-01,2026-01-31,5")
    assert rows("daily_spend", "on", "spend_minor") == [(date(2026, 1, 5), 500)]
    assert rows("period_spend", "first_on") == []


def test_the_parts_of_a_period_are_added_up_and_their_persons_are_not(take: Take, rows: Rows) -> None:
    header = "Campaign name,Ad name,Reporting starts,Reporting ends,Age,Amount spent (INR),Reach"
    summary = take(
        "meta-export", header, *(f"c,a,2026-01-01,2026-01-31,{age},0.004,7" for age in ("18-24", "25-34", "35-44"))
    )
    assert rows("period_spend", "level", "spend_minor", "n_reach") == [("ad", 1, None)]
    assert summary.in_words == "3 rows: 1 ad in one period, 1–31 January 2026, split by age, which is added up"


@pytest.mark.parametrize(
    ("header", "level"),
    [("Campaign name", "campaign"), ("Campaign name,Ad set name", "ad_set"), ("Campaign name,Ad name", "ad")],
)
def test_a_file_is_of_the_level_that_it_names(take: Take, rows: Rows, header: str, level: str) -> None:
    names = ",".join("abc"[: header.count(",") + 1])
    take("meta-export", f"{header},Day,Amount spent (INR)", f"{names},2026-01-01,5")
    assert rows("daily_spend", "level") == [(level,)]


def test_a_totals_row_without_a_day_is_compared_with_the_rows(take: Take, reasons: Reasons) -> None:
    header = "Campaign name,Day,Amount spent (USD)"
    same = take("meta-export", header, "c,2026-01-01,60", "d,2026-01-01,40", ",,100.01")
    assert same.warnings == ()
    assert "it is the totals row" in reasons()[4]
    short = take("meta-export", header, "c,2026-01-01,60", "d,2026-01-01,x", ",,100")
    assert short.warnings == (
        "the totals row says 100.00 USD were spent, but the rows that could be read add up to 60.00 USD; export again "
        "if rows are missing",
    )


def test_rows_that_say_all_sum_up_the_others(take: Take, rows: Rows, reasons: Reasons) -> None:
    take(
        "meta-export",
        "Campaign name,Ad name,Day,Gender,Amount spent (INR)",
        "c,a,2026-01-01,male,2",
        "c,a,2026-01-01,All,5",
        "c,a,All,All,5",
        "c,All,2026-01-01,female,5",
        "c,a,2026-01-01,female,3",
    )
    assert rows("daily_spend", "spend_minor") == [(500,)]
    assert {line: reason[:22] for line, reason in reasons().items()} == dict.fromkeys(
        (3, 4, 5), "the row sums up others"
    )


def test_a_row_of_the_whole_account_is_refused(take: Take, reasons: Reasons) -> None:
    header = "Account name,Campaign name,Day,Amount spent (INR)"
    assert take("meta-export", header, "shop,c,2026-01-01,5", "shop,,2026-01-01,5").stored == 1
    assert reasons()[3].startswith("the row is of a whole account")


def test_where_on_meta_an_ad_was_shown_splits_and_is_no_platform(take: Take, rows: Rows) -> None:
    header = "Campaign name,Day,Platform,Amount spent (INR)"
    take("meta-export", header, *(f"c,2026-01-01,{where},5" for where in ("facebook", "audience_network", "messenger")))
    assert rows("daily_spend", "spend_minor") == [(1500,)]
    assert rows("ad_accounts", "platform") == [("meta",)]


def test_a_currency_in_a_column_of_its_own_is_that_of_each_row(take: Take, rows: Rows) -> None:
    header = "Account name,Campaign name,Day,Amount spent,Currency"
    take("meta-export", header, "a,c,2026-01-01,5,EUR", "b,d,2026-01-01,7,JPY")
    assert rows("daily_spend", "currency", "spend_minor") == [("EUR", 500), ("JPY", 7)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Name der Kampagne;Tag;Ausgegebener Betrag (EUR);Impressionen;Link-Klicks;Reichweite",
            "c;2026-10-05;1.234,56;1.000;7;900",
        ),
        (
            "Nombre de la campaña,Inicio del informe,Fin del informe,Importe gastado (EUR),Impresiones,Clics en el "
            "enlace,Alcance",
            'c,2026-10-05,2026-10-05,"1.234,56",1000,7,900',
        ),
        (
            "Nom de la campagne;Début des rapports;Fin des rapports;Montant dépensé (EUR);Impressions;"
            "Clics sur un lien;Couverture",
            "c;2026-10-05;2026-10-05;1\u202f234,56;1\u202f000;7;900",
        ),
        (
            "Nome da campanha,Dia,Valor usado (EUR),Impressões,Cliques no link,Alcance",
            'c,2026-10-05,"1.234,56",1000,7,900',
        ),
        ("Campaign name,Day,Amount spent (EUR),Impressions,Link clicks,Reach", 'c,2026-10-05,"1,234.56","1,000",7,900'),
        ("Campaign name,Day,Amount spent (EUR),Impressions,Link clicks,Reach", "c,5/10/2026,€1234.56,1000,7,900"),
    ],
)
def test_other_languages_say_the_same(take: Take, rows: Rows, header: str, row: str) -> None:
    take("meta-export", header, row, *([row.replace("5/10", "31/10")] if "5/10" in row else []))
    columns = ("on", "currency", "spend_minor", "n_impressions", "n_link_clicks", "n_reach")
    assert rows("daily_spend", *columns)[0] == (date(2026, 10, 5), "EUR", 123456, 1000, 7, 900)


def test_ids_that_a_spreadsheet_has_rounded_are_refused(take: Take, rows: Rows, reasons: Reasons) -> None:
    header = "Account ID,Campaign ID,Campaign name,Day,Amount spent (INR)"
    take("meta-export", header, "act_77,1.20254E+17,c,2026-01-01,5", "act_77,120253670639860385,c,2026-01-01,5")
    assert "was shortened by a spreadsheet" in reasons()[2]
    assert rows("campaigns", "platform_campaign_id") == [("120253670639860385",)]
    assert rows("ad_accounts", "platform_account_id") == [("77",)]


def test_long_ids_that_all_end_in_zeros_were_rounded(take: Take) -> None:
    header = "Campaign ID,Campaign name,Day,Amount spent (INR)"
    ids = ("120253670639860400", "120253670639860000")
    assert take("meta-export", header, *(f"{one},c{one},2026-01-01,5" for one in ids)).rejected == 2
    assert take("meta-export", header, f"{ids[0]},c,2026-01-01,5", "120253670639860385,d,2026-01-01,5").rejected == 0
    assert take("meta-export", header, f"{ids[0]},c,2026-01-02,5", f"{ids[0]},c,2026-01-03,5").rejected == 0


def test_a_workbook_with_a_report_before_its_rows_is_read_by_its_rows(
    engine: Engine, rows: Rows, tmp_path: Path
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("Formatted Report").write_row(0, 0, ["Campaign name", "Day", "Amount spent (USD)"])
    sheet = book.add_worksheet("Raw Data Report")
    for number, line in enumerate(LINES):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    import_file(engine, "meta-export", tmp_path / "a.xlsx", settings=SETTINGS, now=NOW)
    assert rows("daily_spend", *FIGURES) == [("ad", "USD", 247, 20, 4, 2, 1.0, "Leads")]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Campaign name,Day,Spend", "one column such as 'Amount spent \\(INR\\)' is needed"),
        ("Campaign name,Day,Amount spent (INR),Amount spent (USD)", "found: Amount spent \\(INR\\), Amount spent"),
        ("Day,Amount spent (INR)", "column campaign is missing"),
        ("Campaign name,Reporting starts,Amount spent (INR)", "without Reporting ends or Day"),
        ("Account name,Day,Amount spent (INR)", "export at the level Campaigns, Ad sets or Ads"),
    ],
)
def test_a_header_that_does_not_tell_is_refused(take: Take, header: str, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        take("meta-export", header, ",".join("1" for _ in header.split(",")))
