"""The landing page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from adplanning.batch_lease import begin_run, end_run
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.cards import Cards
from adplanning.ui.catalogue import HOME, PAGES, address_of
from adplanning.ui.pages.home import home
from adplanning.ui.visit import Visit
from tests.leads.arrived import ASHA, received
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, campaign, day
from tests.ui.visiting import NotingFrame, the

NOW = datetime(2026, 10, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


def shown(widgets: Any) -> dict[str, dict[str, Any]]:
    return {card["href"]: card for group in the(Cards, list(widgets)).groups for card in group["cards"]}


def words(cards: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {
        slug: cards[address_of(slug)]["badge"]["text"] for slug, page in PAGES.items() if page.function and slug != HOME
    }


def test_every_module_has_its_card_at_once_and_its_number_later(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = home(new_visit(shop_engine))
    at_once = shown(widgets)
    assert list(at_once) == [address_of(slug) for slug in PAGES if slug != HOME]
    assert all(card["badge"] is None for card in at_once.values() if card["built"])
    frame.catch_up()
    conversions = TABLES["conversions"].c
    with reading(shop_engine) as session:
        n = session.scalar(
            select(func.count()).where(
                conversions.is_bot.is_(False),
                conversions.converted_at > datetime(2026, 10, 1, 12, tzinfo=UTC),
                conversions.converted_at <= NOW,
            )
        )
        n_goals = session.scalar(select(func.count()).where(TABLES["goals"].c.is_active))
    said = words(shown(widgets))
    assert said["ad-planning/conversions"] == f"{n} in the last 30 days"
    assert said["ad-planning/goals"] == f"{n_goals} active"
    assert said["ad-planning/attribution"].endswith("% of touchpoints matched")
    assert re.fullmatch(r"ROAS [\d.]+× in the last 30 days", said["ad-planning/attribution-report"])
    assert re.fullmatch(r"\d+ names wait", said["ad-planning/campaign-names"])


def test_an_empty_store_is_said_on_each_card(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = home(new_visit(engine, Role.viewer))
    frame.catch_up()
    assert words(shown(widgets)) == {
        "ad-planning/conversions": "0 in the last 30 days",
        "ad-planning/goals": "None yet",
        "ad-planning/attribution": "No touchpoint in the last 30 days",
        "ad-planning/attribution-report": "No ROAS for the last 30 days",
        "ad-planning/campaign-names": "No name waits",
        "ad-planning/journeys": "Nobody in the last 30 days",
        "ad-planning/sentiment": "No text in the last 30 days",
        "ad-planning/segments": "None yet",
        "ad-planning/scores": "Nobody scored yet",
        "ad-planning/experiments": "None yet",
        "ad-planning/forecasts": "None yet",
        "meta-ads/campaigns": "None yet",
        "meta-ads/leads": "None yet",
        "meta-ads/connection": "No access token",
        "social-posts": "None yet",
        "ad-planning/import": "None yet",
        "ad-planning/batch-runs": "None yet",
    }


def test_what_the_campaigns_cost_lately_is_said_with_what_has_no_rate(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    def said() -> str:
        widgets = home(new_visit(engine))
        frame.catch_up()
        return str(shown(widgets)[address_of("meta-ads/campaigns")]["badge"]["text"])

    account(engine)
    quilts = campaign(engine, "Quilts")
    day(engine, quilts, date(2026, 10, 1), 70)
    day(engine, quilts, date(2026, 10, 2), 300)
    assert said() == "₹300 spent in the last 30 days"
    day(engine, quilts, date(2026, 10, 3), 5, currency="USD")
    assert said() == "₹300 and what has no rate spent in the last 30 days"


def test_the_last_run_is_said_with_its_end(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    begin_run(engine, "run_1", "attribute_conversions", {}, now=NOW, lease_s=60)
    end_run(engine, "run_1", status="failed", message="no spend", output_path=None, now=NOW)
    widgets = home(new_visit(engine))
    frame.catch_up()
    badge = shown(widgets)[address_of("ad-planning/batch-runs")]["badge"]
    assert (badge["text"], badge["colour"]) == ("Last: failed, 31 Oct 2026, 17:30", "red")


def test_leads_wait_until_somebody_has_answered_them(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    def said() -> str:
        widgets = home(new_visit(engine))
        frame.catch_up()
        return str(shown(widgets)[address_of("meta-ads/leads")]["badge"]["text"])

    received(engine, ASHA)
    assert said() == "1 to be contacted"
    with write_transaction(engine) as connection:
        connection.execute(update(TABLES["leads"]).values(status="lost"))
    assert said() == "Nobody waits"


def test_what_is_not_part_of_this_release_says_so(engine: Engine, new_visit: NewVisit) -> None:
    cards = shown(home(new_visit(engine)))
    later = [card for card in cards.values() if not card["built"]]
    assert later
    assert {card["badge"]["text"] for card in later} == {"Not part of this release"}
