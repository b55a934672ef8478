"""Rules, and which alerts there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.alerts import fields, service
from adplanning.alerts.fields import RuleChange, RuleFields
from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.vocabulary import AlertKind
from adplanning.store.session import writing
from adplanning.store.tables.alerts import AlertRule
from tests.telling import Tell

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CLICKS = RuleFields(name="Clicks", kind=AlertKind.below, metric="clicks", threshold=5)


def add(engine: Engine, **change: Any) -> AlertRule:
    with writing(engine) as session:
        given = CLICKS.model_copy(update=change)
        kept = service.create_rule(session, given, currency="USD", created_by="Asha", now=NOW)
        session.expunge(kept)
        return kept


def test_a_rule_keeps_the_currency_that_it_was_made_in(any_engine: Engine) -> None:
    kept = add(any_engine, metric="cpc")
    with writing(any_engine) as session:
        changed = service.change_rule(session, kept.id, RuleChange(threshold=7), now=NOW)
        assert (changed.currency, changed.threshold, changed.created_by) == ("USD", 7.0, "Asha")


def test_a_rule_of_a_campaign_that_is_not_there_is_refused(any_engine: Engine) -> None:
    with pytest.raises(InvalidData, match="there is no campaign 'camp_none'"):
        add(any_engine, ad_campaign_id="camp_none")


def test_no_more_rules_are_kept_than_a_check_can_take(any_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fields.MOST_RULES == 200
    monkeypatch.setattr(service, "MOST_RULES", 1)
    add(any_engine)
    with pytest.raises(Conflict, match="there are 1 rules already"):
        add(any_engine)


def test_rules_are_searched_and_sorted(any_engine: Engine) -> None:
    for name in ("beta", "Alpha", "gamma_%"):
        add(any_engine, name=name)
    with writing(any_engine) as session:
        by_name, n = service.list_rules(session, {}, limit=9, offset=0, sort="name", descending=False)
        found, _ = service.list_rules(session, {"is_active": True}, limit=9, offset=0, search="_%")
    assert ([one.name for one in by_name], n) == (["Alpha", "beta", "gamma_%"], 3)
    assert [one.name for one in found] == ["gamma_%"]


def test_a_deleted_campaign_takes_its_own_rule_with_it(any_engine: Engine, tell: Tell) -> None:
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop"})
    tell("campaigns", {"id": "a", "name": "Diwali", "name_key": "diwali"})
    kept = add(any_engine, ad_campaign_id="a")
    with writing(any_engine) as session:
        session.delete(session.get_one(service.Campaign, "a"))
    with writing(any_engine) as session, pytest.raises(NotFound, match="there is no rule"):
        service.find_rule(session, kept.id)
