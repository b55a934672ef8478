"""What rules find in the store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from adplanning.alerts.checking_service import Asked, Checked, Preview, check_rule, preview
from adplanning.alerts.rule import Rule
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.figures_service import campaign_figures, period_figures
from adplanning.store.session import reading
from tests.alerts.conftest import NOW, YESTERDAY, days_before, sold
from tests.telling import Tell, spent

WASTE = Rule(AlertKind.spend_without_conversions, None, 5000, "INR", of_each_campaign=True)
ROAS = Rule(AlertKind.below, "roas", 1.5, "INR")


def check(engine: Engine, rule: Rule, asked: Asked) -> Checked:
    with reading(engine) as session:
        return check_rule(engine, session, rule, asked)


def foreseen(engine: Engine, rule: Rule, asked: Asked) -> Preview:
    with reading(engine) as session:
        return preview(engine, session, rule, asked)


def test_a_campaign_that_spent_for_nothing_is_named_with_what_it_spent(shop: Engine, asked: Asked) -> None:
    # One was credited as of yesterday only when the run of today had begun.
    found = {one.subject: one for one in check(shop, WASTE, asked).findings}
    assert {name: one.fires for name, one in found.items()} == {"waste": True, "works": False}
    assert found["waste"].words == (
        "Diwali Retarget spent ₹12,400 in the 7 days to 28 Nov 2026 without a single conversion."
    )


def test_a_rule_of_one_campaign_looks_at_no_other(shop: Engine, asked: Asked) -> None:
    one = Rule(AlertKind.spend_without_conversions, None, 5000, "INR", ad_campaign_id="works")
    assert [(found.subject, found.fires) for found in check(shop, one, asked).findings] == [("works", False)]


def test_a_rule_sees_the_figures_that_every_page_shows(shop: Engine, asked: Asked) -> None:
    checked = check(shop, ROAS, asked)
    assert checked.window is not None
    usual = {"currency": "INR", "zone": asked.zone, "public_revenue": asked.public_revenue}
    shown = period_figures(shop, checked.window.period(asked.zone), names=["roas"], **usual)["roas"].value
    assert [one.value for one in checked.findings] == [pytest.approx(shown)] == [pytest.approx(2800 / 15900)]
    by_campaign = check(shop, Rule(AlertKind.above, "cpm", 0, "INR", of_each_campaign=True), asked)
    told = campaign_figures(shop, checked.window.period(asked.zone), names=["cpm"], **usual)
    assert {one.subject: one.value for one in by_campaign.findings} == {
        row["campaign_id"]: pytest.approx(row["cpm"] / 100) for row in told.iter_rows(named=True)
    }


def test_the_window_ends_with_the_last_day_that_was_read_whole(shop: Engine, asked: Asked, tell: Tell) -> None:
    """Read in the course of yesterday: only the day before was over, and yesterday's spend is not yet all of it."""
    tell("sync_streams", {"scope": "1", "stream": "campaign_insights", "watermark_on": YESTERDAY})
    checked = check(shop, WASTE, asked)
    assert checked.window is not None
    assert (checked.window.last_on, checked.waits_for) == (days_before(1), "Shop India")
    waste = next(one for one in checked.findings if one.subject == "waste")
    assert waste.words.startswith("Diwali Retarget spent ₹52,400 in the 7 days to 27 Nov 2026")


def test_what_was_read_too_long_ago_tells_nothing(shop: Engine, asked: Asked, tell: Tell) -> None:
    tell("sync_streams", {"scope": "1", "stream": "campaign_insights", "watermark_on": days_before(8)})
    checked = check(shop, ROAS, asked)
    assert checked.findings == ()
    assert checked.reason == "Shop India: read whole up to 19 Nov 2026 only; read the days since."


def test_without_any_spend_or_credit_nothing_is_told(any_engine: Engine, asked: Asked, tell: Tell) -> None:
    assert str(check(any_engine, ROAS, asked).reason).startswith("No ad platform has told any spend")
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop"})
    tell("campaigns", {"id": "a", "name": "A", "name_key": "a"})
    tell("daily_spend", spent("a", YESTERDAY, 100))
    assert check(any_engine, WASTE, asked).reason == (
        "No conversion was credited to a campaign yet; run attribute_conversions."
    )


def test_spend_that_is_only_told_with_other_days_is_not_taken_for_nothing(
    shop: Engine, asked: Asked, tell: Tell
) -> None:
    tell("campaigns", {"id": "month", "name": "Monthly", "name_key": "monthly"})
    stretch = {"first_on": days_before(27), "last_on": YESTERDAY, "spend_minor": 900_000}
    tell("period_spend", {"object_id": "month", "campaign_id": "month", **stretch})
    tell("conversions", sold("c9", YESTERDAY, ad_campaign_id="month"))
    found = {one.subject: one for one in check(shop, WASTE, asked).findings}
    assert (found["month"].fires, found["waste"].fires) == (None, True)
    assert "only told together with other days" in str(found["month"].unknown_because)
    account = check(shop, ROAS, asked)
    assert [one.fires for one in account.findings] == [None]
    assert account.reason == "ROAS is not known of every day in the 7 days to 28 Nov 2026"


