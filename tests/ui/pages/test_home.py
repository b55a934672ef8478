"""The landing page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from adplanning.alerts.fields import RuleChange, RuleFields
from adplanning.alerts.service import change_rule, create_rule
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.periods import Period
from adplanning.core.vocabulary import AlertKind, Role
from adplanning.metrics.figures_service import period_figures
from adplanning.store.session import reading, write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.cards import Cards
from adplanning.ui.catalogue import HOME, PAGES, address_of
from adplanning.ui.dialog import Dialog
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.chosen_days import days_asked
from adplanning.ui.pages.home import home
from adplanning.ui.pages.period_picker import PeriodPicker
from adplanning.ui.visit import Visit
from tests.leads.arrived import ASHA, received
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, bought, campaign, day
from tests.ui.visiting import NotingFrame, send, the

NOW = datetime(2026, 10, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: NOW)


def shown(widgets: Any) -> dict[str, dict[str, Any]]:
    return {card["href"]: card for group in the(Cards, list(widgets)).groups for card in group["cards"]}


def words(cards: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {slug: badge["text"] for slug in PAGES if slug != HOME and (badge := cards[address_of(slug)]["badge"])}


def test_every_module_has_its_card_at_once_and_its_number_later(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = home(new_visit(shop_engine))
    at_once = shown(widgets)
    assert list(at_once) == [address_of(slug) for slug in PAGES if slug != HOME]
    assert all(card["badge"] is None for card in at_once.values())
    frame.catch_up()
    conversions = TABLES["conversions"].c
    with reading(shop_engine) as session:
        n = session.scalar(
            select(func.count()).where(
                conversions.is_bot.is_(False),
                conversions.converted_at >= datetime(2026, 10, 1, 18, 30, tzinfo=UTC),
                conversions.converted_at < datetime(2026, 10, 31, 18, 30, tzinfo=UTC),
            )
        )
        n_goals = session.scalar(select(func.count()).where(TABLES["goals"].c.is_active))
    said = words(shown(widgets))
    assert said["ad-planning/conversions"] == f"{n} in the last 30 days"
    assert said["ad-planning/goals"] == f"{n_goals} active"
    assert said["ad-planning/attribution"].endswith("% of touchpoints matched")
    assert re.fullmatch(r"Credited ROAS [\d.]+× in the last 30 days", said["ad-planning/attribution-report"])
    assert re.fullmatch(r"\d+ names wait", said["ad-planning/campaign-names"])


def test_an_empty_store_is_said_on_each_card(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = home(new_visit(engine, Role.viewer))
    frame.catch_up()
    assert words(shown(widgets)) == {
        "ad-planning/conversions": "0 in the last 30 days",
        "ad-planning/goals": "None yet",
        "ad-planning/attribution": "No touchpoint in the last 30 days",
        "ad-planning/attribution-report": "No credited ROAS for the last 30 days",
        "ad-planning/campaign-names": "No name waits",
        "ad-planning/journeys": "Nobody in the last 30 days",
        "ad-planning/sentiment": "No text in the last 30 days",
        "ad-planning/segments": "None yet",
        "ad-planning/scores": "Nobody scored yet",
        "ad-planning/experiments": "None yet",
        "ad-planning/forecasts": "None yet",
        "ad-planning/metrics": "No ROAS for the last 30 days",
        "ad-planning/alerts": "Nothing is watched",
        "ad-planning/settings": "INR, Asia/Kolkata",
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


def test_what_comes_back_for_what_was_spent_is_said_on_the_card_of_the_metrics(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    account(engine)
    day(engine, campaign(engine, "Quilts"), date(2026, 10, 20), 300)
    assert badge_of("metrics", new_visit(engine), frame)["text"] == "No ROAS for the last 30 days"
    bought(engine, 150)
    badge = badge_of("metrics", new_visit(engine), frame)
    assert (badge["text"], badge["colour"]) == ("ROAS 0.50×: below its cost", "red")


def test_the_card_of_conversions_and_the_metrics_tell_one_number(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    visit = new_visit(shop_engine)
    days = days_asked(visit, Period()).period(visit.settings.zone)
    found = period_figures(
        shop_engine,
        days,
        currency="INR",
        zone=visit.settings.zone,
        public_revenue=visit.settings.public_revenue,
        names=["conversions"],
    )
    n = found["conversions"].value
    assert n
    assert badge_of("conversions", visit, frame)["text"] == f"{n:,.0f} in the last 30 days"


def test_nothing_is_called_quiet_that_nobody_watches(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    assert badge_of("alerts", new_visit(engine), frame)["text"] == "Nothing is watched"
    with writing(engine) as session:
        given = RuleFields(name="ROAS", kind=AlertKind.below, metric="roas", threshold=1)
        rule = create_rule(session, given, currency="INR", created_by=None, now=NOW)
    assert badge_of("alerts", new_visit(engine), frame)["text"] == "All quiet"
    with writing(engine) as session:
        change_rule(session, rule.id, RuleChange(is_active=False), now=NOW)
    assert badge_of("alerts", new_visit(engine), frame)["text"] == "Nothing is watched"


def badge_of(page: str, visit: Visit, frame: NotingFrame) -> dict[str, Any]:
    """What is said on a card of the landing page."""
    widgets = home(visit)
    frame.catch_up()
    badge: dict[str, Any] = shown(widgets)[address_of(f"ad-planning/{page}")]["badge"]
    return badge


@pytest.mark.parametrize("role", list(Role))
def test_the_metrics_open_over_the_page_for_everybody(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, role: Role
) -> None:
    widgets = list(home(new_visit(shop_engine, role)))
    dialog, button = the(Dialog, widgets), the(MainButton, widgets)
    assert (button.title, dialog.shown, dialog.body) == ("View Metrics", False, [])
    send(button, "press")
    assert dialog.shown
    frame.catch_up()
    assert the(Kpis, dialog.body).items[0]["label"] == "Ad Spend"
    send(the(PeriodPicker, dialog.body), "choose", {"name": "7"})
    assert frame.kept == [{"metrics": "1", "from_date": "2026-10-25", "to_date": "2026-10-31"}]


def test_in_jupyterlab_the_button_goes_to_the_page_of_the_metrics(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    frame.served = False
    widgets = list(home(new_visit(shop_engine)))
    send(the(MainButton, widgets), "press")
    assert (frame.gone_to, the(Dialog, widgets).shown) == ([address_of("ad-planning/metrics")], False)


def test_a_fresh_install_is_told_its_first_steps_and_one_in_use_is_not(
    engine: Engine, shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    def groups(of: Engine) -> list[str]:
        widgets = list(home(new_visit(of)))
        frame.catch_up()
        return [group["title"] for group in the(Cards, widgets).groups]

    assert groups(engine)[0] == "First steps"
    assert "First steps" not in groups(shop_engine)
