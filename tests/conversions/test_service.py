"""Lists of conversions and goals, in the same order on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from adplanning.conversions.queries import CONVERSION_ORDERS, GOAL_ORDERS
from adplanning.conversions.service import list_conversions, list_goals
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONVERSION: dict[str, Any] = {
    "conversion_type": "purchase",
    "platform": "meta",
    "attribution_model": "last_click",
    "attribution_weight": 1.0,
    "currency": "INR",
    "visitor_id": "v",
    "origin": "admin",
    "is_bot": False,
    "converted_at": NOON,
    "received_at": NOON,
}
GOAL: dict[str, Any] = {
    "name": "a goal",
    "goal_type": "purchase",
    "conditions": {},
    "currency": "INR",
    "value_from_event": True,
    "is_active": True,
    "priority": 0,
    "created_at": NOON,
    "updated_at": NOON,
}


def store(engine: Engine, table: str, **rows: dict[str, Any]) -> None:
    plain = CONVERSION if table == "conversions" else GOAL
    with write_transaction(engine) as connection:
        for row_id, fields in rows.items():
            connection.execute(insert(TABLES[table]).values(**plain | {"id": row_id} | fields))


def conversions(engine: Engine, **options: Any) -> list[str]:
    with reading(engine) as session:
        rows, _ = list_conversions(session, {}, Period(), **{"limit": 100, "offset": 0} | options)
        return [row.id for row, _ in rows]


def goals(engine: Engine, **options: Any) -> list[str]:
    with reading(engine) as session:
        return [goal.id for goal in list_goals(session, {}, **{"limit": 100, "offset": 0} | options)[0]]


def test_values_are_sorted_within_their_currency_and_none_is_last(any_engine: Engine) -> None:
    store(
        any_engine,
        "conversions",
        c1={"value_minor": 900, "currency": "USD"},
        c2={"value_minor": 100, "currency": "USD"},
        c3={"value_minor": 500},
        c4={"value_minor": None},
        c5={"value_minor": 10_000},
        c6={"value_minor": None, "currency": "USD"},
    )
    assert conversions(any_engine, sort="value") == ["c3", "c5", "c2", "c1", "c4", "c6"]
    assert conversions(any_engine, sort="value", descending=True) == ["c1", "c2", "c5", "c3", "c6", "c4"]


def test_without_an_order_the_newest_conversion_and_the_goal_of_highest_priority_come_first(
    any_engine: Engine,
) -> None:
    store(any_engine, "conversions", c1={}, c2={"converted_at": NOON + MINUTE}, c3={})
    store(any_engine, "goals", g1={}, g2={"priority": 5}, g3={})
    assert conversions(any_engine) == ["c2", "c3", "c1"]
    assert conversions(any_engine, sort="converted_at") == ["c1", "c3", "c2"]
    assert goals(any_engine) == ["g2", "g3", "g1"]
    assert goals(any_engine, sort="priority") == ["g1", "g3", "g2"]


@pytest.mark.parametrize("descending", [False, True])
def test_paging_repeats_and_skips_nothing_whatever_the_order(any_engine: Engine, descending: bool) -> None:
    equal = {f"c{n}": {"utm_source": [None, "a", "A"][n % 3], "value_minor": [None, 5][n % 2]} for n in range(10, 19)}
    store(any_engine, "conversions", **equal)
    store(any_engine, "goals", **{f"g{n}": {"is_active": n % 2 == 0} for n in range(10, 19)})
    for list_of, orders in ((conversions, CONVERSION_ORDERS), (goals, GOAL_ORDERS)):
        for sort in orders:
            order = {"sort": sort, "descending": descending}
            paged = [row for at in range(0, 10, 2) for row in list_of(any_engine, limit=2, offset=at, **order)]
            assert paged == list_of(any_engine, **order)
            assert len(set(paged)) == 9


def test_goals_are_sorted_by_what_they_show(any_engine: Engine) -> None:
    store(
        any_engine,
        "goals",
        g1={"name": "b", "goal_type": "scroll_depth", "is_active": False},
        g2={"name": "A", "goal_type": "lead_form"},
        g3={"name": "a", "goal_type": "purchase", "is_active": False},
    )
    assert goals(any_engine, sort="name") == ["g2", "g3", "g1"]
    assert goals(any_engine, sort="goal_type", descending=True) == ["g1", "g3", "g2"]
    assert goals(any_engine, sort="is_active") == ["g1", "g3", "g2"]


@pytest.mark.parametrize("list_of", [conversions, goals])
def test_an_order_that_is_not_known_is_refused_with_those_that_are(engine: Engine, list_of: Any) -> None:
    with pytest.raises(InvalidData, match="sort: unknown value 'name; DROP TABLE goals'; choose one of: "):
        list_of(engine, sort="name; DROP TABLE goals")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("DIWALI", ["c2", "c1"]),
        ("1001", ["c3"]),
        ("A_b", ["c3"]),
        ("c3", ["c3"]),
        ("shop", ["c4"]),
        (" ", ["c4", "c3", "c2", "c1"]),
    ],
)
def test_a_conversion_is_found_by_its_name_source_campaign_order_visitor_or_id(
    engine: Engine, search: str, found: list[str]
) -> None:
    store(
        engine,
        "conversions",
        c1={"utm_campaign": "Diwali sale"},
        c2={"conversion_name": "diwali 100% cotton"},
        c3={"order_id": "#1001", "visitor_id": "a_B"},
        c4={"utm_source": "Shop", "utm_medium": "diwali"},
    )
    assert conversions(engine, search=search) == found


def test_what_is_found_is_counted_over_all_pages_and_sorted(any_engine: Engine) -> None:
    store(any_engine, "conversions", **{f"c{n}": {"utm_source": f"Shop{n % 2}"} for n in range(6)})
    with reading(any_engine) as session:
        rows, count = list_conversions(
            session, {"utm_source": "Shop1"}, Period(), limit=2, offset=0, search="shop", sort="converted_at"
        )
        assert ([row.id for row, _ in rows], count) == (["c1", "c3"], 3)


def test_a_goal_is_found_by_its_name_or_description(any_engine: Engine) -> None:
    store(any_engine, "goals", g1={"name": "Newsletter"}, g2={"description": "the NEWSletter form"}, g3={})
    assert goals(any_engine, search="newsl") == ["g2", "g1"]
    assert goals(any_engine, search="goal", sort="name") == ["g2", "g3"]
