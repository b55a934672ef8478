"""The rules that watch the demo shop."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from adplanning.alerts.service import list_rules
from adplanning.demo.alerts import watch
from adplanning.store.session import writing

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def test_the_shop_is_watched_by_three_rules_and_a_second_call_adds_none(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        assert [watch(session, currency="INR", now=NOW) for _ in range(2)] == [3, 0]
        kinds = {rule.kind for rule in list_rules(session, {}, limit=10, offset=0)[0]}
    assert kinds == {"spend_without_conversions", "below", "fell"}
