"""The usual ways through the product, clicked from their first step to their last on a fresh demo beside a Meta."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, expect

from adplanning.core import formats
from adplanning.core.vocabulary import Role
from adplanning.demo.filling import fill
from adplanning.demo.graph import graph_server
from adplanning.demo.graph_shop import N_LEADS, from_shop
from adplanning.demo.shop import WEBSITE_ID, shop
from tests.browser.conftest import opened
from tests.browser.site import Site, served
from tests.browser.test_segments import add_rule
from tests.browser.visitor import Visitor

KOLKATA = ZoneInfo("Asia/Kolkata")
API = "/admin/ad-planning"
RUN_MS = 180_000


@pytest.fixture(scope="module")
def demo(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server on a demo of sixty days, of which nothing was synchronised, resolved or scored yet."""
    made = shop(60, 7, until=datetime.now(KOLKATA).date() - timedelta(days=1), size=0.3)
    with graph_server(from_shop(made)) as meta:
        settings = {
            "ADPLANNING_META_BASE_URL": meta.url,
            "ADPLANNING_META_API_VERSION": meta.version,
            "ADPLANNING_META_ACCESS_TOKEN": meta.access_token,
            "ADPLANNING_META_APP_SECRET": meta.app_secret,
        }
        home = tmp_path_factory.mktemp("demo")
        with served(home, lambda engine, _: fill(engine, made, lambda _: None), settings=settings) as site:
            yield site


@pytest.fixture(scope="module")
def _desk(chromium: Browser, demo: Site) -> Iterator[Visitor]:
    with opened(chromium, demo, Role.analyst) as (_, visitor):
        yield visitor.load("/app/ad-planning")


@pytest.fixture
def marketer(_desk: Visitor) -> Iterator[Visitor]:
    """Who clicks, in one tab from test to test."""
    _desk.forget()
    yield _desk
    _desk.page.keyboard.press("Escape")
    _desk.check()


def has_run(visitor: Visitor, words: str) -> None:
    """The run that a button has started is over, and well."""
    bar = visitor.page.locator(".adp-progress")
    expect(bar).to_contain_text(words, timeout=RUN_MS)
    expect(bar).to_have_class(re.compile("adp-progress-good"))


def metrics(visitor: Visitor) -> Locator:
    """The dialog of the metrics, opened over the landing page."""
    visitor.go("/app/ad-planning")
    visitor.button("View Metrics").click()
    dialog = visitor.page.get_by_role("dialog", name="Metrics")
    expect(dialog.locator(".adp-kpi-value").first).to_be_visible()
    expect(dialog.locator(".adp-section[aria-busy=true]")).to_have_count(0, timeout=RUN_MS)
    return dialog


def section(dialog: Locator, title: str) -> Locator:
    """One part of the dialog."""
    return dialog.locator(f".adp-section[aria-label='{title}']")


def card(within: Locator, label: str) -> Locator:
    """The number on the card with that label."""
    named = within.page.locator(".adp-kpi-label", has_text=re.compile(rf"^\s*{re.escape(label)}\b"))
    return within.locator(".adp-kpi", has=named).first.locator(".adp-kpi-value")


def last_days(n: int = 30) -> dict[str, str]:
    """The days that pages show when nobody has chosen others."""
    today = datetime.now(KOLKATA).date()
    return {"from_date": str(today - timedelta(days=n - 1)), "to_date": str(today)}


