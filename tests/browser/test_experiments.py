"""Experiments as somebody plans, watches and ends them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from adplanning.core.vocabulary import Role
from tests.browser.conftest import NewVisitor
from tests.browser.messages import wired
from tests.browser.shop import HOSTILE
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.ui.pages.experimented import add_experiment, banner, experiments

LIST = "/app/ad-planning/experiments"
DIALOG = ".v-overlay--active .adp-form"


def test_an_experiment_is_planned_with_its_sample_size_created_and_started(analyst: Visitor, site: Site) -> None:
    page = analyst.go(LIST).page
    analyst.button("Create Experiment").click()
    analyst.field("name").fill("Spring page vs autumn page")
    analyst.field("hypothesis").fill("Spring sells")
    analyst.field("minimum_detectable_effect").fill("20")
    analyst.field("baseline").fill("5")
    analyst.field("daily_subjects").fill("1000")
    expect(page.locator(f"{DIALOG} .adp-kpi", has_text="Per variant")).to_contain_text("8,158")
    expect(page.locator(f"{DIALOG} .adp-kpi", has_text="Days")).to_contain_text("17")
    analyst.field("daily_subjects").fill("2000")
    expect(page.locator(f"{DIALOG} .adp-kpi", has_text="Days")).to_contain_text("9")
    analyst.button("Use as target").click()
    expect(analyst.field("target_sample_size")).to_have_value("16316")
    expect(analyst.field("name")).to_have_value("Spring page vs autumn page")

    lines = page.locator(f"{DIALOG} .adp-line")
    lines.nth(0).locator("input").nth(1).fill("70")
    lines.nth(0).locator("input").nth(1).blur()
    expect(page.locator(DIALOG).get_by_text("the weights add to 120; they must add to 100")).to_be_visible()
    lines.nth(1).locator("input").nth(1).fill("30")
    lines.nth(1).locator("input").nth(2).fill("headline = Spring")
    analyst.button("Create experiment").click()
    analyst.is_told("“Spring page vs autumn page” is created.")

    expect(analyst.heading).to_have_text("Spring page vs autumn page")
    [made] = [one for one in experiments(site.engine).values() if one.name == "Spring page vs autumn page"]
    assert (made.target_sample_size, made.hypothesis, made.status) == (16_316, "Spring sells", "draft")
    assert [(one["weight"], one["config"]) for one in made.variants] == [(70, None), (30, {"headline": "Spring"})]
    analyst.button("Start").click()
    page.locator(".v-overlay--active").get_by_role("button", name="Start").click()
    analyst.is_told("is running")
    expect(analyst.button("Pause")).to_be_visible()
    assert experiments(site.engine)[made.id].status == "running"


def test_the_variants_of_an_ad_experiment_are_chosen_from_campaigns(analyst: Visitor, site: Site) -> None:
    page = analyst.go(LIST).page
    analyst.button("Create Experiment").click()
    analyst.field("name").fill("Two campaigns")
    analyst.choose(page.locator('[data-key="source"] .v-field'), "Campaigns")
    for place in (0, 1):
        field = page.locator(f"{DIALOG} .adp-line").nth(place).get_by_label("Campaigns")
        field.click()
        page.locator(".v-overlay--active .v-list-item").nth(place).click()
        page.keyboard.press("Tab")
    analyst.button("Create experiment").click()
    analyst.is_told("“Two campaigns” is created.")
    [made] = [one for one in experiments(site.engine).values() if one.name == "Two campaigns"]
    assert [len(one["source_ids"]) for one in made.variants] == [1, 1]
    assert made.variants[0]["source_ids"] != made.variants[1]["source_ids"]


def test_what_was_found_is_read_and_the_experiment_ended(analyst: Visitor, site: Site) -> None:
    made = banner(site.engine)
    page = analyst.go(f"{LIST}/{made}").page
    expect(page.locator(".adp-kpi", has_text="Summer banner")).to_contain_text("12.80%")
    expect(page.locator(".adp-kpi", has_text="Summer banner")).to_contain_text("Significantly better")
    expect(page.locator("aside")).to_contain_text("Chance to beat the control")
    expect(page.locator(".adp-chart-place svg.marks")).to_have_count(1)
    expect(page.get_by_text("go by the always-valid results only")).to_be_visible()
    analyst.button("Stop").click()
    analyst.field("reason").fill("The summer is over")
    analyst.button("Stop the experiment").click()
    analyst.is_told("is completed")
    expect(page.locator("aside")).to_contain_text("The summer is over")
    expect(analyst.button("Stop")).to_have_count(0)
    assert experiments(site.engine)[made].winner == "treatment"


def test_the_list_is_filtered_and_its_state_is_in_the_address(analyst: Visitor, site: Site) -> None:
    add_experiment(site.engine, "Waits for its filter")
    page = analyst.go(LIST).page
    analyst.choose(analyst.filter("Status").locator(".v-field"), "Draft")
    expect(page.get_by_role("link", name="Waits for its filter")).to_be_visible()
    assert analyst.path == f"{LIST}?status=draft"
    assert set(analyst.column("Status")) == {"Draft"}


@pytest.mark.parametrize("place", [0, 2])
def test_hostile_names_are_only_text(analyst: Visitor, place: int) -> None:
    page = analyst.go(f"{LIST}/exp_hostile{place}").page
    expect(analyst.heading).to_have_text(HOSTILE[place])
    expect(page.locator(".adp-notices")).to_contain_text(HOSTILE[place])
    expect(page.locator(".adp-chart-place svg.marks")).to_have_count(3)
    expect(page.locator("aside")).to_contain_text(f"by {HOSTILE[place]}")


def test_a_viewer_reads_and_forged_messages_change_nothing(fresh: NewVisitor, site: Site) -> None:
    made = banner(site.engine)
    viewer = fresh(Role.viewer).load(f"{LIST}/{made}")
    before = site.counts()
    for address in (LIST, f"{LIST}/{made}"):
        viewer.go(address)
        expect(viewer.page.locator(".adp-table").first).to_be_visible()
        for name in ("Create Experiment", "Update all", "Update now", "Start", "Pause", "Stop", "Edit", "Delete"):
            expect(viewer.button(name)).to_have_count(0)
        with wired(site, viewer.token, viewer.kernel) as wire:
            for comm in wire.comms():
                for event, data in (
                    ("submit", {"values": {"name": "forged", "reason": "forged"}}),
                    ("act", {"name": "stop"}),
                    ("act", {"name": "pause"}),
                    ("act", {"name": "update"}),
                    ("answered", {"n": 1, "yes": True}),
                ):
                    wire.event(comm, event, data)
            assert wire.comms()
    assert site.counts() == before
    assert experiments(site.engine)[made].status == "running"
