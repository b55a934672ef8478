"""Who is at risk of being lost, why, what it would cost, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from adplanning.core import formats
from adplanning.scores import service
from adplanning.scores.service import AtRisk, AtRiskSummary, Priority
from adplanning.ui.badges import Badge
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.person_words import way_address
from adplanning.ui.pages.score_words import risk_cell, view_switch, whose
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

PRIORITIES: Final = {
    Priority.high_value_at_risk: Badge("High value", "purple", "mdi-diamond-stone"),
    Priority.critical: Badge("Critical", "red", "mdi-alert-octagon-outline"),
    Priority.standard: Badge("Standard", "grey", "mdi-account-outline"),
}
FACTORS: Final = {
    "activity_risk": "no activity lately",
    "purchase_risk": "no purchase lately",
    "engagement_risk": "does less than before",
    "sentiment_risk": "sounds unhappy",
}
THRESHOLDS: Final = {"25": "25% or more", "40": "40% or more", "50": "50% or more", "70": "70% or more"}


def risk_view(visit: Visit) -> Sequence[Component]:
    """The customers to be called first, and what is at stake with all of them."""

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, summary = service.at_risk(
                session,
                currency=visit.settings.currency,
                min_risk_score=float(query.filters["from"]),
                limit=query.limit,
                offset=query.offset,
            )
            rows = [_row(visit, one) for one in found]
        kpis.show(_headlines(summary, visit.settings.currency), "Over all customers of the chosen risk.")
        return rows, summary.total

    kpis = Kpis()
    table = Table(
        visit,
        label="Customers at risk",
        title="Who is to be called first?",
        columns=[
            Column("person", "Customer", on_phone=True),
            Column("churn_risk", "Churn risk", on_phone=True),
            Column("priority", "Priority", help="High value above all, then the critical ones"),
            Column("remaining", "At stake", numeric=True, help="What they are expected to pay yet"),
            Column("clv", "CLV", numeric=True, help="What they have paid and are expected to pay yet"),
            Column("why", "Why", help="What the risk comes from, and how far each factor has gone"),
            Column("advice", "What to do"),
        ],
        filters=[Filter("from", "Risk", THRESHOLDS, default="50")],
        sort="priority",
        fetch=fetch,
        export_name="customers-at-risk",
        empty="Nobody's risk is as high as that, or nobody has been scored yet.",
        prefix="risk_",
        beside=lambda: {"view": "at-risk"},
    )
    return [view_switch(visit), kpis, table]


def _headlines(summary: AtRiskSummary, currency: str) -> Sequence[Kpi]:
    def count(n: int) -> str:
        return formats.number(n, currency=currency)

    stake = summary.remaining_revenue
    return [
        Kpi("At risk", count(summary.total), "Customers of the chosen risk or a higher one."),
        Kpi("Critical", count(summary.critical), "Those whose risk is 75% or more."),
        Kpi("High value", count(summary.high_value), "Those whose CLV is above 10,000."),
        Kpi(
            "At stake",
            formats.short_money(stake, currency),
            "What all of them are expected to pay yet.",
            full=formats.money(stake, currency),
        ),
    ]


def reasons(factors: Mapping[str, float]) -> str:
    """What a risk comes from, what has gone furthest first.

    >>> reasons({"activity_risk": 50.0, "purchase_risk": 100.0, "engagement_risk": 0.0})
    'No purchase lately (100%), no activity lately (50%)'
    """
    by_size = sorted((-percent, name) for name, percent in factors.items() if percent > 0)
    said = [f"{FACTORS.get(name, name)} ({formats.percent(-percent / 100, 0)})" for percent, name in by_size]
    return ", ".join(said)[:1].upper() + ", ".join(said)[1:]


def _row(visit: Visit, one: AtRisk) -> Row:
    churn, clv = one.churn, one.clv
    currency = (clv and clv.currency) or visit.settings.currency
    name = whose(one.person, churn.person_id)
    why = reasons(churn.details.get("contributing_factors") or {})
    advice = " ".join(churn.details.get("recommendations") or [])
    remaining = None if clv is None else clv.details.get("remaining_clv")
    return Row(
        churn.id,
        name,
        way_address(churn.person_id),
        {
            "person": text(name, hint=name),
            "churn_risk": risk_cell(churn.score_value),
            "priority": PRIORITIES[one.priority].cell(),
            "why": text(why or None, hint=why),
            "advice": text(advice or None, hint=advice),
            "clv": _money(None if clv is None else clv.score_value, currency),
            "remaining": _money(remaining, currency),
        },
        {
            "person_id": churn.person_id,
            "name": name,
            "email": one.person and one.person.email,
            "phone": one.person and one.person.phone,
            "churn_risk": churn.score_value,
            "priority": one.priority.value,
            "why": why,
            "advice": advice,
            "clv": clv and clv.score_value,
            "remaining": remaining,
            "currency": currency,
        },
    )


def _money(amount: float | None, currency: str) -> Cell:
    return text(None if amount is None else formats.money(amount, currency))
