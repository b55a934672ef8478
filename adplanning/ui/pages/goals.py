"""Goals: what visitors are wanted to do, and how often they have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adplanning.conversions import service
from adplanning.conversions.fields import GoalChange, GoalFields
from adplanning.conversions.service import Completions
from adplanning.core.errors import InvalidData
from adplanning.core.money import to_major
from adplanning.core.validation import validated
from adplanning.core.vocabulary import GoalType
from adplanning.store.tables.events import Goal
from adplanning.ui import badges, formats
from adplanning.ui.catalogue import address_of
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.table import Action, Cell, Column, Filter, Query, Row, Table, text
from adplanning.ui.visit import Visit

SLUG = "ad-planning/goals"
TYPES = {kind.value: badges.GOAL_TYPES[kind].words for kind in GoalType}
ACTIVE = {"true": "Active", "false": "Paused"}

_VALUED = (GoalType.purchase, GoalType.add_to_cart, GoalType.lead_form, GoalType.custom_event)
_ON_PAGES = (GoalType.page_view, GoalType.lead_form, GoalType.time_on_page, GoalType.scroll_depth)


def goal_fields(currency: str) -> tuple[Field, ...]:
    """The form of a goal whose amounts are in a currency."""
    return (
        Field("name", "Name", required=True, help='What you call it, such as "Order over ₹500".'),
        Field("goal_type", "Type", "choice", required=True, options=TYPES, help="Which events it listens to."),
        Field(
            "conditions.min_value",
            "Value of at least",
            "number",
            unit=currency,
            help="An event of exactly this value counts; one in another currency does not.",
            only_for={"goal_type": _VALUED},
        ),
        Field(
            "conditions.event_name",
            "Event name",
            help="Exactly as the shop sends it.",
            only_for={"goal_type": (GoalType.custom_event,)},
        ),
        Field(
            "conditions.pathname_pattern",
            "Page",
            help="The page's path; * stands for anything, as in /products/*.",
            only_for={"goal_type": _ON_PAGES},
        ),
        Field(
            "conditions.min_time_seconds",
            "Time of at least",
            "number",
            unit="seconds",
            only_for={"goal_type": (GoalType.time_on_page,)},
        ),
        Field(
            "conditions.min_scroll_percent",
            "Scrolled at least",
            "number",
            unit="%",
            only_for={"goal_type": (GoalType.scroll_depth,)},
        ),
        Field(
            "conditions.custom_conditions",
            "Further conditions",
            "rows",
            help="Each must equal what the event carries under that name; numbers, true and false count as such.",
            parts=(Field("name", "Name in the event"), Field("value", "Value")),
        ),
        Field("value_from_event", "Worth the event's own value", "switch", help="Otherwise the default value below."),
        Field(
            "default_value",
            "Default value",
            "number",
            unit=currency,
            help="What a completion is worth when its event has no value.",
        ),
        Field("priority", "Priority", "number", help="Higher ones are listed first."),
        Field("description", "Description", "area"),
        Field("is_active", "Active", "switch", help="A paused goal keeps its completions and counts no new ones."),
    )


FRESH: Mapping[str, Any] = {"goal_type": "purchase", "value_from_event": True, "is_active": True, "priority": 0}


def goals(visit: Visit) -> Sequence[Component]:
    """The list, or one goal."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def goal_values(given: Values) -> dict[str, Any]:
    """What the form holds, as the fields of a goal.

    >>> goal_values({"name": "Blue", "conditions.custom_conditions": [{"name": "colour", "value": "blue"}]})
    {'name': 'Blue', 'conditions': {'custom_conditions': {'colour': 'blue'}}}
    """
    values = {key: value for key, value in given.items() if not key.startswith("conditions.")}
    conditions = {key.removeprefix("conditions."): value for key, value in given.items() if key not in values}
    lines = conditions.pop("custom_conditions", [])
    if any(line["value"].strip() and not line["name"].strip() for line in lines):
        raise InvalidData.at("conditions.custom_conditions", "a value has no name; name it or remove the line")
    custom = {line["name"].strip(): _literal(line["value"]) for line in lines if line["name"].strip()}
    if custom:
        conditions["custom_conditions"] = custom
    return {**values, "conditions": conditions}


