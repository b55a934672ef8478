"""Campaigns that are told by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.validation import validated
from adplanning.meta_ads import campaign_service
from adplanning.meta_ads.fields import CampaignChange, CampaignFields
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import AdAccount, Campaign, PeriodSpend
from adplanning.store.tables.attribution import CampaignAlias
from tests.meta_ads.conftest import Tell

KOLKATA = ZoneInfo("Asia/Kolkata")
# Late in the evening of the 15th in Kolkata.
NOW = datetime(2026, 3, 15, 18, tzinfo=UTC)


def make(engine: Engine, **fields: Any) -> str:
    given = validated(CampaignFields, {"name": "Diwali"} | fields)
    with writing(engine) as session:
        return campaign_service.create_campaign(session, given, currency="INR", zone=KOLKATA, now=NOW).id


def change(engine: Engine, campaign_id: str, now: datetime = NOW, **fields: Any) -> None:
    with writing(engine) as session:
        given = validated(CampaignChange, fields)
        campaign_service.change_campaign(session, campaign_id, given, zone=KOLKATA, now=now)


def delete(engine: Engine, campaign_id: str) -> None:
    with writing(engine) as session:
        campaign_service.delete_campaign(session, campaign_id)


def kept(engine: Engine, campaign_id: str) -> Campaign:
    with reading(engine) as session:
        return session.get_one(Campaign, campaign_id)


def account(engine: Engine, campaign_id: str) -> AdAccount:
    with reading(engine) as session:
        return session.get_one(AdAccount, session.get_one(Campaign, campaign_id).ad_account_id)


def figures(engine: Engine) -> list[tuple[date, date, str, int, float | None]]:
    c = PeriodSpend
    with reading(engine) as session:
        rows = session.execute(select(c.first_on, c.last_on, c.currency, c.spend_minor, c.n_leads).order_by(c.first_on))
        return [tuple(row) for row in rows]


def test_a_campaign_is_kept_as_it_was_told(any_engine: Engine) -> None:
    made = make(any_engine, name=" Diwali Sale ", status="active", objective="OUTCOME_LEADS", daily_budget="1500.50")
    row = kept(any_engine, made)
    assert (row.name, row.name_key, row.status, row.objective) == (
        "Diwali Sale", "diwali-sale", "ACTIVE", "OUTCOME_LEADS",
    )  # fmt: skip
    assert (row.daily_budget_minor, row.lifetime_budget_minor, row.remote_state) == (150_050, None, None)
    assert figures(any_engine) == [], "nothing was told of what it cost"


def test_an_account_that_is_not_there_is_made_once(any_engine: Engine) -> None:
    first = account(any_engine, make(any_engine, name="a", ad_account_id="act_42", currency="USD"))
    assert (first.platform, first.platform_account_id, first.currency) == ("meta", "42", "USD")
    assert first.timezone == "Asia/Kolkata"
    for number, given in enumerate(("42", "act_42", first.id)):
        assert account(any_engine, make(any_engine, name=f"b{number}", ad_account_id=given)).id == first.id
    assert account(any_engine, make(any_engine, name="c", ad_account_id="42", platform="google")).id != first.id
    with pytest.raises(InvalidData, match="platform: 'google' is not that of the account act_42, 'meta'"):
        make(any_engine, name="d", ad_account_id=first.id, platform="google")


def test_campaigns_without_an_account_share_one_for_each_currency(any_engine: Engine) -> None:
    rupees, again = make(any_engine, name="a"), make(any_engine, name="b")
    dollars = make(any_engine, name="c", currency="USD")
    assert account(any_engine, rupees).id == account(any_engine, again).id != account(any_engine, dollars).id
    assert account(any_engine, dollars).currency == "USD"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"currency": "USD"}, "currency: 'USD' is not that of the account Shop, 'INR'"),
        ({"starts_at": "2026-03-10", "stops_at": "2026-03-09"}, "stops_at: lies before starts_at"),
        ({"starts_at": "yesterday"}, "starts_at: 'yesterday' is not a date"),
        ({"leads": 3}, "spend: is needed beside other figures"),
        ({"spend": 5, "starts_at": "2026-03-20"}, "starts_at: 2026-03-20 is still to come"),
        ({"daily_budget": "1e15"}, "daily_budget: is beyond"),
    ],
)
def test_what_cannot_be_is_refused(engine: Engine, fields: dict[str, Any], message: str) -> None:
    make(engine, name="Holi", ad_account_id="Shop")
    with pytest.raises(InvalidData, match=message):
        make(engine, ad_account_id="Shop", **fields)
    with reading(engine) as session:
        assert [row.name for row in session.scalars(select(Campaign))] == ["Holi"]


def test_the_same_campaign_twice_is_a_conflict(any_engine: Engine) -> None:
    first = make(any_engine, name="Diwali Sale", meta_campaign_id="7")
    with pytest.raises(Conflict, match=f"meta_campaign_id: '7' is campaign {first} already"):
        make(any_engine, name="Another", meta_campaign_id="7", ad_account_id="42")
    with pytest.raises(Conflict, match=f"name: 'diwali_sale' is campaign {first}"):
        make(any_engine, name="diwali_sale")
    assert make(any_engine, name="Diwali Sale", meta_campaign_id="8") != first, "two ids are two campaigns"
    assert make(any_engine, name="Diwali Sale", ad_account_id="42") != first, "as are two accounts"


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        ({}, (date(2026, 3, 15), date(2026, 3, 15))),
        ({"starts_at": "2026-03-01"}, (date(2026, 3, 1), date(2026, 3, 15))),
        ({"starts_at": "2026-03-01", "stops_at": "2026-03-09"}, (date(2026, 3, 1), date(2026, 3, 9))),
        ({"starts_at": "2026-03-01", "stops_at": "2026-12-31"}, (date(2026, 3, 1), date(2026, 3, 15))),
        ({"stops_at": "2026-03-09"}, (date(2026, 3, 9), date(2026, 3, 9))),
        # Half past midnight of the 2nd in Kolkata.
        ({"starts_at": "2026-03-01T19:00:00+00:00"}, (date(2026, 3, 2), date(2026, 3, 15))),
    ],
)
def test_figures_are_of_the_days_from_start_to_end_or_today(
    engine: Engine, dates: dict[str, str], days: tuple[date, date]
) -> None:
    make(engine, spend="80.25", leads=3, currency="USD", **dates)
    assert figures(engine) == [(*days, "USD", 8025, 3.0)]


def test_figures_that_are_told_again_replace_the_former_ones(any_engine: Engine) -> None:
    made = make(any_engine, spend=80, leads=3, starts_at="2026-03-01")
    change(any_engine, made, spend=100, now=datetime(2026, 3, 16, 6, tzinfo=UTC))
    assert figures(any_engine) == [(date(2026, 3, 1), date(2026, 3, 16), "INR", 10_000, 3.0)]
    change(any_engine, made, stops_at="2026-03-10")
    assert figures(any_engine) == [(date(2026, 3, 1), date(2026, 3, 10), "INR", 10_000, 3.0)]
    change(any_engine, made, leads=None)
    assert figures(any_engine)[0][-1] is None
    change(any_engine, made, status="PAUSED", now=datetime(2026, 3, 20, tzinfo=UTC))
    assert figures(any_engine)[0][1] == date(2026, 3, 10), "another field leaves them as they are"


@pytest.mark.parametrize("table", ["daily_spend", "period_spend"])
def test_spend_that_is_known_from_elsewhere_is_not_told_by_hand_too(any_engine: Engine, tell: Tell, table: str) -> None:
    made = make(any_engine, spend=80)
    days = (
        {"on": date(2026, 3, 1)} if table == "daily_spend" else {"first_on": NOW.date(), "last_on": date(2026, 3, 31)}
    )
    tell(table, days | {"object_id": made, "campaign_id": made, "spend_minor": 5, "import_id": "imp_1"})
    with pytest.raises(Conflict, match=f"spend: that of {made} is known from elsewhere"):
        change(any_engine, made, spend=100)
    change(any_engine, made, starts_at="2026-03-02", status="PAUSED")
    assert (NOW.date(), NOW.date(), "INR", 8000, None) in figures(any_engine), "the dates alone may change"


def test_a_campaign_keeps_the_name_it_had(any_engine: Engine) -> None:
    made = make(any_engine, name="Old Name")
    change(any_engine, made, name="New Name", daily_budget=None)
    assert (kept(any_engine, made).name, kept(any_engine, made).name_key) == ("New Name", "new-name")
    with reading(any_engine) as session:
        assert [(row.name_key, row.decision) for row in session.scalars(select(CampaignAlias))] == [
            ("old-name", "former_name")
        ]
    change(any_engine, made, name="new name")
    make(any_engine, name="Other")
    with pytest.raises(Conflict, match="name: 'other' is campaign"):
        change(any_engine, made, name="other")


def test_a_field_that_must_have_a_value_takes_no_null(any_engine: Engine) -> None:
    made = make(any_engine)
    for name in ("name", "status", "spend"):
        with pytest.raises(InvalidData, match=f"{name}: must not be null"):
            change(any_engine, made, **{name: None})


def test_what_a_platform_has_listed_is_changed_there(any_engine: Engine, tell: Tell) -> None:
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop"})
    tell("campaigns", {"id": "c", "name": "c", "name_key": "c", "remote_state": "present"})
    for act in (lambda: change(any_engine, "c", name="d"), lambda: delete(any_engine, "c")):
        with pytest.raises(Conflict, match="is kept as its platform tells it"):
            act()


def test_a_campaign_goes_with_the_figures_told_by_hand(any_engine: Engine) -> None:
    made = make(any_engine, spend=80)
    delete(any_engine, made)
    assert figures(any_engine) == []
    with pytest.raises(NotFound):
        delete(any_engine, made)


def test_a_campaign_that_holds_what_came_from_elsewhere_stays(any_engine: Engine, tell: Tell) -> None:
    day = {"on": date(2026, 3, 1), "spend_minor": 5}
    span = {"first_on": date(2026, 3, 1), "last_on": date(2026, 3, 2), "spend_minor": 5, "import_id": "imp_1"}
    tell("visitors", {"id": "v"})
    for table, row, what in (
        ("daily_spend", day, "days of spend"),
        ("period_spend", span, "imported spend"),
        ("touchpoints", {"id": "t", "analytics_session_id": "s", "visitor_id": "v"}, "touchpoints"),
    ):
        made = make(any_engine, name=what)
        link = {"ad_campaign_id": made} if table == "touchpoints" else {"campaign_id": made, "object_id": made}
        tell(table, row | link)
        with pytest.raises(Conflict, match=f"{made} has {what}; set its status to ARCHIVED"):
            delete(any_engine, made)
