"""A conversion that somebody records by hand, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select

from adplanning.conversions.fields import ConversionFields, GoalFields
from adplanning.conversions.service import create_goal, goals_of
from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.validation import validated
from adplanning.store.session import reading, writing
from adplanning.store.tables.events import Conversion
from adplanning.workflows.conversion_recorded import record_conversion

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")


def recorded(engine: Engine, **fields: Any) -> tuple[Conversion, list[str]]:
    given = validated(ConversionFields, {"visitor_id": "v1", "conversion_type": "purchase", **fields})
    with writing(engine) as session:
        row = record_conversion(session, given, currency="INR", zone=ZONE, now=NOON)
        found = row, goals_of(session, row)
        session.expunge_all()
    return found


def test_what_is_not_given_comes_from_the_reporting_currency_the_source_and_the_clock(any_engine: Engine) -> None:
    row, _ = recorded(any_engine, conversion_value="499.50", utm_source="fb", metadata={"colour": "red"})
    assert (row.value_minor, row.currency, row.platform, row.origin) == (49_950, "INR", "meta", "admin")
    assert (row.converted_at, row.received_at, row.extra) == (NOON, NOON, {"colour": "red"})


def test_what_is_given_stands_and_a_time_without_an_offset_is_that_of_the_shop(any_engine: Engine) -> None:
    row, _ = recorded(
        any_engine, conversion_value="250", currency="jpy", platform="google", converted_at="2026-11-20T05:30"
    )
    assert (row.value_minor, row.currency, row.platform) == (250, "JPY", "google")
    assert (row.converted_at, row.received_at) == (datetime(2026, 11, 20, tzinfo=UTC), NOON)


def test_a_recorded_conversion_completes_the_goals_it_meets(any_engine: Engine) -> None:
    with writing(any_engine) as session:
        big = GoalFields.model_validate({"name": "Big", "goal_type": "purchase", "conditions": {"min_value": 500}})
        goal_id = create_goal(session, big, currency="INR", now=NOON).id
    assert recorded(any_engine, conversion_value="500")[1] == [goal_id]
    assert recorded(any_engine, conversion_value="499.99")[1] == []


def test_an_order_that_is_a_conversion_already_is_refused_and_nothing_is_stored(any_engine: Engine) -> None:
    first, _ = recorded(any_engine, order_id="o1")
    with pytest.raises(Conflict, match=f"order_id: 'o1' is conversion {first.id} already; change that one instead"):
        recorded(any_engine, order_id="o1")
    with reading(any_engine) as session:
        assert session.scalar(select(func.count()).select_from(Conversion)) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"conversion_value": "10000000000000"}, "conversion_value: is beyond"),
        ({"converted_at": "2026-02-30T10:00"}, "converted_at: '2026-02-30T10:00' is not a date and time that exists"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_at_its_field(
    engine: Engine, fields: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidData, match=message):
        recorded(engine, **fields)
