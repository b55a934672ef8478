"""The plans that were saved."""

from __future__ import annotations

from collections.abc import Sequence

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.forecasts.budget_service import list_plans
from adplanning.store.tables.forecasts import BudgetPlan
from adplanning.ui.actions import Action
from adplanning.ui.badges import Badge
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.pages.chosen_days import today_of
from adplanning.ui.pages.forecast_words import SLUG, amount, days_in_words, measured, signed, view_switch
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

TO_COME = Badge("To come", "grey", "mdi-clock-outline")
PASSING = Badge("Passing", "green", "mdi-play-circle-outline")
OVER = Badge("Over", "blue", "mdi-flag-checkered")


def plans_view(visit: Visit) -> Sequence[Component]:
    """The list; each leads to how it goes."""

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = list_plans(
                session,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, plan) for plan in found], total

    plan = Action(
        "plan", "Plan a budget", "mdi-tune-vertical", lambda _: visit.frame.go(f"{address_of(SLUG)}?view=budget")
    )
    table = Table(
        visit,
        label="Plans",
        columns=[
            Column("name", "Plan", sortable=True, on_phone=True),
            Column("first_on", "Days", sortable=True),
            Column("state", "State", on_phone=True),
            Column("total", "Total", numeric=True, sortable=True, on_phone=True),
            Column("expected", "Expected a day", numeric=True, help="With the 95% interval on hover"),
            Column("gain", "Against usual", numeric=True, help="A day, against the budgets that were usual then"),
            Column("created_by", "Saved by"),
            Column("created_at", "Saved", sortable=True),
        ],
        searchable="Search name",
        sort="created_at",
        fetch=fetch,
        export_name="budget-plans",
        empty="No plan yet. Split a budget in the planner and save it; it is then held against what is spent.",
        empty_action=plan,
        beside=lambda: {"view": "plans"},
    )
    return [view_switch(visit), table]


def state_of(visit: Visit, plan: BudgetPlan) -> Badge:
    """Whether its days are to come, are passing or are over."""
    today = today_of(visit)
    return TO_COME if today < plan.first_on else OVER if plan.last_on < today else PASSING


def _row(visit: Visit, plan: BudgetPlan) -> Row:
    expected, currency = plan.expected, plan.currency
    outcome = str(expected.get("outcome"))
    lower, middle, upper, gain = (
        expected.get(name) for name in ("expected_lower", "expected", "expected_upper", "gain")
    )
    state = state_of(visit, plan)
    return Row(
        plan.id,
        plan.name,
        address_of(SLUG, plan.id),
        {
            "name": text(plan.name, hint=plan.name),
            "first_on": text(days_in_words(plan.first_on, plan.last_on)),
            "state": state.cell(),
            "total": text(amount(plan.total_minor, currency)),
            "expected": text(
                measured(outcome, middle, currency),
                hint=f"{measured(outcome, lower, currency)} to {measured(outcome, upper, currency)}",
            ),
            "gain": text(signed(outcome, gain, currency)),
            "created_by": text(plan.created_by),
            "created_at": text(formats.moment(plan.created_at, visit.settings.zone)),
        },
        {
            "id": plan.id,
            "name": plan.name,
            "first_on": plan.first_on,
            "last_on": plan.last_on,
            "state": state.words,
            "total": to_major(plan.total_minor, currency),
            "currency": currency,
            "outcome": outcome,
            "created_by": plan.created_by,
            "created_at": plan.created_at.isoformat(),
        },
    )
