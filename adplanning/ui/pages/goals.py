"""Goals: what visitors are wanted to do, and how often they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adplanning.attribution.credit_options import HALF_LIFE_DAYS, LOOKBACK_DAYS
from adplanning.conversions import service
from adplanning.conversions.fields import GoalFields
from adplanning.conversions.service import Completions
from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.validation import validated
from adplanning.core.vocabulary import GoalType
from adplanning.store.tables.events import Goal
from adplanning.ui import badges
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.form import Form, Values
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.goal_form import (
    FRESH,
    TYPES,
    conditions_in_words,
    given_of,
    goal_change,
    goal_fields,
    goal_values,
)
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

SLUG = "ad-planning/goals"
ACTIVE = {"true": "Active", "false": "Paused"}


def goals(visit: Visit) -> Sequence[Component]:
    """The list, or one goal."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        chosen = query.filters.get("is_active")
        filters = {
            "goal_type": query.filters.get("goal_type"),
            "is_active": None if chosen is None else chosen == "true",
        }
        with visit.reading() as session:
            found, total = service.list_goals(
                session,
                filters,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            done = _completions(visit, [goal.id for goal in found])
            return [_row(visit, goal, done[goal.id]) for goal in found], total

    def submit(values: Values) -> None:
        fields = validated(GoalFields, goal_values(values))
        with visit.writing() as session:
            service.create_goal(session, fields, currency=visit.settings.currency, now=visit.now())
        visit.frame.toast(f"Goal “{fields.name}” created; events from now on are held against it.")
        table.refresh()

    form = Form(
        visit,
        title="New goal",
        button="Create goal",
        fields=goal_fields(visit.settings.currency),
        check=lambda values: validated(GoalFields, goal_values(values)),
        submit=submit,
    )
    add = Action("add", "New goal", "mdi-plus", lambda _: form.ask(FRESH))
    table = Table(
        visit,
        label="Goals",
        columns=[
            Column("name", "Goal", sortable=True, on_phone=True),
            Column("goal_type", "Type", sortable=True),
            Column("conditions", "Conditions"),
            Column("completions", "Completions", numeric=True, on_phone=True, help="How often it was met"),
            Column("value", "Value", numeric=True, help="What its completions are worth, in the reporting currency"),
            Column("last_at", "Last met"),
            Column("priority", "Priority", numeric=True, sortable=True),
            Column("is_active", "Active", sortable=True),
        ],
        filters=[Filter("goal_type", "Type", TYPES), Filter("is_active", "State", ACTIVE)],
        searchable="Search name and description",
        sort="priority",
        fetch=fetch,
        export_name="goals",
        empty="No goal yet. A goal says what you want visitors to do, such as a purchase over ₹500.",
        empty_action=add if visit.may_write else None,
    )
    return [*([MainButton(visit, add)] if visit.may_write else []), table, form]


def _completions(visit: Visit, goal_ids: Sequence[str]) -> Mapping[str, Completions]:
    settings = visit.settings
    return service.completions(visit.engine, goal_ids, currency=settings.currency, zone=settings.zone)


def _row(visit: Visit, goal: Goal, done: Completions) -> Row:
    currency = visit.settings.currency
    value = to_major(done.value_minor, currency)
    return Row(
        goal.id,
        goal.name,
        address_of(SLUG, goal.id),
        {
            "name": text(goal.name),
            "goal_type": badges.GOAL_TYPES[GoalType(goal.goal_type)].cell(),
            "conditions": text(conditions_in_words(goal)),
            "completions": text(formats.number(done.count, currency=currency)),
            "value": text(formats.money(value, currency), hint=_apart(done)),
            "last_at": text(formats.moment(done.last_at, visit.settings.zone)),
            "priority": text(goal.priority),
            "is_active": (badges.YES if goal.is_active else badges.NO).cell(),
        },
        {
            "id": goal.id,
            "name": goal.name,
            "type": goal.goal_type,
            "conditions": conditions_in_words(goal),
            "completions": done.count,
            "value": value,
            "currency": currency,
            "last_at": None if done.last_at is None else done.last_at.isoformat(),
            "priority": goal.priority,
            "is_active": goal.is_active,
        },
    )


def _apart(done: Completions) -> str:
    return f"{done.n_unconverted} more have a value in a currency without a known rate" if done.n_unconverted else ""


def _one(visit: Visit, goal_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        goal = service.find_goal(session, goal_id)
        done = _completions(visit, [goal_id])[goal_id]
        details, given, name, goal_currency = _groups(visit, goal), given_of(goal), goal.name, goal.currency
    visit.frame.title(name)

    def submit(values: Values) -> None:
        change = goal_change(values)
        with visit.writing() as session:
            service.change_goal(session, goal_id, change, now=visit.now())
        visit.frame.toast("Changes saved.")
        visit.frame.go(address_of(SLUG, goal_id))

    form = Form(
        visit,
        title=f"Change “{name}”",
        button="Save changes",
        fields=goal_fields(goal_currency, given),
        check=goal_change,
        submit=submit,
    )
    actions = edit_and_delete(
        visit,
        edit=lambda: form.ask(given),
        delete=lambda session: service.delete_goal(session, goal_id),
        name=f"the goal “{name}”",
        consequence=f"Its {done.count} completions go with it; the events themselves stay.",
        back_to=address_of(SLUG),
    )
    currency = visit.settings.currency
    value = to_major(done.value_minor, currency)
    kpis = Kpis()
    kpis.show(
        [
            Kpi(
                "Completions",
                formats.number(done.count, currency=currency),
                "How many events have met this goal.",
            ),
            Kpi(
                "Value",
                formats.short_money(value, currency),
                "What those completions are worth in the reporting currency.",
                full=formats.money(value, currency),
            ),
            Kpi("Last met", formats.moment(done.last_at, visit.settings.zone), "When an event met it last."),
        ],
        _apart(done),
    )
    return [kpis, Details(visit, details, actions), form]


def _groups(visit: Visit, goal: Goal) -> Mapping[str, Mapping[str, Cell]]:
    default_minor = goal.default_value_minor
    default = None if default_minor is None else formats.money(to_major(default_minor, goal.currency), goal.currency)
    return {
        "Goal": {
            "Name": text(goal.name),
            "Type": badges.GOAL_TYPES[GoalType(goal.goal_type)].cell(),
            "Conditions": text(conditions_in_words(goal)),
            "Active": (badges.YES if goal.is_active else badges.NO).cell(),
            "Description": text(goal.description),
        },
        "Worth": {
            "Event's own value": (badges.YES if goal.value_from_event else badges.NO).cell(),
            "Default value": text(default),
            "Currency": text(goal.currency),
            "Lookback window": text(f"{goal.lookback_days or LOOKBACK_DAYS} days"),
            "Half-life": text(f"{goal.half_life_days or HALF_LIFE_DAYS:g} days"),
            "Priority": text(goal.priority),
            "Website": text(goal.website_id or "all"),
            "Created": text(formats.moment(goal.created_at, visit.settings.zone)),
            "Changed": text(formats.moment(goal.updated_at, visit.settings.zone)),
        },
    }
