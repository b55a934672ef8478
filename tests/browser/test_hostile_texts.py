from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES
from tests.browser.pages import PAGES, at
from tests.browser.shop import HOSTILE
from tests.browser.site import Site
from tests.browser.visitor import Visitor


def shown(visitor: Visitor) -> str:
    return " ".join((visitor.page.locator("#adp-content").text_content() or "").split())


@pytest.mark.parametrize(
    "name",
    [
        "conversions",
        "goals",
        "attribution",
        "attribution-report",
        "journeys",
        "segments",
        "leads",
        "meta-connection",
        "import",
        "batch-runs",
    ],
)
def test_a_list_shows_hostile_texts_as_they_are(analyst: Visitor, name: str) -> None:
    text = shown(at(analyst, name))
    for words in HOSTILE:
        assert " ".join(words.split()) in text


def test_hostile_names_of_campaigns_wait_as_they_are(analyst: Visitor, site: Site) -> None:
    at_ = datetime.now(UTC)
    with write_transaction(site.engine) as connection:
        for n, words in enumerate(HOSTILE):
            connection.execute(
                insert(TABLES["touchpoints"]).values(
                    id=f"touch_waiting{n}", analytics_session_id=f"waiting{n}", visitor_id=f"waiting{n}",
                    platform="generic", utm_source="late", utm_campaign=f"{words} 2031q{n}", is_resolved=False,
                    resolution_method="unresolved", session_pageviews=1, is_bot=False, session_started_at=at_,
                    attributed_at=at_,
                )
            )  # fmt: skip
    text = shown(at(analyst, "campaign-names"))
    for words in HOSTILE:
        assert " ".join(words.split()) in text


@pytest.mark.parametrize(
    "kind",
    [
        "ad-planning/conversions/conv",
        "ad-planning/goals/goal",
        "ad-planning/attribution/touch",
        "ad-planning/batch-runs/run",
        "ad-planning/journeys/person",
        "ad-planning/segments/seg",
        "meta-ads/leads/lead",
        "meta-ads/campaigns/camp",
        "social-posts/post",
    ],
)
def test_a_record_shows_hostile_texts_as_they_are(analyst: Visitor, kind: str) -> None:
    for n, words in enumerate(HOSTILE):
        analyst.go(f"/app/{kind}_hostile{n}")
        expect(analyst.page.locator(".adp-details dd").first).to_be_visible()
        assert " ".join(words.split()) in shown(analyst)
        analyst.check()


def test_a_hostile_text_is_only_text_in_a_question_a_form_and_a_message(analyst: Visitor) -> None:
    words = HOSTILE[0]
    page = analyst.go("/app/ad-planning/goals/goal_hostile0").page
    analyst.button("Delete").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(f"Delete the goal “{words}”?")
    question.get_by_role("button", name="Cancel").click()
    analyst.button("Edit").click()
    expect(page.locator(".adp-form h2")).to_have_text(f"Change “{words}”")
    expect(analyst.field("name")).to_have_value(words)
    analyst.button("Cancel").click()

    analyst.go(f"/app/ad-planning/conversions?conversion_type={words.replace('=', '%3D')}")
    expect(page.locator(".adp-ribbon")).to_contain_text(words)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_page_of_ours(analyst: Visitor, name: str) -> None:
    links = at(analyst, name).page.locator("a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert links
    assert [link for link in links if not (link.startswith("/app/") or link == "#adp-content")] == []


def test_nothing_but_our_own_scripts_may_run(analyst: Visitor) -> None:
    with analyst.site.client() as stranger:
        headers = stranger.get("/sign-in").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    with analyst.page.expect_response(lambda one: one.url.endswith("/app/ad-planning/goals")) as loaded:
        analyst.load("/app/ad-planning/goals")
    policy = dict(part.strip().split(" ", 1) for part in loaded.value.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http:" not in policy["script-src"]
    assert "https:" not in policy["script-src"]
    assert "*" not in policy["script-src"]
    own = analyst.site.origin.removeprefix("http://")
    assert set(policy["connect-src"].split()) == {"'self'", "blob:", "data:", f"ws://{own}", f"wss://{own}"}
    refused = analyst.page.evaluate("fetch('http://canary.invalid/').then(() => 'left', (fault) => String(fault))")
    assert refused != "left"
    analyst.expected += ["canary.invalid", "violates the following Content Security Policy"]
    analyst.asked[:] = [url for url in analyst.asked if "canary.invalid" not in url]
