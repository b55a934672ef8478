"""Imported events and the goals they meet."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from adplanning.conversions.fields import GoalFields
from adplanning.conversions.service import create_goal
from adplanning.store.session import reading, writing
from adplanning.store.tables.events import Conversion, GoalCompletion, JourneyEvent
from tests.imports.conftest import Take

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def a_goal(engine: Engine, goal_type: str, **conditions: object) -> str:
    with writing(engine) as session:
        fields = {"name": goal_type, "goal_type": goal_type, "conditions": conditions, "default_value": 1}
        goal = create_goal(session, GoalFields.model_validate(fields), currency="INR", now=NOW)
        return goal.id


def test_an_order_over_the_least_value_completes_the_goal_once(engine: Engine, take: Take) -> None:
    goal_id = a_goal(engine, "purchase", min_value=500)
    rows = ("order_id,email,total,placed_at", "1,a@b.co,500,2026-01-01", "2,a@b.co,499.99,2026-01-02")
    take("orders", *rows)
    take("orders", *rows, "3,a@b.co,1,2026-01-03")
    with reading(engine) as session:
        [completion] = session.scalars(select(GoalCompletion)).all()
        order = session.get_one(Conversion, completion.conversion_id)
    assert (completion.goal_id, completion.value_minor, completion.currency) == (goal_id, 50_000, "INR")
    assert (order.order_id, order.converted_at) == ("1", completion.completed_at)


def test_a_step_completes_a_goal_too_and_the_mirror_of_a_purchase_does_not(engine: Engine, take: Take) -> None:
    page, purchase = a_goal(engine, "page_view", pathname_pattern="/quilts*"), a_goal(engine, "purchase")
    take(
        "events",
        "visitor_id,occurred_at,event_type,page_url,value",
        "v,2026-01-01T10:00:00Z,page_view,https://shop.in/quilts/1,",
        "v,2026-01-01T10:01:00Z,page_view,https://shop.in/towels,",
        "v,2026-01-01T10:02:00Z,purchase,https://shop.in/thanks,70",
    )
    with reading(engine) as session:
        found = {completion.goal_id: completion for completion in session.scalars(select(GoalCompletion))}
        step = session.get_one(JourneyEvent, found[page].journey_event_id)
    assert set(found) == {page, purchase}
    assert (step.page_url, found[page].value_minor) == ("https://shop.in/quilts/1", 100)
    assert found[purchase].value_minor == 7000


def test_without_goals_nothing_is_completed(engine: Engine, take: Take) -> None:
    take("orders", "order_id,email,total,placed_at", "1,a@b.co,500,2026-01-01")
    with reading(engine) as session:
        assert session.scalars(select(GoalCompletion)).all() == []
