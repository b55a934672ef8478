"""The page of goals."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from adplanning.core import formats
from adplanning.core.vocabulary import GoalType, Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Goal, GoalCompletion
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.goals import goals
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, everything, send, the

BIG_ORDER: dict[str, Any] = {
    "name": "Order over ₹500",
    "goal_type": "purchase",
    "conditions.min_value": "500",
    "conditions.custom_conditions": [{"name": "colour", "value": "blue"}],
    "default_value": "250",
    "priority": "7",
    "is_active": True,
}


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(goals(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def first_goal(engine: Engine) -> str:
    with reading(engine) as session:
        return session.scalars(select(Goal.id).order_by(Goal.id)).first() or ""


def test_the_list_and_each_goal_say_what_the_api_says(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    rows = {row["id"]: row["cells"] for row in the(Table, opened(new_visit, frame, shop_engine)).rows}
    told = api.get("goals")["goals"]
    assert {goal["id"] for goal in told} == set(rows)
    assert sum(goal["completions"]["count"] for goal in told) > 0
    for goal in told:
        done = goal["completions"]
        assert rows[goal["id"]]["completions"]["text"] == formats.number(done["count"])
        assert rows[goal["id"]]["value"]["text"] == formats.money(done["value"], "INR")
        [completions, value, _] = the(Kpis, opened(new_visit, frame, shop_engine, record_id=goal["id"])).items
        assert (completions["value"], value["full"]) == (
            formats.number(done["count"]),
            formats.money(done["value"], "INR"),
        )


def test_a_completion_without_a_rate_is_said_and_not_dropped(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    goal_id = first_goal(shop_engine)
    table = TABLES["goal_completions"]
    with write_transaction(shop_engine) as connection:
        connection.execute(delete(TABLES["currency_rates"]))
        some = select(table.c.id).where(table.c.goal_id == goal_id).limit(2)
        connection.execute(update(table).where(table.c.id.in_(some)).values(currency="USD", value_minor=100))
    said = "2 more have a value in a currency without a known rate"
    rows = {row["id"]: row["cells"] for row in the(Table, opened(new_visit, frame, shop_engine)).rows}
    assert rows[goal_id]["value"]["hint"] == said
    assert the(Kpis, opened(new_visit, frame, shop_engine, record_id=goal_id)).caption == said


def test_an_empty_store_says_what_a_goal_is(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    table = the(Table, opened(new_visit, frame, engine))
    assert (table.total, table.fault, table.empty_action["name"]) == (0, "", "add")
    assert table.empty.startswith("No goal yet.")


def test_a_goal_is_created_and_stands_in_the_list(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    form = the(Form, widgets)
    send(the(MainButton, widgets), "press")
    assert form.given["values"]["goal_type"] == "purchase"
    send(form, "submit", {"values": BIG_ORDER})
    assert (form.issues["by_field"], form.shown) == ({}, False)
    [row] = the(Table, widgets).rows
    assert row["cells"]["conditions"]["text"] == "value of at least ₹500.00, colour = blue"
    with reading(engine) as session:
        made = session.scalars(select(Goal)).one()
        assert made.conditions == {"min_value": 500.0, "custom_conditions": {"colour": "blue"}}
        assert (made.default_value_minor, made.priority, made.value_from_event) == (25000, 7, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"goal_type": "sale"}, "goal_type"),
        ({"conditions.min_value": "-1"}, "conditions.min_value"),
        ({"conditions.min_value": "much"}, "conditions.min_value"),
        ({"conditions.min_scroll_percent": 101}, "conditions.min_scroll_percent"),
        ({"conditions.custom_conditions": [{"name": "", "value": "1"}]}, "conditions.custom_conditions"),
        ({"default_value": "1e30"}, "default_value"),
        ({"priority": 1.5}, "priority"),
        ({"priority": 10**9}, "priority"),
        ({"description": "a" + chr(0xD800)}, "description"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, wrong: dict[str, Any], field: str
) -> None:
    form = the(Form, opened(new_visit, frame, engine))
    form.ask()
    send(form, "submit", {"values": BIG_ORDER | wrong})
    assert (list(form.issues["by_field"]), form.shown) == ([field], True)
    with reading(engine) as session:
        assert session.scalars(select(Goal)).all() == []


def test_a_goal_is_changed_and_a_field_left_empty_is_emptied(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    send(the(Form, opened(new_visit, frame, engine)), "submit", {"values": BIG_ORDER | {"description": "Why"}})
    goal_id = first_goal(engine)
    widgets = opened(new_visit, frame, engine, record_id=goal_id)
    send(the(Details, widgets), "act", {"name": "edit"})
    form = the(Form, widgets)
    values = {**form.given["values"], "description": "", "default_value": None, "priority": "", "name": "Renamed"}
    send(form, "submit", {"values": values})
    assert (form.issues["by_field"], frame.gone_to) == ({}, [f"/app/ad-planning/goals/{goal_id}"])
    with reading(engine) as session:
        changed = session.get_one(Goal, goal_id)
        assert (changed.name, changed.description, changed.default_value_minor) == ("Renamed", None, None)
        assert (changed.priority, changed.conditions["custom_conditions"]) == (0, {"colour": "blue"})


def test_a_condition_that_its_type_does_not_ask_for_stays_in_sight(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    goal_id = first_goal(shop_engine)
    table = TABLES["goals"]
    with write_transaction(shop_engine) as connection:
        changed = {"goal_type": "purchase", "conditions": {"pathname_pattern": "/thanks"}}
        connection.execute(update(table).where(table.c.id == goal_id).values(**changed))
    form = the(Form, opened(new_visit, frame, shop_engine, record_id=goal_id))
    only_for = {field["key"]: field["only_for"] for field in form.fields}
    assert only_for["conditions.pathname_pattern"] == {}
    assert "purchase" not in only_for["conditions.min_time_seconds"]["goal_type"]


def test_a_goal_is_deleted_with_its_completions_after_a_yes_alone(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    goal_id = first_goal(shop_engine)
    send(the(Details, opened(new_visit, frame, shop_engine, record_id=goal_id)), "act", {"name": "delete"})
    [(_, yes)] = frame.questions
    assert first_goal(shop_engine) == goal_id
    yes()
    with reading(shop_engine) as session:
        assert session.get(Goal, goal_id) is None
        assert session.scalars(select(GoalCompletion).where(GoalCompletion.goal_id == goal_id)).all() == []
    assert frame.gone_to == ["/app/ad-planning/goals"]


@pytest.mark.parametrize("kind", list(GoalType))
def test_every_type_can_be_listed_and_opened(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, kind: GoalType
) -> None:
    goal_id = first_goal(shop_engine)
    with write_transaction(shop_engine) as connection:
        connection.execute(update(TABLES["goals"]).where(TABLES["goals"].c.id == goal_id).values(goal_type=kind))
    assert the(Table, opened(new_visit, frame, shop_engine, goal_type=kind.value, is_active="true")).total >= 1
    assert the(Details, opened(new_visit, frame, shop_engine, record_id=goal_id)).groups


def test_a_viewer_looks_and_cannot_change_anything(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before, goal_id = everything(shop_engine), first_goal(shop_engine)
    of_list = opened(new_visit, frame, shop_engine, role=Role.viewer)
    of_one = opened(new_visit, frame, shop_engine, role=Role.viewer, record_id=goal_id)
    for widget in (*of_list, *of_one):
        for event in ("check", "act", "press", "submit"):
            for name in ("add", "edit", "delete"):
                send(widget, event, {"values": BIG_ORDER, "name": name, "id": goal_id})
    assert everything(shop_engine) == before
    assert (frame.questions, the(Details, of_one).actions) == ([], [])
    for widgets in (of_list, of_one):
        assert the(Form, widgets).issues["by_field"][""].startswith("you are signed in as a viewer")
