"""One plan of budgets, held against what was spent and brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.csv_text import csv_text
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts import budget_service
from adplanning.forecasts.budget_charts import pacing_chart
from adplanning.forecasts.pacing import PROGRESS
from adplanning.forecasts.plan_service import PlanProgress, plan_against_actual
from adplanning.store.tables.forecasts import BudgetPlan
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.download import Download
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.budget_plans import state_of
from adplanning.ui.pages.chosen_days import in_full
from adplanning.ui.pages.forecast_words import (
    SLUG,
    amount,
    as_of_on,
    counted_days,
    days_in_words,
    for_file,
    measured,
)
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

PACED: Final = tuple(name for name, dtype in PROGRESS.items() if dtype == pl.Float64)


def plan_page(visit: Visit, plan_id: str) -> Sequence[Component]:
    """The plan of that id."""
    settings = visit.settings
    with visit.reading() as session:
        plan = budget_service.find_plan(session, plan_id)
        found = budget_service.allocations_of(session, plan_id)
        session.expunge_all()
    allocations, names = [one for one, _ in found], {one.campaign_id: name for one, name in found}
    went: dict[str, Mapping[str, Any]] = {}

    def draw() -> None:
        progress = plan_against_actual(
            visit.engine,
            plan,
            allocations,
            as_of_on=as_of_on(visit),
            zone=settings.zone,
            public_revenue=settings.public_revenue,
        )
        kpis.show(_headlines(plan, progress), f"Up to {in_full(as_of_on(visit))}.")
        notices.show(_notices(plan, progress))
        chart.draw(pacing_chart(progress.days, currency=plan.currency), for_file(progress.days, PACED, plan.currency))
        went.update({row["campaign_id"]: row for row in progress.campaigns.iter_rows(named=True)})
        table.refresh()

    def rows() -> list[Row]:
        return [
            _row(plan.currency, one.campaign_id, names[one.campaign_id], one.daily_minor, went.get(one.campaign_id, {}))
            for one in allocations
        ]

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        return rows()[query.offset : query.offset + query.limit], len(allocations)

    def delete(session: Session) -> None:
        budget_service.delete_plan(session, plan_id)

    visit.frame.title(plan.name)
    kpis, notices, download = Kpis(), Notices(), Download(visit)
    chart = ChartCard(
        served=visit.served,
        title="Does the money go out as planned?",
        file_name="plan-pacing",
        words="Summed from the first day on; dashed at the pace of the last seven days.",
    )
    table = Table(
        visit,
        label="Campaigns of the plan",
        title="How does each campaign go?",
        columns=[
            Column("campaign", "Campaign", on_phone=True),
            Column("daily", "Budget a day", numeric=True, on_phone=True),
            Column("planned", "Planned so far", numeric=True),
            Column("spent", "Spent so far", numeric=True, on_phone=True),
            Column("off", "Off by", numeric=True, help="Spent against planned so far"),
            Column("revenue", "Revenue", numeric=True),
            Column("conversions", "Conversions", numeric=True),
            Column("roas", "ROAS", numeric=True),
        ],
        sort="daily",
        fetch=fetch,
        export_name="budget-plan",
        empty="None of its campaigns exists any more.",
    )
    export = Action(
        "export",
        "Export CSV",
        "mdi-download",
        lambda _: download.send("budget-plan.csv", csv_text([row.values for row in rows()])),
    )
    buttons = [
        action
        for action in edit_and_delete(
            visit,
            edit=lambda: None,
            delete=delete,
            name=f"the plan “{plan.name}”",
            consequence="What was spent stays as it is.",
            back_to=f"{address_of(SLUG)}?view=plans",
        )
        if action.name == "delete"
    ]
    visit.frame.later(draw)
    return [notices, kpis, chart, table, Details(visit, _groups(visit, plan), [export, *buttons]), download]


def _headlines(plan: BudgetPlan, progress: PlanProgress) -> Sequence[Kpi]:
    pace, currency = progress.pace, plan.currency
    off = pace.off_by
    return [
        Kpi(
            "Planned",
            amount(pace.planned_total, currency, short=True),
            "Of all its days.",
            full=amount(pace.planned_total, currency),
            words=f"{amount(pace.planned_so_far, currency, short=True)} so far",
        ),
        Kpi(
            "Spent so far",
            amount(pace.spent_so_far, currency, short=True),
            "By its campaigns, on the days that are over.",
            full=amount(pace.spent_so_far, currency),
        ),
        Kpi(
            "Projected end",
            amount(pace.projected_end, currency, short=True),
            "What is spent on its last day if it goes on as in the last seven days.",
            full=amount(pace.projected_end, currency),
            words="" if off is None else f"{off:+.0%} against the plan",
        ),
        Kpi(
            "To spend a day",
            amount(pace.left_a_day, currency, short=True),
            "On each day that is left, so that the plan is met.",
            full=amount(pace.left_a_day, currency),
            words=f"{counted_days(pace.n_days_left)} left",
        ),
    ]


def _notices(plan: BudgetPlan, progress: PlanProgress) -> Sequence[Notice]:
    words = progress.pace.words
    kind = "good" if words.startswith("On plan") else "warning" if progress.pace.off_by is not None else "info"
    return [Notice(words, kind), *(Notice(str(one)) for one in plan.expected.get("warnings") or [])]


def _row(currency: str, campaign_id: str, name: str, daily: int, went: Mapping[str, Any]) -> Row:
    planned, spent, revenue, conversions = (
        went.get(key) for key in ("planned_so_far", "spent_so_far", "revenue_minor", "n_conversions")
    )
    roas = revenue / spent if spent and revenue is not None else None
    off = spent / planned - 1 if planned and spent is not None else None
    return Row(
        campaign_id,
        name,
        address_of("meta-ads/campaigns", campaign_id),
        {
            "campaign": text(name, hint=name),
            "daily": text(amount(daily, currency)),
            "planned": text(None if planned is None else amount(planned, currency)),
            "spent": text(None if spent is None else amount(spent, currency)),
            "off": text(None if off is None else f"{off:+.0%}"),
            "revenue": text(None if revenue is None else amount(revenue, currency)),
            "conversions": text(None if conversions is None else measured("conversions", conversions, currency)),
            "roas": text(None if roas is None else formats.times(roas)),
        },
        {
            "campaign_id": campaign_id,
            "campaign": name,
            "daily_minor": daily,
            "planned_so_far_minor": planned,
            "spent_so_far_minor": spent,
            "revenue_minor": revenue,
            "n_conversions": conversions,
            "currency": currency,
        },
    )


def _groups(visit: Visit, plan: BudgetPlan) -> Mapping[str, Mapping[str, Cell]]:
    expected, currency = plan.expected, plan.currency
    outcome = str(expected.get("outcome"))
    low, middle, high = (
        measured(outcome, expected.get(name), currency) for name in ("expected_lower", "expected", "expected_upper")
    )
    target = plan.target_value
    aim = (
        None
        if target is None
        else f"ROAS of {formats.times(target)}"
        if plan.target == BudgetTarget.roas
        else f"{formats.money(target, currency)} a conversion at most"
    )
    return {
        "Plan": {
            "State": state_of(visit, plan).cell(),
            "Days": text(days_in_words(plan.first_on, plan.last_on)),
            "Total": text(amount(plan.total_minor, currency)),
            "Target": text(aim),
            "Saved": text(formats.moment(plan.created_at, visit.settings.zone)),
            "Saved by": text(plan.created_by),
        },
        "Expected when it was saved": {
            f"{outcome.capitalize()} a day": text(f"{middle} ({low} to {high})"),
            "With the usual budgets": text(measured(outcome, expected.get("usual_expected"), currency)),
        },
    }