def test_a_campaign_is_tracked_from_its_sync_to_its_roas(marketer: Visitor, demo: Site) -> None:
    page = marketer.go("/app/meta-ads/campaigns").page
    marketer.button("Sync Campaigns").click()
    has_run(marketer, "Read from Meta.")
    totals = demo.get("/admin/meta-ads/campaigns/totals", platform="meta", **last_days())["totals"]
    expect(card(page.locator("#adp-content"), "Spend")).to_have_attribute(
        "title", formats.money(totals["spend"], "INR")
    )

    marketer.go("/app/ad-planning/goals")
    marketer.button("New goal").first.click()
    marketer.field("name").fill("Purchase with value > ₹500")
    marketer.field("conditions.min_value").fill("500")
    marketer.button("Create goal").first.click()
    marketer.is_told("Goal “Purchase with value > ₹500” created")

    campaign = demo.get("/admin/meta-ads/campaigns", limit=1)["campaigns"][0]
    for n, value in enumerate((499, 4999)):
        demo.post(
            "/web/ad-planning/track-conversion",
            website_id=WEBSITE_ID, visitor_id="came-by-the-campaign", conversion_type="purchase",
            conversion_value=value, currency="INR", order_id=f"followed-{n}", utm_source="facebook",
            utm_campaign=campaign["name"],
        )  # fmt: skip
    marketer.go("/app/ad-planning/conversions")
    assert marketer.column("Value")[:2] == ["₹4,999.00", "₹499.00"]
    assert marketer.column("Campaign")[0] == campaign["name"]
    marketer.go("/app/ad-planning/goals")
    goal = next(one for one in demo.get(f"{API}/goals")["goals"] if one["name"].startswith("Purchase with value"))
    at = marketer.column("Goal").index(goal["name"])
    assert marketer.column("Completions")[at] == formats.number(goal["completions"]["count"]) != "0"

    marketer.go("/app/ad-planning/attribution")
    matched = card(page.locator("#adp-content"), "Matched")
    expect(matched).to_have_text(re.compile("%"))
    before = matched.inner_text()
    marketer.button("Resolve Attributions").click()
    marketer.is_told(re.compile(r"\d+ touchpoints matched to their campaign"))
    expect(matched).not_to_have_text(before)
    assert demo.get(f"{API}/attribution/stats")["totals"]["resolution_rate"] > float(before.strip("%"))

    found = demo.get(f"{API}/metrics", **last_days())["metrics"]
    dialog = metrics(marketer)
    headlines = dialog.locator("[aria-label='Headline numbers']")
    expect(card(headlines, "ROAS")).to_have_text(formats.times(found["roas"]["value"]))
    expect(card(headlines, "Total Conversions")).to_have_text(formats.number(found["conversions"]["value"]))
    expect(card(headlines, "Ad Spend")).to_have_attribute("title", formats.money(found["ad_spend"]["value"], "INR"))
    top = section(dialog, "Meta Ads Performance").locator(".adp-short tbody tr")
    expect(top).to_have_count(3)
    name = top.first.get_by_role("link").inner_text()
    top.first.get_by_role("link").click()
    expect(marketer.heading).to_have_text(name)


def test_an_experiment_is_run_from_its_creation_to_its_winner(marketer: Visitor, demo: Site) -> None:
    page = marketer.go("/app/ad-planning/experiments").page
    marketer.button("Create Experiment").first.click()
    marketer.field("name").fill("Summer Banner vs Winter Banner")
    marketer.field("description").fill("Testing seasonal creative performance")
    marketer.field("target_sample_size").fill("1000")
    lines = page.locator(".v-overlay--active .adp-form .adp-line")
    lines.nth(0).locator("input").nth(0).fill("Winter banner")
    lines.nth(1).locator("input").nth(0).fill("Summer banner")
    marketer.button("Create experiment").click()
    marketer.is_told("“Summer Banner vs Winter Banner” is created.")
    expect(marketer.heading).to_have_text("Summer Banner vs Winter Banner")
    expect(marketer.button("Delete")).to_be_visible()
    expect(marketer.button("Stop")).to_have_count(0)
    marketer.button("Start").click()
    page.locator(".v-overlay--active").get_by_role("button", name="Start").click()
    marketer.is_told("is running")
    expect(marketer.button("Delete")).to_have_count(0)

    path = marketer.path.removeprefix("/app")
    variants = demo.get(f"/admin{path}")["experiment"]["variants"]
    told = [
        {"variant": variant["id"], "subjects": 2000, "conversions": n}
        for variant, n in zip(variants, (160, 240), strict=True)
    ]
    assert demo.post(f"/admin{path}/observations", observations=told)["accepted"] == 2
    marketer.go("/app/ad-planning/experiments")
    page.get_by_role("link", name="Summer Banner vs Winter Banner").click()
    results = demo.get(f"/admin{path}/results")
    content = page.locator("#adp-content")
    expect(card(content, "Winter banner")).to_have_text("8.00%")
    expect(card(content, "Summer banner")).to_have_text("12.00%")
    expect(content.locator(".adp-kpi", has_text="Summer banner")).to_contain_text("Significantly better")
    expect(content).to_contain_text(re.compile(r"Lift\s*\+50\.0%"))
    expect(page.locator(".adp-notices")).to_contain_text(results["recommendation"])

    marketer.button("Stop").click()
    marketer.field("reason").fill("It is decided")
    marketer.button("Stop the experiment").click()
    marketer.is_told("is completed")
    expect(page.locator("aside")).to_contain_text("Summer banner")
    assert demo.get(f"/admin{path}")["experiment"]["status"] == "completed"


def test_a_segment_is_built_from_its_rules_to_its_members(marketer: Visitor, demo: Site) -> None:
    page = marketer.go("/app/ad-planning/segments").page
    # An empty list offers the same once more.
    marketer.button("Create Segment").first.click()
    marketer.field("name").fill("Loyal and recent")
    add_rule(marketer, "criteria.rules[0]", "Orders", "is more than", "5")
    add_rule(marketer, "criteria.rules[1]", "Last order", "is within the last", "30")
    expect(page.locator(".adp-rule-count strong")).to_have_text(re.compile(r"^\d+ of [\d,]+ customers match$"))
    marketer.button("Create").click()
    marketer.is_told("“Loyal and recent” is built", RUN_MS)
    page.get_by_role("link", name="Loyal and recent").click()
    expect(marketer.heading).to_have_text("Loyal and recent")
    marketer.button("Rebuild").click()
    marketer.is_told("“Loyal and recent” is built", RUN_MS)

    [made] = [one for one in demo.get(f"{API}/segments")["segments"] if one["name"] == "Loyal and recent"]
    members = demo.get(f"{API}/segments/{made['id']}/members")
    n = members["count"]
    expect(page.get_by_label("Members", exact=True).locator("tbody tr")).to_have_count(min(n, 25))
    expect(card(page.locator("#adp-content"), "Members")).to_have_text(formats.number(n))
    for member in members["members"][:3]:
        orders = demo.get(f"{API}/conversions", person_id=member["person_id"], conversion_type="purchase")["count"]
        assert orders > 5


