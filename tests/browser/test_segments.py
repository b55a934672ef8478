from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from adplanning.core.vocabulary import Role
from tests.browser.conftest import NewVisitor
from tests.browser.messages import wired
from tests.browser.shop import HOSTILE
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.ui.pages.segmented import add_segment, fill_customers, members, segments

LIST = "/app/ad-planning/segments"
DIALOG = ".v-dialog.v-overlay--active"


def pick(visitor: Visitor, box: Locator, words: str) -> None:
    """Choose from a list by clicking; what it is called stands above what is said of it."""
    box.click()
    title = visitor.page.locator(".v-overlay--active .v-list-item-title", has_text=re.compile(f"^{re.escape(words)}$"))
    title.click()
    expect(title).to_be_hidden()


def add_rule(visitor: Visitor, at: str, field: str, comparison: str, *values: str, group: bool = False) -> None:
    """Add a rule, to the outermost group or with a new one, and fill it in."""
    visitor.page.get_by_role("button", name="Add group" if group else "Add Rule", exact=True).click()
    rule = visitor.page.locator(f'[data-rule="{at}"]')
    pick(visitor, rule.locator(".adp-rule-field .v-field"), field)
    pick(visitor, rule.locator(".adp-rule-operator .v-field"), comparison)
    for n, value in enumerate(values):
        rule.locator(".adp-rule-value input").nth(n).fill(value)


def count(visitor: Visitor) -> Locator:
    return visitor.page.locator(".adp-rule-count strong")


def test_more_than_five_orders_and_the_last_within_thirty_days_is_exactly_the_right_people(
    analyst: Visitor, site: Site
) -> None:
    fill_customers(site.engine)
    page = analyst.go(LIST).page
    analyst.button("Create Segment").click()
    expect(count(analyst)).to_have_text(re.compile(r"^(\d+) of \1 customers match$"))
    analyst.button("Create").click()
    expect(analyst.fault_of("name")).to_have_text("Fill this in.")
    analyst.field("name").fill("Loyal and recent")

    add_rule(analyst, "criteria.rules[0]", "Orders", "is more than", "5")
    expect(count(analyst)).to_have_text(re.compile(r"^3 of "))
    add_rule(analyst, "criteria.rules[1]", "Last order", "is within the last", "30")
    expect(count(analyst)).to_have_text(re.compile(r"^2 of "))
    expect(page.locator(".adp-rule-count")).to_contain_text("Such as Asha, Ravi")
    expect(page.locator(".adp-rule-words")).to_contain_text("Last order is within the last 30 days")
    analyst.button("Create").click()
    analyst.is_told("“Loyal and recent” is built: 2 match, 2 came, 0 went.")

    made = segments(site.engine)["Loyal and recent"]
    assert members(site.engine, made.id) == {"asha": "rule_match", "ravi": "rule_match"}
    page.get_by_role("link", name="Loyal and recent").click()
    expect(analyst.heading).to_have_text("Loyal and recent")
    expect(page.locator("dd", has_text="Orders is more than 5")).to_be_visible()
    table = page.get_by_label("Members", exact=True)
    expect(table.locator("tbody tr")).to_have_count(2)
    assert {text.strip() for text in table.locator("td:nth-child(1)").all_inner_texts()} == {
        "asha@example.in", "ravi@example.in",
    }  # fmt: skip


