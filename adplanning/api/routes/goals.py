"""/admin/ad-planning/goals: what the shop wants visitors to do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Filter, Id, Now, Page, Reading, StoreEngine, Writing
from adplanning.conversions import service
from adplanning.conversions.fields import GoalChange, GoalFields
from adplanning.conversions.service import Completions
from adplanning.core.money import to_major
from adplanning.core.periods import isoformat
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import GoalType
from adplanning.store.tables.events import Goal

router = APIRouter(prefix="/admin/ad-planning/goals", tags=["goals"])


class CompletionsOut(BaseModel):
    """How often the goal was completed, for how much in the reporting currency, and when last.

    `unconverted` completions are not in the value: no rate is known from their currency.
    """

    count: int
    value: float
    unconverted: int
    last_at: str | None


class GoalOut(BaseModel):
    """A goal as the API shows one."""

    id: str
    name: str
    description: str | None
    goal_type: GoalType
    conditions: dict[str, Any]
    default_value: float | None
    currency: str
    value_from_event: bool
    is_active: bool
    website_id: str | None
    priority: int
    lookback_days: int | None
    half_life_days: float | None
    first_weight: float | None
    last_weight: float | None
    metadata: dict[str, Any]
    completions: CompletionsOut
    created_at: str | None
    updated_at: str | None


class GoalAnswer(BaseModel):
    """One goal."""

    goal: GoalOut


class GoalsAnswer(BaseModel):
    """A page of goals."""

    goals: list[GoalOut]
    count: int
    limit: int
    offset: int


def goal_json(goal: Goal, completions: Completions, currency: str) -> GoalOut:
    """A goal as the API shows one; the completions' value is in the reporting currency."""
    default_minor = goal.default_value_minor
    return GoalOut(
        id=goal.id,
        name=goal.name,
        description=goal.description,
        goal_type=GoalType(goal.goal_type),
        conditions=goal.conditions,
        default_value=None if default_minor is None else to_major(default_minor, goal.currency),
        currency=goal.currency,
        value_from_event=goal.value_from_event,
        is_active=goal.is_active,
        website_id=goal.website_id,
        priority=goal.priority,
        lookback_days=goal.lookback_days,
        half_life_days=goal.half_life_days,
        first_weight=goal.first_weight,
        last_weight=goal.last_weight,
        metadata=goal.extra or {},
        completions=CompletionsOut(
            count=completions.count,
            value=to_major(completions.value_minor, currency),
            unconverted=completions.n_unconverted,
            last_at=isoformat(completions.last_at),
        ),
        created_at=isoformat(goal.created_at),
        updated_at=isoformat(goal.updated_at),
    )


@router.post("", status_code=201)
def create(body: GoalFields, session: Writing, settings: AppSettings, now: Now) -> GoalAnswer:
    """Add a goal; events from now on are held against it."""
    goal = service.create_goal(session, body, currency=settings.currency, now=now)
    return GoalAnswer(goal=goal_json(goal, service.NO_COMPLETIONS, settings.currency))


@router.get("")
def list_(
    session: Reading,
    engine: StoreEngine,
    settings: AppSettings,
    page: Page,
    website_id: Filter = None,
    goal_type: GoalType | None = None,
    is_active: bool | None = None,
) -> GoalsAnswer:
    """Goals, those of higher priority first."""
    filters = {"website_id": website_id, "goal_type": goal_type, "is_active": is_active}
    goals, count = service.list_goals(session, filters, limit=page.limit, offset=page.offset)
    done = service.completions(engine, [g.id for g in goals], currency=settings.currency, zone=settings.zone)
    return GoalsAnswer(
        goals=[goal_json(goal, done[goal.id], settings.currency) for goal in goals],
        count=count,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/{goal_id}")
def read(goal_id: Id, session: Reading, engine: StoreEngine, settings: AppSettings) -> GoalAnswer:
    """One goal."""
    return _answer(service.find_goal(session, goal_id), engine, settings)


@router.put("/{goal_id}")
def change(
    goal_id: Id, body: GoalChange, session: Writing, engine: StoreEngine, settings: AppSettings, now: Now
) -> GoalAnswer:
    """Change the fields that are sent; what has completed the goal already stays."""
    return _answer(service.change_goal(session, goal_id, body, now=now), engine, settings)


@router.delete("/{goal_id}")
def delete(goal_id: Id, session: Writing) -> Deleted:
    """Remove a goal with its completions."""
    service.delete_goal(session, goal_id)
    return Deleted(id=goal_id)


def _answer(goal: Goal, engine: StoreEngine, settings: Settings) -> GoalAnswer:
    done = service.completions(engine, [goal.id], currency=settings.currency, zone=settings.zone)
    return GoalAnswer(goal=goal_json(goal, done[goal.id], settings.currency))