def test_the_funnel_is_analysed_from_its_drop_off_to_the_events_behind_it(marketer: Visitor, demo: Site) -> None:
    funnel = demo.get(f"{API}/journeys/funnel", **last_days())["funnel"]
    dialog = metrics(marketer)
    rows = section(dialog, "Customer Funnel").locator("tbody tr")
    expect(rows).to_have_count(len(funnel))
    for n, stage in enumerate(funnel):
        expect(rows.nth(n)).to_contain_text(formats.number(stage["count"]))
        if stage["dropoff_rate"]:
            # The API's own rate is rounded already; rounded twice it may differ in the last place.
            lost = 1 - stage["count"] / funnel[n - 1]["count"]
            assert stage["dropoff_rate"] == pytest.approx(100 * lost, abs=0.01)
            expect(rows.nth(n)).to_contain_text(f"−{formats.percent(lost)}")
    page = marketer.page
    rows.filter(has_text="Intent").get_by_role("link").click()
    expect(marketer.heading).to_have_text("Customer journeys")
    assert set(marketer.column("Stage")) == {"Intent"}
    events = set(marketer.column("Event"))
    marketer.choose(marketer.filter("Event type").locator(".v-field"), sorted(events)[0])
    expect(page).to_have_url(re.compile("stage=intent"))
    expect(page).to_have_url(re.compile("event_type="))
    assert set(marketer.column("Event")) == {sorted(events)[0]}


def test_leads_are_followed_from_their_sync_to_their_conversion(marketer: Visitor, demo: Site) -> None:
    page = marketer.go("/app/meta-ads/leads").page
    marketer.button("Sync Leads").click()
    has_run(marketer, "Read from Meta.")
    content = page.locator("#adp-content")
    expect(card(content, "Leads")).to_have_text(str(N_LEADS))

    n_lately = len(_leads(demo))
    pipeline = section(metrics(marketer), "Lead Pipeline")
    expect(pipeline.locator(".adp-pipeline-stages li").first).to_contain_text(
        re.compile(rf"New\s*{n_lately}\s+100\.0%")
    )
    top = pipeline.locator(".adp-short tbody tr").first
    by_campaign: dict[str, int] = {}
    for lead in _leads(demo):
        campaign = lead["campaign_name"] or "No campaign is known"
        by_campaign[campaign] = by_campaign.get(campaign, 0) + 1
    expect(top).to_contain_text(f"{max(by_campaign.values())} (")
    assert by_campaign[top.locator("td").first.inner_text().strip()] == max(by_campaign.values())

    marketer.go("/app/meta-ads/leads?view=board")
    first = page.locator('[data-lane="new"] .adp-lane-card').first
    name = str(first.get_by_role("button").first.get_attribute("aria-label")).removeprefix("Move: ")
    for lane, status in (("new", "Contacted"), ("contacted", "Qualified"), ("qualified", "Converted")):
        moved = page.locator(f'[data-lane="{lane}"]').get_by_role("button", name=f"Move: {name}", exact=True)
        marketer.choose(moved.first, status)
        if status == "Converted":
            marketer.field("actual_value").fill("12500")
            marketer.button("Save changes").click()
        marketer.is_told(f"{name}: {status.lower()}.")
        expect(page.locator(f'[data-lane="{status.lower()}"]')).to_contain_text(name)
    assert demo.get("/admin/meta-ads/leads", limit=1, status="converted")["count"] == 1
    marketer.go("/app/ad-planning/conversions?conversion_type=lead_form_submission")
    assert "₹12,500.00" in marketer.column("Value")


def pick(marketer: Visitor, opener: Locator, choice: str) -> None:
    """Choose with the keyboard: no page that moves meanwhile takes the list from under it."""
    opener.press("Enter")
    listed = marketer.page.locator(".v-overlay--active .v-list-item")
    listed.filter(has_text=re.compile(rf"^{re.escape(choice)}$")).press("Enter")


def _leads(demo: Site) -> list[dict[str, Any]]:
    days = last_days()
    return list(demo.get("/admin/meta-ads/leads", limit=200, since=days["from_date"], until=days["to_date"])["leads"])