def test_groups_may_stand_in_one_another_and_a_rule_that_lacks_something_says_what(
    analyst: Visitor, site: Site
) -> None:
    page = analyst.go(LIST).page
    analyst.button("Create Segment").click()
    analyst.field("name").fill("Neither new nor from Pune")
    add_rule(analyst, "criteria.rules[0]", "Orders", "is at least", "1")
    add_rule(analyst, "criteria.groups[0].rules[0]", "City", "is", "Pune", group=True)
    pick(analyst, page.locator(".adp-rule-logic .v-field").nth(1), "Not all")
    expect(page.locator(".adp-rule-words")).to_contain_text("Not all of these hold:")

    page.get_by_role("button", name="Add a rule to this group").click()
    expect(count(analyst)).to_have_text("Complete the rules to see who matches.")
    analyst.button("Create").click()
    expect(page.locator(DIALOG).get_by_text("A rule is not complete; see below what is missing.")).to_be_visible()
    lacking = page.locator('[data-rule="criteria.groups[0].rules[1]"]')
    expect(lacking.get_by_text("Choose what the rule asks about.")).to_be_visible()
    expect(lacking.locator(".adp-rule-field input").first).to_be_focused()
    lacking.get_by_role("button", name="Remove rule 2").click()

    add_rule(analyst, "criteria.rules[1]", "Orders", "is less than", "1")
    expect(page.locator(".adp-rule-contradiction")).to_contain_text("Nobody can meet both")
    page.locator('[data-rule="criteria.rules[1]"] .adp-rule-value input').fill("7")
    expect(page.locator(".adp-rule-contradiction")).to_have_count(0)
    page.locator('[data-rule="criteria.rules[1]"] .adp-rule-value input').press("Enter")
    analyst.is_told("“Neither new nor from Pune” is built")
    made = segments(site.engine)["Neither new nor from Pune"].criteria
    assert [(rule["operator"], rule["value"]) for rule in made["rules"]] == [(">=", "1"), ("<", "7")]
    [group] = made["groups"]
    assert (group["logic"], [rule["value"] for rule in group["rules"]]) == ("NOT", ["Pune"])


def test_a_field_and_an_operator_are_found_by_their_names_of_the_api(analyst: Visitor) -> None:
    page = analyst.go(LIST).page
    analyst.button("Create Segment").click()
    analyst.button("Add Rule").click()
    rule = page.locator('[data-rule="criteria.rules[0]"]')
    for field, operator, words in (
        ("total_orders", "greater_than", "Orders is more than 5"),
        ("last_order_date", "within_days", "Last order is within the last 5 days"),
    ):
        # What is typed takes the place of what was chosen before.
        for label, typed in (("Field", field), ("Operator", operator)):
            rule.get_by_label(label).click()
            page.keyboard.type(typed)
            expect(page.locator(".v-overlay--active .v-list-item")).to_have_count(1)
            page.keyboard.press("Enter")
        rule.get_by_label("Value").fill("5")
        expect(page.locator(".adp-rule-words")).to_contain_text(words)
    analyst.button("Cancel").click()


def test_escape_closes_the_form_and_nothing_is_made(analyst: Visitor, site: Site) -> None:
    before = site.counts()["segments"]
    page = analyst.go(LIST).page
    analyst.button("Create Segment").click()
    analyst.field("name").fill("Not to be made")
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)
    assert site.counts()["segments"] == before


def test_hostile_rules_are_only_text_in_the_form(analyst: Visitor) -> None:
    page = analyst.go(f"{LIST}/seg_hostile0").page
    analyst.button("Edit").click()
    rule = page.locator('[data-rule="criteria.rules[0]"]')
    expect(rule.locator(".adp-rule-field")).to_contain_text(HOSTILE[0])
    expect(rule.locator(".adp-rule-value input")).to_have_value(HOSTILE[0])
    expect(page.locator(".adp-rule-words")).to_contain_text(HOSTILE[0])
    expect(count(analyst)).to_have_text(re.compile(r"^1 of \d+ customers match$"))
    analyst.button("Cancel").click()


def test_a_viewer_sees_who_is_in_it_and_forged_messages_change_nothing(fresh: NewVisitor, site: Site) -> None:
    segment_id = add_segment(site.engine, "Looked at")
    viewer = fresh(Role.viewer).load(f"{LIST}/{segment_id}")
    before = site.counts()
    for address in (LIST, f"{LIST}/{segment_id}"):
        viewer.go(address)
        expect(viewer.page.locator(".adp-table").first).to_be_visible()
        for name in ("Create Segment", "Rebuild all", "Rebuild", "Edit", "Delete", "Add a member", "Take out"):
            expect(viewer.button(name)).to_have_count(0)
        with wired(site, viewer.token, viewer.kernel) as wire:
            for comm in wire.comms():
                for event, data in (
                    ("change", {"criteria": {"rules": []}}),
                    ("submit", {"values": {"name": "forged", "segment_type": "custom", "email": "asha@example.in"}}),
                    ("act", {"name": "rebuild"}),
                    ("act", {"name": "remove", "id": "person_hostile0"}),
                    ("act", {"name": "delete"}),
                    ("take", {"key": "champions"}),
                    ("answered", {"n": 1, "yes": True}),
                ):
                    wire.event(comm, event, data)
            assert wire.comms()
    assert site.counts() == before
