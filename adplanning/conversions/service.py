"""What can be done with conversions and goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from adplanning.conversions import queries
from adplanning.conversions.fields import (
    ConversionChange,
    GoalChange,
    GoalFields,
    conversion_changes,
    conversion_columns,
    goal_changes,
    goal_columns,
)
from adplanning.conversions.goals import EventView, GoalRule, met_goals
from adplanning.conversions.rates import ConversionStatistics, conversion_statistics
from adplanning.conversions.refunds import remaining_minor
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.money import in_reporting_currency
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store import lists
from adplanning.store.tables.events import Conversion, Goal, GoalCompletion


def find_conversion(session: Session, conversion_id: str) -> Conversion:
    """The conversion of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Conversion, conversion_id)
    if found is None:
        raise NotFound(f"id: there is no conversion {conversion_id!r}; GET /admin/ad-planning/conversions lists them")
    return found


def list_conversions(
    session: Session,
    filters: Mapping[str, str | bool | None],
    period: Period,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[tuple[Conversion, list[str]]], int]:
    """One page of conversions with the goals each has met, and how many match in all.

    Parameters
    ----------
    filters, period : what must hold of each.
    limit, offset : which of the rows make the page.
    search : what one of its name, UTM source or campaign, order, visitor or id must hold, in whatever case.
    sort, descending : an order of `queries.CONVERSION_ORDERS`; newest first when there is none.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_conversions(filters, period, search=search)
    rows, total = lists.page(
        session,
        query,
        queries.CONVERSION_ORDERS,
        sort=sort,
        usual="converted_at",
        ties=Conversion.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
    met = queries.goals_met(session, [row.id for row in rows])
    return [(row, met.get(row.id, [])) for row in rows], total


def goals_of(session: Session, conversion: Conversion) -> list[str]:
    """The goals that one conversion has met."""
    return queries.goals_met(session, [conversion.id]).get(conversion.id, [])


def change_conversion(session: Session, conversion_id: str, change: ConversionChange, *, now: datetime) -> Conversion:
    """Change the given fields of a conversion and hold it against the active goals anew.

    What is paid back is taken out of the value; a cancelled conversion completes no goal and gives no credit.

    Raises
    ------
    NotFound : there is no such conversion.
    InvalidData : a null for a field that must have a value, or an amount that cannot be kept or was never paid.
    """
    conversion = find_conversion(session, conversion_id)
    columns = conversion_columns(conversion_changes(change), conversion.currency)
    cancelled, refunded = columns.pop("cancelled", None), columns.pop("refunded_minor", None)
    for name, value in columns.items():
        setattr(conversion, name, value)
    if refunded is not None and refunded != conversion.refunded_minor:
        conversion.value_minor = remaining_minor(
            conversion.value_minor, conversion.refunded_minor, refunded, currency=conversion.currency
        )
        conversion.refunded_minor = refunded
    if cancelled is not None:
        conversion.cancelled_at = (conversion.cancelled_at or now) if cancelled else None
    hold_against_goals(session, [conversion])
    return conversion


def hold_against_goals(session: Session, conversions: Iterable[Conversion]) -> None:
    """Let conversions that have changed complete the active goals anew; a cancelled one or a bot's completes none."""
    rules = goal_rules(session)
    if not rules:
        return
    held = [rule.goal_id for rule in rules]
    for conversion in conversions:
        earlier = (GoalCompletion.conversion_id == conversion.id) & GoalCompletion.goal_id.in_(held)
        session.execute(delete(GoalCompletion).where(earlier))
        counts = not (conversion.is_bot or conversion.cancelled_at)
        for met in met_goals(_view(conversion), rules) if counts else ():
            session.add(
                GoalCompletion(
                    goal_id=met.goal_id,
                    conversion_id=conversion.id,
                    value_minor=met.value_minor,
                    currency=met.currency,
                    completed_at=conversion.converted_at,
                )
            )
    session.flush()


def delete_conversion(session: Session, conversion_id: str) -> None:
    """Remove a conversion with the goals it completed and the credit it gave."""
    session.delete(find_conversion(session, conversion_id))


def statistics(
    engine: Engine,
    filters: Mapping[str, str | None],
    period: Period,
    *,
    currency: str,
    zone: ZoneInfo,
    group_by: str,
    public_revenue: PublicRevenue,
) -> ConversionStatistics:
    """Totals over all matching conversions of a period; see `rates.conversion_statistics`."""
    conversions, rates, n_visitors = queries.conversion_facts(engine, period, filters, public_revenue)
    return conversion_statistics(
        conversions.lazy(), rates, n_visitors=n_visitors, currency=currency, zone=zone, group_by=group_by
    )


