"""The metrics: every number of every module for some days, as the services and the API tell it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core import formats
from adplanning.core.errors import Conflict
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.journeys.analysis_service import funnel_report
from adplanning.journeys.scope import JourneyScope
from adplanning.metrics.definitions import HEADLINES, METRICS
from adplanning.segments.service import find_segment
from adplanning.store.session import writing
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages import metric_channels, metrics
from adplanning.ui.pages.metric_headlines import LABELS
from adplanning.ui.pages.metrics import metrics_page
from adplanning.ui.pages.period_picker import PeriodPicker
from adplanning.ui.pipeline import Pipeline
from adplanning.ui.sections import Section, Sections
from adplanning.ui.short_list import ShortList
from adplanning.ui.visit import Visit
from tests.leads.arrived import ASHA, received
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, add, at_noon, bought, campaign, day
from tests.ui.pages.conftest import Api
from tests.ui.pages.segmented import add_segment, fill_customers
from tests.ui.visiting import NotingFrame, send, the

OCTOBER = {"from_date": "2026-10-01", "to_date": "2026-10-31"}
DATES = "from_date=2026-10-01&to_date=2026-10-31"
LEFT = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon_of_the_last_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", at_noon)


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **query: str) -> list[Any]:
    widgets = list(metrics_page(new_visit(engine, **query)))
    frame.catch_up()
    assert frame.toasts == []
    return widgets


def headlines(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    return {item["label"]: item for item in the(Kpis, widgets).items}


def sections(widgets: list[Any]) -> dict[str, Section]:
    return {section.title: section for section in the(Sections, widgets).items}


def numbers(section: Section) -> dict[str, str]:
    return {item["label"]: item["value"] for item in the(Kpis, section.widgets).items}


def rows(section: Section) -> list[list[str | None]]:
    return [[cell["text"] for cell in row["cells"]] for row in the(ShortList, section.widgets).rows]


def test_the_sections_stand_in_the_order_of_the_guide_and_wait_until_they_are_computed(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = list(metrics_page(new_visit(shop_engine)))
    assert list(sections(widgets)) == [
        "Meta Ads Performance",
        "Social Content",
        "Lead Pipeline",
        "Conversions Breakdown",
        "Customer Funnel",
        "A/B Experiments",
        "Customer Scores",
        "Customer Segments",
        "Campaign Attribution",
    ]
    assert {section.state for section in sections(widgets).values()} == {"waiting"}
    assert the(Kpis, widgets).n_waiting == len(HEADLINES)
    frame.catch_up()
    assert "waiting" not in {section.state for section in sections(widgets).values()}
    assert list(headlines(widgets)) == list(LABELS.values())


def test_the_headlines_are_the_numbers_of_the_api_and_lead_to_their_pages_with_the_same_days(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    cards = headlines(opened(new_visit, frame, linked_shop, **OCTOBER))
    told = api.get("conversions/stats", **OCTOBER)
    assert cards["Total Conversions"]["value"] == formats.number(told["totals"]["total_conversions"])
    assert cards["Total Revenue"]["full"] == formats.money(told["totals"]["total_value"], "INR")
    assert cards["Total Conversions"]["href"] == f"/app/ad-planning/conversions?{DATES}"
    assert cards["Ad Spend"]["href"] == f"/app/meta-ads/campaigns?platform=all&{DATES}"
    assert cards["ROAS"]["href"] == f"/app/ad-planning/attribution-report?{DATES}"
    for name, label in LABELS.items():
        assert cards[label]["help"].startswith(METRICS[name].help)
        assert METRICS[name].formula in cards[label]["help"]


def test_what_a_period_brought_is_held_against_the_one_before_and_each_day_has_its_point(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    quilts = campaign(engine, "Quilts")
    day(engine, quilts, date(2026, 10, 12), 200)
    day(engine, quilts, date(2026, 10, 20), 300)
    widgets = opened(new_visit, frame, engine, from_date="2026-10-16", to_date="2026-10-25")
    spend = headlines(widgets)["Ad Spend"]
    assert (spend["full"], spend["change"], len(spend["spark"])) == ("₹300.00", 0.5, 10)
    assert the(Kpis, widgets).caption.startswith("16 Oct 2026 to 25 Oct 2026, against 6 Oct 2026 to 15 Oct 2026.")


@pytest.mark.parametrize(("value", "colour"), [(300, "green"), (299, "red")])
def test_roas_is_green_from_one_on_and_says_so_in_words(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, value: int, colour: str
) -> None:
    account(engine)
    day(engine, campaign(engine, "Quilts"), date(2026, 10, 20), 300)
    bought(engine, value)
    roas = headlines(opened(new_visit, frame, engine))["ROAS"]
    assert (roas["badge"]["colour"], bool(roas["badge"]["text"]), bool(roas["badge"]["icon"])) == (colour, True, True)


def test_what_carts_are_said_to_be_worth_is_told_apart_from_purchases(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    day(engine, campaign(engine, "Quilts"), date(2026, 10, 20), 100)
    bought(engine, 300)
    assert headlines(opened(new_visit, frame, engine))["Total Revenue"]["words"] == ""
    bought(engine, 200, kind="add_to_cart")
    cards = headlines(opened(new_visit, frame, engine))
    told = {label: (cards[label]["value"], cards[label]["words"]) for label in ("Total Revenue", "ROAS")}
    assert told == {
        "Total Revenue": ("₹500", "₹300 by purchases alone"),
        "ROAS": ("5.00×", "3.00× by purchases alone"),
    }


def test_a_total_with_a_part_without_a_rate_is_unknown_and_says_why(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    bought(engine, 300)
    bought(engine, 5, currency="USD")
    revenue = headlines(opened(new_visit, frame, engine))["Total Revenue"]
    assert revenue["value"] == formats.UNKNOWN
    assert "USD" in revenue["words"]


def test_where_nothing_has_come_in_no_zero_is_shown_and_every_section_says_what_would_be_there(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine)
    for card in headlines(widgets).values():
        assert (card["value"], card["badge"], card["spark"]) == (formats.UNKNOWN, None, ())
        assert card["words"].startswith("No ")
    for section in sections(widgets).values():
        assert section.state == "empty"
        assert section.words.endswith(".")
        assert section.link["href"].startswith("/app/")


def test_the_campaigns_that_cost_most_stand_with_what_they_cost_and_lead_to_their_pages(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    account(engine, 2, platform="google")
    for name, spend in (("Quilts", 400), ("Towels", 100), ("Sheets", 300), ("Rugs", 200)):
        day(engine, campaign(engine, name), date(2026, 10, 20), spend, n_leads=2)
    day(engine, campaign(engine, "Search", of_account=2), date(2026, 10, 20), 9000)
    widgets = opened(new_visit, frame, engine, **OCTOBER)
    ads = sections(widgets)["Meta Ads Performance"]
    assert rows(ads) == [
        ["Quilts", "Active", "₹400.00", "10", "2"],
        ["Sheets", "Active", "₹300.00", "10", "2"],
        ["Rugs", "Active", "₹200.00", "10", "2"],
    ]
    assert the(ShortList, ads.widgets).rows[0]["href"] == f"/app/meta-ads/campaigns/camp_Quilts?{DATES}"
    assert numbers(ads) == {
        "Spend": "₹1K",
        "Impressions": "4,000",
        "Clicks": "40",
        "Leads": "8",
        "CTR": "1.00%",
        "ROAS": formats.UNKNOWN,
    }
    assert headlines(widgets)["Ad Spend"]["full"] == "₹10,000.00"


def test_leads_stand_by_status_and_by_campaign(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    received(engine, ASHA)
    add_days = {"from_date": "2026-11-01", "to_date": "2026-11-30"}
    leads = sections(opened(new_visit, frame, engine, **add_days))["Lead Pipeline"]
    stages = {stage["badge"]["text"]: stage["n"] for stage in the(Pipeline, leads.widgets).stages}
    assert stages == {"New": 1, "Contacted": 0, "Qualified": 0, "Converted": 0}
    assert rows(leads) == [["Diwali", "1 (100.0%)"]]
    none = sections(opened(new_visit, frame, engine, **OCTOBER))["Lead Pipeline"]
    assert (none.state, none.words) == ("empty", "Nobody left word in a lead form in these days.")


def test_posts_that_are_out_are_of_the_days_and_those_that_wait_are_of_now(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    shared = {"platform": "instagram", "created_at": LEFT, "updated_at": LEFT}
    add(
        engine,
        "social_posts",
        {"id": "post_1", "status": "posted", "caption": "Six quilts", "posted_at": LEFT, **shared},
        {"id": "post_2", "status": "scheduled", "scheduled_at": datetime(2026, 12, 1, tzinfo=UTC), **shared},
        {"id": "post_3", "status": "posted", "posted_at": datetime(2026, 8, 1, tzinfo=UTC), **shared},
    )
    widgets = opened(new_visit, frame, engine, **OCTOBER)
    social = sections(widgets)["Social Content"]
    assert numbers(social) == {"Posted": "1", "Scheduled": "1", "Drafts": "0", "Failed": "0"}
    assert rows(social) == [["Six quilts", "Instagram", "20 Oct 2026, 15:00"]]
    assert headlines(widgets)["Social Posts"]["value"] == "1"


def test_the_funnel_is_that_of_the_journeys_and_leads_to_each_stage(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, settings: Settings
) -> None:
    funnel = sections(opened(new_visit, frame, shop_engine, **OCTOBER))["Customer Funnel"]
    scope = JourneyScope(Period.of(OCTOBER["from_date"], OCTOBER["to_date"], settings.zone))
    found = funnel_report(shop_engine, scope, public_revenue=settings.public_revenue)
    assert [row[1] for row in rows(funnel)] == [formats.number(stage.n) for stage in found.stages]
    hrefs = [row["href"] for row in the(ShortList, funnel.widgets).rows]
    assert hrefs[4] == f"/app/ad-planning/journeys?stage=conversion&{DATES}"


def test_the_other_sections_tell_what_the_api_tells(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    found = sections(opened(new_visit, frame, linked_shop, **OCTOBER))
    by_type = api.get("conversions/stats", **OCTOBER)["by_type"]
    assert numbers(found["Conversions Breakdown"])["Purchases"] == formats.number(by_type["purchase"])
    totals = api.get("attribution/stats", **OCTOBER)["totals"]
    attribution = numbers(found["Campaign Attribution"])
    assert attribution["Attributions"] == formats.number(totals["total_sessions"])
    assert attribution["Resolution rate"] == formats.percent(totals["resolution_rate"] / 100, 2)
    assert rows(found["Campaign Attribution"])


def test_the_largest_segments_stand_first_each_with_its_share_of_all_customers(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    fill_customers(engine)
    sizes = {"all": 5, "few": 1, "most": 4, "none": 0, "some": 2, "two": 2}
    ids = {name: add_segment(engine, name, auto_update=name != "few") for name in sizes}
    with writing(engine) as session:
        for name, n in sizes.items():
            find_segment(session, ids[name]).customer_count = n
    found = sections(opened(new_visit, frame, engine))["Customer Segments"]
    assert numbers(found) == {"Total": "6", "Active": "6", "Dynamic": "5", "Members": "14"}
    shown = rows(found)
    assert [row[1] for row in shown] == ["5 (100.0%)", "4 (80.0%)", "2 (40.0%)", "2 (40.0%)", "1 (20.0%)"]
    assert shown[-1][0] == "few"
    assert the(ShortList, found.widgets).rows[0]["href"] == f"/app/ad-planning/segments/{ids['all']}"


def test_other_days_are_kept_in_the_address_and_computed_anew(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, shop_engine)
    before = headlines(widgets)["Total Conversions"]["value"]
    send(the(PeriodPicker, widgets), "choose", {"name": "7"})
    assert frame.kept == [{"from_date": "2026-10-25", "to_date": "2026-10-31"}]
    assert {section.state for section in sections(widgets).values()} == {"waiting"}
    frame.catch_up()
    assert headlines(widgets)["Total Conversions"]["value"] != before
    assert "from_date=2026-10-25" in headlines(widgets)["Total Conversions"]["href"]


def test_what_was_asked_before_is_not_shown_when_other_days_were_chosen_meanwhile(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = list(metrics_page(new_visit(shop_engine)))
    [first] = frame.jobs
    send(the(PeriodPicker, widgets), "choose", {"name": "7"})
    frame.catch_up()
    for widget in widgets:
        widget.close()
    first()
    assert frame.toasts == []


def test_a_section_that_fails_says_so_and_the_others_go_on(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Conflict("the store is busy")

    monkeypatch.setattr(metric_channels, "lead_counts", fail)
    monkeypatch.setattr(metrics, "headlines", fail)
    widgets = opened(new_visit, frame, shop_engine)
    assert (sections(widgets)["Lead Pipeline"].state, sections(widgets)["Lead Pipeline"].words) == (
        "empty",
        "the store is busy",
    )
    assert sections(widgets)["Customer Funnel"].state == "shown"
    assert the(Notices, widgets).items[0]["words"] == "the store is busy"
    assert (the(Kpis, widgets).items, the(Kpis, widgets).n_waiting) == ([], 0)


def test_a_viewer_sees_the_same(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = list(metrics_page(new_visit(shop_engine, Role.viewer)))
    frame.catch_up()
    assert headlines(widgets)["Total Conversions"]["value"] != formats.UNKNOWN