def test_an_amount_without_a_rate_makes_its_campaign_unknown_and_no_other(
    shop: Engine, asked: Asked, tell: Tell
) -> None:
    tell("daily_spend", spent("works", days_before(2), 100, currency="USD"))
    found = {one.subject: one.fires for one in check(shop, WASTE, asked).findings}
    assert found == {"waste": True, "works": None}
    assert [one.fires for one in check(shop, ROAS, asked).findings] == [None]


def test_conversions_that_fell_against_the_same_weekdays_are_told(any_engine: Engine, asked: Asked, tell: Tell) -> None:
    for week, n in enumerate((10, 40, 42, 38, 40)):
        tell("conversions", *(sold(f"c{week}_{number}", days_before(7 * week)) for number in range(n)))
    # As many on other weekdays change nothing.
    tell("conversions", *(sold(f"other_{number}", days_before(2)) for number in range(30)))
    fell = Rule(AlertKind.fell, "conversions", 0.3, "INR", window_days=1)
    [finding] = check(any_engine, fell, asked).findings
    assert finding.words == ("Total conversions fell by 75%: 10 on 28 Nov 2026, where 40 is usual for these weekdays.")
    money = Rule(AlertKind.fell, "revenue", 0.3, "INR", window_days=1)
    [finding] = check(any_engine, money, asked).findings
    assert "fell by 75%: ₹1,000" in finding.words


def test_a_campaign_that_stopped_has_fallen_to_nothing(shop: Engine, asked: Asked, tell: Tell) -> None:
    tell("daily_spend", *(spent("works", days_before(7 * week + 3), 1, n_clicks=50) for week in range(1, 5)))
    fell = Rule(AlertKind.fell, "clicks", 0.5, "INR", window_days=1, of_each_campaign=True)
    found = {one.subject: one for one in check(shop, fell, asked).findings}
    assert found["works"].fires is None  # yesterday's weekday had none before
    week = Rule(AlertKind.fell, "clicks", 0.5, "INR", window_days=7, of_each_campaign=True)
    found = {one.subject: one for one in check(shop, week, asked).findings}
    assert found["works"].words == (
        "Clicks of Bedsheets fell by 80%: 10 in the 7 days to 28 Nov 2026, where 50 is usual for these weekdays."
    )


def test_a_late_sync_is_told_and_a_disconnected_one_is_unknown(any_engine: Engine, asked: Asked, tell: Tell) -> None:
    rule = Rule(AlertKind.sync_late, None, 24, "INR")
    assert str(check(any_engine, rule, asked).reason).startswith("No account is connected")
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop India"})
    tell("sync_streams", {"scope": "1", "stream": "ads", "succeeded_at": NOW - timedelta(hours=3)})
    [finding] = check(any_engine, rule, asked).findings
    assert (finding.fires, finding.value) == (False, 3)
    tell("sync_streams", {"scope": "1", "stream": "leads", "status": "failed", "fault": "permission", "message": "No."})
    [finding] = check(any_engine, rule, asked).findings
    assert finding.fires is None
    assert str(finding.unknown_because).startswith("Leads of Shop India: disconnected")
    tell("sync_streams", {"scope": "1", "stream": "posts", "succeeded_at": NOW - timedelta(hours=31)})
    [finding] = check(any_engine, rule, asked).findings
    assert finding.words == "Posts of Shop India: last read whole 31 hours ago."


def test_a_preview_counts_the_days_on_which_the_check_would_have_fired(shop: Engine, asked: Asked, tell: Tell) -> None:
    for rule in (ROAS, WASTE, Rule(AlertKind.above, "ad_spend", 10_000, "INR")):
        told = foreseen(shop, rule, asked)
        fired = [
            any(
                one.fires
                for one in check(shop, rule, Asked(NOW - timedelta(days=n), asked.zone, asked.public_revenue)).findings
            )
            for n in range(8)
        ]
        assert fired[0]
        assert told.n_days == 28
        assert told.n_fired >= sum(fired)
    assert foreseen(shop, Rule(AlertKind.above, "ad_spend", 1e9, "INR"), asked).n_fired == 0


def test_a_preview_says_why_it_cannot_be_told(any_engine: Engine, asked: Asked) -> None:
    told = foreseen(any_engine, ROAS, asked)
    assert (told.n_told, str(told.unknown_because)[:17]) == (0, "No ad platform ha")