@dataclass(frozen=True)
class Completions:
    """How often a goal was completed, for how much (minor units of the reporting currency), and when last.

    `n_unconverted` completions have a value in a currency without a known rate, which `value_minor` leaves out.
    """

    count: int
    value_minor: int
    n_unconverted: int
    last_at: datetime | None


NO_COMPLETIONS = Completions(0, 0, 0, None)


def create_goal(session: Session, fields: GoalFields, *, currency: str, now: datetime) -> Goal:
    """Add a goal whose amounts are in `currency`; events from now on are held against it.

    Raises
    ------
    InvalidData : an amount that cannot be kept, or weights of more than one.
    """
    columns = goal_columns({name: getattr(fields, name) for name in GoalFields.model_fields}, currency)
    goal = Goal(id=new_id("goal"), currency=currency, created_at=now, updated_at=now, **columns)
    _refuse_weights(goal)
    session.add(goal)
    return goal


def change_goal(session: Session, goal_id: str, change: GoalChange, *, now: datetime) -> Goal:
    """Change the given fields of a goal; what has completed it already stays.

    Raises
    ------
    NotFound : there is no such goal.
    InvalidData : a null for a field that must have a value, an amount that cannot be kept, or weights of more than one.
    """
    named = goal_changes(change)
    goal = find_goal(session, goal_id)
    for name, value in goal_columns(named, goal.currency).items():
        setattr(goal, name, value)
    _refuse_weights(goal)
    goal.updated_at = now
    return goal


def _refuse_weights(goal: Goal) -> None:
    if (goal.first_weight is None) != (goal.last_weight is None):
        raise InvalidData.at("first_weight", "needs last_weight beside it; give both or neither")
    if goal.first_weight is not None and goal.last_weight is not None and goal.first_weight + goal.last_weight > 1:
        total = goal.first_weight + goal.last_weight
        raise InvalidData.at("first_weight", f"and last_weight add up to {total:g}; together they are at most 1")


def find_goal(session: Session, goal_id: str) -> Goal:
    """The goal of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(Goal, goal_id)
    if found is None:
        raise NotFound(f"id: there is no goal {goal_id!r}; GET /admin/ad-planning/goals lists them")
    return found


def delete_goal(session: Session, goal_id: str) -> None:
    """Remove a goal with its completions."""
    session.delete(find_goal(session, goal_id))


def list_goals(
    session: Session,
    filters: Mapping[str, str | bool | None],
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[Goal], int]:
    """One page of goals, and how many match in all.

    With `search`, the name or the description holds it, in whatever case. `sort` is one of `queries.GOAL_ORDERS`;
    without it those of higher priority come first.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_goals(filters, search=search)
    return lists.page(
        session,
        query,
        queries.GOAL_ORDERS,
        sort=sort,
        usual="priority",
        ties=Goal.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def completions(engine: Engine, goal_ids: Sequence[str], *, currency: str, zone: ZoneInfo) -> dict[str, Completions]:
    """The completions of some goals, counted from the data."""
    found, rates = queries.completion_facts(engine, goal_ids)
    dated = found.lazy().with_columns(on=pl.col("completed_at").dt.convert_time_zone(zone.key).dt.date())
    by_goal = (
        in_reporting_currency(dated, rates, currency=currency, amount="value_minor", on="on", into="reported_minor")
        .group_by("goal_id")
        .agg(
            pl.len(),
            pl.col("reported_minor").sum(),
            (pl.col("reported_minor").is_null() & pl.col("value_minor").is_not_null()).sum().alias("n_unconverted"),
            pl.col("completed_at").max(),
        )
        .collect()
    )
    counted = {goal_id: Completions(*figures) for goal_id, *figures in by_goal.iter_rows()}
    return {goal_id: counted.get(goal_id, NO_COMPLETIONS) for goal_id in goal_ids}


def goal_rules(session: Session) -> list[GoalRule]:
    """The active goals, those of higher priority first."""
    active = select(Goal).where(Goal.is_active.is_(True)).order_by(Goal.priority.desc(), Goal.id)
    return [
        GoalRule(
            goal_id=goal.id,
            goal_type=goal.goal_type,
            conditions=goal.conditions,
            default_value_minor=goal.default_value_minor,
            currency=goal.currency,
            value_from_event=goal.value_from_event,
            website_id=goal.website_id,
        )
        for goal in session.scalars(active)
    ]


def _view(conversion: Conversion) -> EventView:
    data = conversion.extra or {}
    return EventView(
        kind="conversion",
        event_type=conversion.conversion_type,
        event_name=conversion.conversion_name,
        page=conversion.pathname,
        website_id=conversion.website_id,
        value_minor=conversion.value_minor,
        currency=conversion.currency,
        data=data,
    )