def _literal(written: str) -> str | float | bool:
    try:
        value = json.loads(written)
    except ValueError:
        return written
    return value if isinstance(value, (bool, int, float)) else written


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


def conditions_in_words(goal: Goal) -> str:
    """The conditions of a goal as one reads them."""
    named = {name: value for name, value in goal.conditions.items() if value is not None}
    words = {
        "event_name": "event {}",
        "pathname_pattern": "page {}",
        "min_time_seconds": "at least {:g} s",
        "min_scroll_percent": "scrolled at least {:g}%",
    }
    parts = [words[name].format(named[name]) for name in words if name in named]
    if "min_value" in named:
        parts.append(f"value of at least {formats.money(named['min_value'], goal.currency)}")
    parts += [f"{name} = {value}" for name, value in (named.get("custom_conditions") or {}).items()]
    return ", ".join(parts) or "any"


def _one(visit: Visit, goal_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        goal = service.find_goal(session, goal_id)
        done = _completions(visit, [goal_id])[goal_id]
        details, given, name, goal_currency = _groups(visit, goal), _given(goal), goal.name, goal.currency
    visit.frame.title(name)

    def submit(values: Values) -> None:
        change = _change(values)
        with visit.writing() as session:
            service.change_goal(session, goal_id, change, now=visit.now())
        visit.frame.toast("Changes saved.")
        visit.frame.go(address_of(SLUG, goal_id))

    def delete() -> None:
        with visit.writing() as session:
            service.delete_goal(session, goal_id)
        visit.frame.toast(f"Goal “{name}” deleted.")
        visit.frame.go(address_of(SLUG))

    def ask_to_delete(_: str) -> None:
        visit.frame.confirm(
            f"Delete the goal “{name}”?",
            f"Its {done.count} completions go with it; the events themselves stay. This cannot be undone.",
            "Delete",
            delete,
        )

    form = Form(
        visit,
        title=f"Change “{name}”",
        button="Save changes",
        fields=goal_fields(goal_currency),
        check=_change,
        submit=submit,
    )
    actions = [
        Action("edit", "Edit", "mdi-pencil-outline", lambda _: form.ask(given)),
        Action("delete", "Delete", "mdi-delete-outline", ask_to_delete),
    ]
    currency = visit.settings.currency
    value = to_major(done.value_minor, currency)
    kpis = Kpis()
    kpis.show(
        [
            Kpi(
                "Completions",
                formats.number(done.count, currency=currency),
                "How many events have met this goal.",
                href=f"{address_of('ad-planning/conversions')}",
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
    return [kpis, Details(visit, details, actions if visit.may_write else []), form]


def _change(values: Values) -> GoalChange:
    """What the form holds as a change: a field left empty is emptied, a priority left empty is 0."""
    emptied = {"description": None, "default_value": None, "priority": 0}
    # A name or type left empty is missing, as in a new goal.
    validated(GoalFields, goal_values(values))
    return validated(GoalChange, {**emptied, **goal_values(values)})


def _given(goal: Goal) -> dict[str, Any]:
    conditions = {f"conditions.{name}": value for name, value in goal.conditions.items()}
    custom = goal.conditions.get("custom_conditions") or {}
    conditions["conditions.custom_conditions"] = [
        {"name": name, "value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in custom.items()
    ]
    default_minor = goal.default_value_minor
    return {
        "name": goal.name,
        "description": goal.description,
        "goal_type": goal.goal_type,
        "value_from_event": goal.value_from_event,
        "is_active": goal.is_active,
        "priority": goal.priority,
        "default_value": None if default_minor is None else to_major(default_minor, goal.currency),
        **conditions,
    }


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
            "Priority": text(goal.priority),
            "Website": text(goal.website_id or "all"),
            "Created": text(formats.moment(goal.created_at, visit.settings.zone)),
            "Changed": text(formats.moment(goal.updated_at, visit.settings.zone)),
        },
    }
