"""The list of campaigns."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from adplanning.core import formats
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.meta_campaigns import meta_campaigns
from adplanning.ui.table import Table
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, add, at_noon, campaign, day
from tests.ui.visiting import NotingFrame, everything, send, the

IN_OCTOBER = {"from_date": "2026-10-01", "to_date": "2026-10-31"}


@pytest.fixture(autouse=True)
def _noon_of_the_last_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", at_noon)


@pytest.fixture
def two_campaigns(engine: Engine) -> Engine:
    """Quilts at Meta: 300 on two days with 4 leads. Sheets at Google: 100 on one day, of which no lead is told."""
    account(engine)
    account(engine, 2, platform="google")
    quilts = campaign(engine, "Quilts")
    sheets = campaign(engine, "Sheets", of_account=2, status="PAUSED")
    day(engine, quilts, date(2026, 10, 20), 200, n_leads=3, n_purchases=2, purchase_value_minor=120_000)
    day(engine, quilts, date(2026, 10, 22), 100, n_leads=1, n_clicks=30)
    day(engine, sheets, date(2026, 10, 20), 100, n_results=5, result_type="purchases")
    return engine


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(meta_campaigns(new_visit(engine, **({"platform": "all"} | options))))
    frame.catch_up()
    assert frame.toasts == []
    return widgets


def cards(widgets: list[Any]) -> dict[str, str]:
    return {item["label"]: item["full"] or item["value"] for item in the(Kpis, widgets).items}


def names(widgets: list[Any]) -> list[str]:
    assert the(Table, widgets).fault == ""
    return [row["name"] for row in the(Table, widgets).rows]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: cell["text"] for key, cell in row["cells"].items()}


def test_a_campaign_stands_with_what_it_cost_and_brought(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    quilts, sheets = the(Table, opened(new_visit, frame, two_campaigns)).rows
    assert shown(quilts) == {
        "name": "Quilts",
        "status": "Active",
        "account": "Account 1",
        "spend": "₹300.00",
        "impressions": "2,000",
        "clicks": "40",
        "ctr": "2.00%",
        "cpc": "₹7.50",
        "results": None,
        "cost_per_result": None,
    }
    assert (shown(sheets)["status"], shown(sheets)["results"], shown(sheets)["cost_per_result"]) == (
        "Paused",
        "5",
        "₹20.00",
    )
    assert quilts["href"] == "/app/meta-ads/campaigns/camp_Quilts"


def test_the_cards_are_over_all_campaigns_and_their_ratios_are_of_sums(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    assert cards(opened(new_visit, frame, two_campaigns)) == {
        "Spend": "₹400.00",
        "Impressions": "3,000",
        "Clicks": "50",
        "CTR": "1.67%",
        "CPC": "₹8.00",
        "Leads": "4",
        "Cost per lead": "₹100.00",
        "ROAS claimed": "3.00×",
    }


@pytest.mark.parametrize("filters", [{}, {"platform": "meta"}, {"platform": "google"}, {"search": "bedsheets"}])
def test_spend_is_what_the_store_holds_of_the_campaigns_that_are_let_through(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, filters: dict[str, str]
) -> None:
    spend, campaigns, accounts = (TABLES[name].c for name in ("daily_spend", "campaigns", "ad_accounts"))
    with reading(shop_engine) as session:
        minor = session.scalar(
            select(func.sum(spend.spend_minor))
            .join(TABLES["campaigns"], campaigns.id == spend.campaign_id)
            .join(TABLES["ad_accounts"], accounts.id == campaigns.ad_account_id)
            .where(
                spend.on.between(date(2026, 10, 1), date(2026, 10, 31)),
                # The demo shop's campaigns have the same days at every level at which they are told.
                spend.level == select(func.min(spend.level)).scalar_subquery(),
                accounts.platform.like(filters.get("platform", "%")),
                campaigns.name.icontains(filters.get("search", "")),
            )
        )
    assert minor
    widgets = opened(new_visit, frame, shop_engine, **IN_OCTOBER, **filters)
    assert cards(widgets)["Spend"] == formats.money(minor / 100, "INR")
    [foot] = the(Table, widgets).feet
    assert foot["cells"]["spend"]["text"] == cards(widgets)["Spend"]


def test_the_footer_is_over_all_pages(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    account(engine)
    for n in range(30):
        day(engine, campaign(engine, f"c{n:02}"), date(2026, 10, 20), 10)
    table = the(Table, opened(new_visit, frame, engine))
    assert (len(table.rows), table.total) == (25, 30)
    assert shown(table.feet[0])["name"] == "All 30 campaigns"
    assert shown(table.feet[0])["spend"] == "₹300.00"


def test_without_dates_it_is_about_the_last_thirty_days(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    quilts = campaign(engine, "Quilts")
    for n, on in enumerate([date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 31), date(2026, 11, 1)]):
        day(engine, quilts, on, 10**n)
    widgets = opened(new_visit, frame, engine)
    assert cards(widgets)["Spend"] == "₹110.00"
    assert the(Kpis, widgets).caption.startswith("2 Oct 2026 to 31 Oct 2026, against as many days before.")


def test_a_change_is_against_as_many_days_before(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    account(engine)
    quilts = campaign(engine, "Quilts")
    for on, spend in ((date(2026, 10, 11), 7), (date(2026, 10, 12), 100), (date(2026, 10, 16), 150)):
        day(engine, quilts, on, spend)
    dates = {"from_date": "2026-10-15", "to_date": "2026-10-17"}
    changes = {item["label"]: item["change"] for item in the(Kpis, opened(new_visit, frame, engine, **dates)).items}
    assert changes["Spend"] == pytest.approx(0.5)  # 12 to 14 October
    assert changes["Leads"] is None
    half_open = the(Kpis, opened(new_visit, frame, engine, from_date="2026-10-15"))
    assert {item["change"] for item in half_open.items} == {None}


@pytest.mark.parametrize(
    ("dates", "settles"),
    [
        ({"from_date": "2026-09-01", "to_date": "2026-10-03"}, False),
        ({"from_date": "2026-09-01", "to_date": "2026-10-04"}, True),
        ({"from_date": "2026-09-01"}, True),
    ],
)
def test_days_that_the_platform_may_still_change_are_called_unsettled(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame, dates: dict[str, str], settles: bool
) -> None:
    said = the(Kpis, opened(new_visit, frame, two_campaigns, **dates)).caption
    assert ("Days since 4 Oct 2026 are still settling" in said) == settles


def test_an_amount_without_a_rate_makes_spend_unknown_and_is_said(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    day(two_campaigns, campaign(two_campaigns, "Rugs"), date(2026, 10, 20), 12.5, currency="USD")
    widgets = opened(new_visit, frame, two_campaigns)
    assert (cards(widgets)["Spend"], cards(widgets)["CPC"], cards(widgets)["Clicks"]) == ("–", "–", "60")
    assert "no rate is known for $12.50" in the(Kpis, widgets).caption


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "PAUSED"}, ["Sheets"]),
        ({"ad_account_id": "acct_1"}, ["Quilts"]),
        ({"platform": "google"}, ["Sheets"]),
        ({"search": "quil"}, ["Quilts"]),
        ({"from_date": "2026-10-22"}, ["Quilts", "Sheets"]),  # who spent nothing then is listed too
    ],
)
def test_filters_narrow_the_list_and_the_cards(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame, filters: dict[str, str], expected: list[str]
) -> None:
    widgets = opened(new_visit, frame, two_campaigns)
    send(the(Table, widgets), "ask", {"platform": "all"} | filters)
    frame.catch_up()
    assert names(widgets) == expected
    assert cards(widgets)["Spend"] == the(Table, widgets).feet[0]["cells"]["spend"]["text"]


def test_what_is_asked_last_is_shown_though_an_earlier_answer_comes_later(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, two_campaigns)
    for platform in ("meta", "google"):
        send(the(Table, widgets), "ask", {"platform": platform})
    frame.jobs.reverse()
    frame.catch_up()
    assert cards(widgets)["Spend"] == "₹100.00"


def test_what_has_come_by_a_sync_is_shown_with_the_next_answer(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, two_campaigns)
    day(two_campaigns, "camp_Sheets", date(2026, 10, 21), 50)
    the(Table, widgets).refresh()
    assert the(Table, widgets).feet[0]["cells"]["spend"]["text"] == "₹450.00"


@pytest.mark.parametrize("descending", [True, False])
def test_every_column_that_can_be_sorted_by_can(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame, descending: bool
) -> None:
    table = the(Table, opened(new_visit, frame, two_campaigns))
    for column in table.columns:
        assert column["sortable"]
        send(table, "ask", {"platform": "all", "sort": column["key"], "descending": descending})
        assert (table.fault, table.total) == ("", 2)


def test_the_days_of_the_chart_add_up_to_the_card_with_what_is_known_of_several_days_together(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    rugs = campaign(two_campaigns, "Rugs")
    week = {"first_on": date(2026, 10, 5), "last_on": date(2026, 10, 11), "object_id": rugs, "campaign_id": rugs}
    figures = {"spend_minor": 7_000, "currency": "INR", "n_impressions": 10, "n_clicks": 1}
    add(two_campaigns, "period_spend", {"level": "campaign", **week, **figures})
    widgets = opened(new_visit, frame, two_campaigns)
    spend, results = (widget for widget in widgets if isinstance(widget, ChartCard))
    rows = list(csv.DictReader(io.StringIO(spend.rows_csv)))
    assert [row["on"] for row in rows] == ["2026-10-20", "2026-10-21", "2026-10-22"]
    assert sum(float(row["spend"] or 0) for row in rows) == 400
    assert spend.words.endswith("₹70.00 more is known of several days together only.")
    assert cards(widgets)["Spend"] == "₹470.00"
    assert [row["leads"] for row in csv.DictReader(io.StringIO(results.rows_csv))] == ["3.0", "", "1.0"]


def test_the_csv_has_all_rows_and_their_sum(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    account(engine)
    for n in range(30):
        day(engine, campaign(engine, f"c{n:02}"), date(2026, 10, 20), 10, n_clicks=3)
    table = the(Table, opened(new_visit, frame, engine))
    send(table, "export_rows", {})
    *rows, last = csv.DictReader(io.StringIO(table.exporting["part"]))
    assert (len(rows), last["campaign"], last["spend"]) == (30, "All 30 campaigns", "300.0")
    assert [float(row["cpc"]) for row in rows] == pytest.approx([10 / 3] * 30)  # not rounded
    assert {(row["status"], row["account"], row["platform"]) for row in rows} == {("Active", "Account 1", "meta")}


def test_an_empty_store_says_both_ways_to_begin(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    table = the(Table, widgets)
    assert (table.total, table.fault) == (0, "")
    assert "access token" in table.empty
    assert "import an export" in table.empty
    send(table, "act", {"name": "import"})
    assert frame.gone_to == ["/app/ad-planning/import"]
    assert {"Spend": "₹0.00", "CPC": "–", "Leads": "–"}.items() <= cards(widgets).items()


def test_a_viewer_looks_and_cannot_start_anything(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before = everything(two_campaigns)
    widgets = opened(new_visit, frame, two_campaigns, role=Role.viewer)
    assert not any(isinstance(widget, MainButton) for widget in widgets)
    assert the(Table, widgets).empty_action is None
    for widget in widgets:
        for event in ("press", "act", "submit"):
            send(widget, event, {"name": "sync", "id": "camp_Quilts"})
    assert everything(two_campaigns) == before


def test_of_several_platforms_meta_is_first_shown_by_itself(
    two_campaigns: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    assert names(list(meta_campaigns(new_visit(two_campaigns, **IN_OCTOBER)))) == ["Quilts"]


def test_where_there_is_one_platform_only_it_is_shown(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    account(engine, platform="google")
    campaign(engine, "Sheets")
    assert names(list(meta_campaigns(new_visit(engine)))) == ["Sheets"]
