"""Alerts from check to check."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from adplanning.alerts import service
from adplanning.alerts.checking_service import Checked
from adplanning.alerts.fields import RuleChange, RuleFields
from adplanning.alerts.findings import Finding
from adplanning.alerts.keeping_service import Kept, active_rules, keep_findings, news, note_told
from adplanning.alerts.rule import Rule
from adplanning.core.vocabulary import AlertKind
from adplanning.store.engine import make_engine
from adplanning.store.session import reading, writing
from adplanning.store.tables.alerts import Alert, AlertRule
from tests.alerts.conftest import NOW
from tests.ui.visiting import everything

LATER = NOW + timedelta(days=1)
FIELDS = RuleFields(name="Clicks", kind=AlertKind.below, metric="clicks", threshold=5, of_each_campaign=True)


def fires(*subjects: str, value: float = 1.0) -> list[Finding]:
    return [Finding(one, fires=True, value=value, words=f"{one} is low") for one in subjects]


def clear(*subjects: str) -> list[Finding]:
    return [Finding(one, fires=False, value=9.0) for one in subjects]


def unknown(*subjects: str) -> list[Finding]:
    return [Finding(one, None, None, unknown_because=f"{one}: no rate") for one in subjects]


def checked(*findings: Finding, reason: str | None = None) -> Checked:
    return Checked(tuple(findings), unknown_because=reason)


@pytest.fixture
def rule(any_engine: Engine) -> tuple[str, Rule]:
    with writing(any_engine) as session:
        kept = service.create_rule(session, FIELDS, currency="INR", created_by="Asha", now=NOW - timedelta(days=9))
        return kept.id, service.watched(kept)


def keep(engine: Engine, rule: tuple[str, Rule], found: Checked, now: object = NOW) -> Kept:
    with writing(engine) as session:
        return keep_findings(session, *rule, found, now=now)  # type: ignore[arg-type]


def alerts(engine: Engine) -> list[Alert]:
    with reading(engine) as session:
        return list(session.scalars(select(Alert).order_by(Alert.subject, Alert.opened_at)))


def test_an_alert_is_opened_kept_and_ended(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    assert keep(any_engine, rule, checked(*fires("a", "b"), *clear("c"))) == Kept(2, 0, 0)
    assert keep(any_engine, rule, checked(*fires("a", value=2.0), *clear("b", "c")), LATER) == Kept(0, 1, 1)
    a, b = alerts(any_engine)
    assert (a.opened_at, a.seen_at, a.closed_at, a.value) == (NOW, LATER, None, 2.0)
    assert (b.subject, b.closed_at) == ("b", LATER)
    assert keep(any_engine, rule, checked(*fires("b")), LATER + timedelta(days=1)) == Kept(1, 0, 1)
    assert [one.subject for one in alerts(any_engine)] == ["a", "b", "b"]


def test_the_same_check_again_changes_nothing(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    found = checked(*fires("a", "b"), *unknown("c"))
    keep(any_engine, rule, found)
    before = everything(any_engine)
    assert keep(any_engine, rule, found) == Kept(0, 2, 0)
    assert everything(any_engine) == before


def test_what_cannot_be_told_neither_opens_nor_ends_an_alert(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    keep(any_engine, rule, checked(*fires("a", "b")))
    assert keep(any_engine, rule, checked(*unknown("a", "c"), *clear("b")), LATER) == Kept(0, 0, 1)
    assert keep(any_engine, rule, checked(reason="Nothing was read."), LATER) == Kept(0, 0, 0)
    assert [(one.subject, one.closed_at) for one in alerts(any_engine)] == [("a", None), ("b", LATER)]
    with reading(any_engine) as session:
        assert service.find_rule(session, rule[0]).unknown_because == "Nothing was read."


def test_a_campaign_of_which_nothing_is_seen_any_more_has_no_alert(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    keep(any_engine, rule, checked(*fires("gone")))
    assert keep(any_engine, rule, checked(), LATER) == Kept(0, 0, 1)


def test_a_check_that_looked_earlier_or_at_another_rule_is_left_out(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    keep(any_engine, rule, checked(*clear("a")), LATER)
    assert keep(any_engine, rule, checked(*fires("a")), NOW) == Kept(is_kept=False)
    with writing(any_engine) as session:
        service.change_rule(session, rule[0], RuleChange(threshold=7), now=LATER)
    assert keep(any_engine, rule, checked(*fires("a")), LATER) == Kept(is_kept=False)
    assert alerts(any_engine) == []


def test_another_condition_or_a_pause_ends_what_was_told_and_another_name_does_not(
    any_engine: Engine, rule: tuple[str, Rule]
) -> None:
    keep(any_engine, rule, checked(*fires("a")))
    with writing(any_engine) as session:
        service.change_rule(session, rule[0], RuleChange(name="Few clicks"), now=LATER)
    assert [one.closed_at for one in alerts(any_engine)] == [None]
    with writing(any_engine) as session:
        service.change_rule(session, rule[0], RuleChange(is_active=False), now=LATER)
        assert active_rules(session) == []
    assert [one.closed_at for one in alerts(any_engine)] == [LATER]
    assert keep(any_engine, rule, checked(*fires("a")), LATER) == Kept(is_kept=False)


def test_many_campaigns_are_kept_in_a_few_statements(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    many = [f"camp_{n:05}" for n in range(6000)]
    assert keep(any_engine, rule, checked(*fires(*many))) == Kept(6000, 0, 0)
    assert keep(any_engine, rule, checked(*fires(*many[:3000])), LATER) == Kept(0, 3000, 3000)


def test_an_alert_is_news_until_somebody_was_told_and_an_ended_one_is_none(
    any_engine: Engine, rule: tuple[str, Rule]
) -> None:
    keep(any_engine, rule, checked(*fires("a", "b")))
    with reading(any_engine) as session:
        told = news(session)
    assert [(one.rule, one.words) for one in told] == [("Clicks", "a is low"), ("Clicks", "b is low")]
    with writing(any_engine) as session:
        note_told(session, [told[0].alert_id], now=LATER)
    with reading(any_engine) as session:
        assert [one.words for one in news(session)] == ["b is low"]
    keep(any_engine, rule, checked(*fires("a")), LATER)
    with reading(any_engine) as session:
        assert news(session) == []
    with writing(any_engine) as session:
        note_told(session, [told[0].alert_id], now=LATER + timedelta(days=1))
    assert alerts(any_engine)[0].notified_at == LATER


def test_checks_at_the_same_time_open_one_alert(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    try:
        with writing(engine) as session:
            kept = service.create_rule(session, FIELDS, currency="INR", created_by=None, now=NOW)
            rule = (kept.id, service.watched(kept))
        with ThreadPoolExecutor(8) as threads:
            found = checked(*fires("a", "b", "c"))
            outcomes = list(threads.map(lambda n: keep(engine, rule, found, NOW + timedelta(seconds=n % 2)), range(24)))
        assert sum(one.n_opened for one in outcomes) == 3
        assert [one.subject for one in alerts(engine)] == ["a", "b", "c"]
    finally:
        engine.dispose()


def test_a_deleted_rule_takes_its_alerts_with_it(any_engine: Engine, rule: tuple[str, Rule]) -> None:
    keep(any_engine, rule, checked(*fires("a")))
    with writing(any_engine) as session:
        service.delete_rule(session, rule[0])
    assert alerts(any_engine) == []
    with reading(any_engine) as session:
        assert session.scalars(select(AlertRule)).all() == []
    assert keep(any_engine, rule, checked(*fires("a"))) == Kept(is_kept=False)
