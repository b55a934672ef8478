"""The page of one campaign."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import attribution_report
from adplanning.core import formats
from adplanning.core.errors import NotFound
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading
from adplanning.store.tables.ads import Campaign
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.claims_beside_credit import NEVER_ADDED
from adplanning.ui.pages.meta_campaigns import meta_campaigns
from adplanning.ui.table import Table
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, ad, ad_day, add, at_noon, campaign, day
from tests.ui.visiting import NotingFrame, everything, send, the

QUILTS = "camp_Quilts"
ON = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def _noon_of_the_last_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", at_noon)


@pytest.fixture
def quilts(engine: Engine) -> Engine:
    """Quilts reports 300; of its ads, reel and photo, 280 is told; on a day of September it cost 50 more."""
    account(engine, currency="USD")
    campaign(
        engine, "Quilts", objective="OUTCOME_SALES", daily_budget_minor=1_250, effective_status="WITH_ISSUES",
        starts_at=datetime(2026, 9, 1, 18, 30, tzinfo=UTC), remote_state="missing",
    )  # fmt: skip
    day(engine, QUILTS, ON, 300, n_leads=4, n_purchases=2, purchase_value_minor=120_000)
    day(engine, QUILTS, date(2026, 9, 15), 50)
    for name, spend, told in (("reel", 200, {"n_results": 3, "result_type": "purchases"}), ("photo", 80, {})):
        ad(engine, QUILTS, name)
        ad_day(engine, QUILTS, name, ON, spend, **told)
    return engine


def opened(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine, record_id: str = QUILTS, **options: Any
) -> list[Any]:
    widgets = list(meta_campaigns(new_visit(engine, record_id=record_id, **options)))
    frame.catch_up()
    assert frame.toasts == []
    return widgets


def facts(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    return {
        group["title"]: {row["label"]: row["cell"]["text"] for row in group["rows"]}
        for group in the(Details, widgets).groups
    }


def table(widgets: list[Any], label: str) -> Table:
    [found] = [widget for widget in widgets if isinstance(widget, Table) and widget.label == label]
    assert found.fault == ""
    return found


def shown(widgets: list[Any], label: str) -> list[dict[str, Any]]:
    return [{key: cell["text"] for key, cell in row["cells"].items()} for row in table(widgets, label).rows]


def cards(widgets: list[Any]) -> dict[str, str]:
    return {item["label"]: item["full"] or item["value"] for item in the(Kpis, widgets).items}


def notices(widgets: list[Any]) -> list[str]:
    return [item["words"] for item in the(Notices, widgets).items]


def test_the_facts_say_what_it_is_in_which_account_and_on_whose_calendar(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    said = facts(opened(new_visit, frame, quilts))
    assert frame.titles == ["Quilts"]
    assert (said["Campaign"]["Status"], said["Campaign"]["Objective"]) == ("With issues", "Sales")
    assert said["Campaign"]["At the platform"] == "no longer listed by the platform"
    assert said["Budget and dates"]["Budget a day"] == "$12.50"
    assert said["Budget and dates"]["Starts"] == "2 Sep 2026, 00:00"
    assert said["Budget and dates"]["Ends"] is None
    assert said["Account"]["Time zone"] == "America/New_York; its days are days there"


def test_the_names_that_it_bore_before_are_told_once_each(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    for object_id, what, before, after in (
        (QUILTS, "name", "Blankets", "Throws"),
        (QUILTS, "status", "PAUSED", "ACTIVE"),
        (QUILTS, "name", "Throws", "Blankets"),
        (QUILTS, "name", "Blankets", "Quilts"),
        ("camp_other", "name", "Rugs", "Carpets"),
    ):
        seen = {"what": what, "before": before, "after": after, "seen_at": datetime(2026, 10, 1, tzinfo=UTC)}
        add(quilts, "ad_changes", {"object_id": object_id, **seen})
    assert facts(opened(new_visit, frame, quilts))["Campaign"]["Former names"] == "Blankets, Throws"


def test_its_figures_are_over_the_days_asked_for(quilts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    assert cards(opened(new_visit, frame, quilts))["Spend"] == "₹300.00"
    widgets = opened(new_visit, frame, quilts, from_date="2026-09-01", to_date="2026-10-31")
    assert (cards(widgets)["Spend"], cards(widgets)["Leads"]) == ("₹350.00", "4")


def test_ad_sets_and_ads_stand_with_their_figures_the_dearest_first(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, quilts)
    ads = shown(widgets, "Ads")
    assert [(row["name"], row["ad_set"], row["spend"], row["results"]) for row in ads] == [
        ("reel", "set reel", "₹200.00", "3"),
        ("photo", "set photo", "₹80.00", None),
    ]
    assert [(row["name"], row["spend"]) for row in shown(widgets, "Ad sets")] == [
        ("set reel", "₹200.00"),
        ("set photo", "₹80.00"),
    ]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ({"sort": "name", "descending": False}, "photo"),
        ({"sort": "name", "descending": True}, "reel"),
        ({"sort": "spend", "descending": False}, "photo"),
        ({"sort": "results", "descending": False}, "reel"),
    ],
)
def test_parts_are_in_the_order_asked_for_with_what_is_unknown_last(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame, order: dict[str, Any], first: str
) -> None:
    widgets = opened(new_visit, frame, quilts)
    send(table(widgets, "Ads"), "ask", order)
    assert shown(widgets, "Ads")[0]["name"] == first


def test_parts_that_do_not_add_up_to_the_campaign_are_said_and_those_that_do_are_not(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    assert notices(opened(new_visit, frame, quilts))[0].startswith(
        "The ad sets add up to ₹280.00 and the ads add up to ₹280.00, the campaign reports ₹300.00."
    )
    ad(quilts, QUILTS, "story")
    ad_day(quilts, QUILTS, "story", ON, 20)
    assert notices(opened(new_visit, frame, quilts)) == [NEVER_ADDED]


def test_parts_that_nothing_is_told_of_are_no_difference(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    day(engine, campaign(engine, "Quilts"), ON, 300)
    widgets = opened(new_visit, frame, engine)
    assert notices(widgets) == [NEVER_ADDED]
    assert table(widgets, "Ads").total == 0
    assert "export by ad" in table(widgets, "Ads").empty


def test_the_claim_stands_beside_what_attribution_credits(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, settings: Settings
) -> None:
    period = Period.of("2026-10-01", "2026-10-31", settings.zone)
    report = attribution_report(
        linked_shop,
        Scope(period, settings.public_revenue, ("purchase",)),
        currency="INR",
        zone=settings.zone,
        models=["last_click", "linear"],
        options=CreditOptions(direct_credit=settings.direct_credit),
    )
    with reading(linked_shop) as session:
        ids = set(session.scalars(select(Campaign.id)))
    best = max(
        (row for row in report.rows.to_dicts() if row["key"] in ids), key=lambda row: row["credited_value_minor"]
    )
    widgets = opened(new_visit, frame, linked_shop, record_id=best["key"], from_date="2026-10-01", to_date="2026-10-31")
    claim, last_click, linear = shown(widgets, "Claimed and attributed")
    assert claim["counted_by"].endswith("as it claims")
    for row, model in ((last_click, "last_click"), (linear, "linear")):
        [told] = [one for one in report.rows.to_dicts() if (one["key"], one["model"]) == (best["key"], model)]
        assert row["conversions"] == formats.number(told["credited_conversions"], 2)
        assert row["value"] == formats.money(told["credited_value_minor"] / 100, "INR")
        assert row["roas"] == formats.times(told["roas"])
    assert best["credited_value_minor"] > 0
    assert NEVER_ADDED in notices(widgets)
    assert table(widgets, "Claimed and attributed").feet == []


def test_what_the_platform_claims_is_its_own_count(quilts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    claim, *credited = shown(opened(new_visit, frame, quilts), "Claimed and attributed")
    assert claim == {
        "counted_by": "Meta, as it claims",
        "conversions": "2.00",
        "value": "₹1,200.00",
        "cost": "₹150.00",
        "roas": "4.00×",
    }
    for row in credited:
        assert (row["conversions"], row["value"], row["cost"], row["roas"]) == ("0.00", "₹0.00", None, "0.00×")


def test_its_leads_are_counted_by_status_and_lead_to_their_list(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    at = datetime(2026, 10, 20, tzinfo=UTC)
    for n, (campaign_id, status) in enumerate([(QUILTS, "new"), (QUILTS, "new"), (QUILTS, "lost"), (None, "new")]):
        lead = {"id": f"lead_{n}", "platform": "meta", "ad_campaign_id": campaign_id, "answers": {}, "status": status}
        times = dict.fromkeys(("submitted_at", "received_at", "updated_at"), at)
        add(quilts, "leads", {**lead, "currency": "INR", **times})
    widgets = opened(new_visit, frame, quilts)
    assert shown(widgets, "Leads") == [{"status": "New", "n": "2"}, {"status": "Lost", "n": "1"}]
    asked = "campaign_id=camp_Quilts&status=new&from_date=2026-10-02&to_date=2026-10-31"
    assert table(widgets, "Leads").rows[0]["href"] == f"/app/meta-ads/leads?{asked}"


def test_other_days_hold_for_everything_on_the_page_and_stay_in_its_address(
    quilts: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, quilts)
    dates = {"from_date": "2026-09-01", "to_date": "2026-09-30"}
    send(table(widgets, "Claimed and attributed"), "ask", dates)
    frame.catch_up()
    assert cards(widgets)["Spend"] == "₹50.00"
    assert [row["spend"] for row in shown(widgets, "Ads")] == ["₹0.00", "₹0.00"]
    assert frame.kept[-1] == dates
    send(table(widgets, "Ads"), "ask", {"sort": "name", "descending": False})
    assert frame.kept[-1] == {**dates, "ads_sort": "name", "ads_descending": "false"}


def test_the_list_hands_its_dates_on(quilts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = list(meta_campaigns(new_visit(quilts, from_date="2026-09-01", to_date="2026-09-30")))
    [row] = the(Table, widgets).rows
    assert row["href"] == f"/app/meta-ads/campaigns/{QUILTS}?from_date=2026-09-01&to_date=2026-09-30"


def test_an_unknown_campaign_is_not_found(engine: Engine, new_visit: NewVisit) -> None:
    with pytest.raises(NotFound):
        meta_campaigns(new_visit(engine, record_id="camp_nowhere"))


def test_a_viewer_sees_the_same_and_changes_nothing(quilts: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    before = everything(quilts)
    widgets = opened(new_visit, frame, quilts, role=Role.viewer)
    for widget in widgets:
        for event in ("press", "act", "submit", "export_rows"):
            send(widget, event, {"name": "sync", "id": QUILTS})
    assert everything(quilts) == before
    assert cards(widgets)["Spend"] == "₹300.00"
